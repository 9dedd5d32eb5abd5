#include "controllers/statefulset/controller.h"

#include <utility>

#include "controllers/statefulset/plan.h"
#include "controllers/workload/revised_loop.h"

namespace proa::controllers::statefulset {
namespace {

using object::Document;
using object::View;
using What = Action::What;
namespace resources = client::resources;

class Loop : public RevisedLoop {
 public:
  explicit Loop(const Parts& parts)
      : RevisedLoop(parts, resources::kStatefulSets, "statefulset-controller", 5),
        claims_(informer(resources::kPersistentVolumeClaims)) {}

 private:
  struct Round {
    TurnPtr turn;
    Plan plan;
    size_t next = 0;  // of plan.actions
  };
  using RoundPtr = std::shared_ptr<Round>;

  void look(const TurnPtr& turn) override;
  void next_action(const RoundPtr& round);
  void acted(const RoundPtr& round, const Result<Document>& result);
  void action_failed(const RoundPtr& round, const Status& why);

  client::Informer& claims_;
};

void Loop::look(const TurnPtr& turn) {
  const View set = turn->owner.root();
  const bool has_claims = !set["spec"]["volumeClaimTemplates"].empty();
  auto round = std::make_shared<Round>(
      Round{turn, make_plan({turn->owner, turn->pods, turn->revisions,
                             has_claims ? claims_.list(object::namespace_of(set)) : std::vector<Document>(),
                             parts_.executor.clock().wall()})});
  Plan& plan = round->plan;
  for (const Event& event : plan.events) record(turn, event);
  if (plan.look_again_ns) queue_.add_after(turn->key, *plan.look_again_ns);
  settle_first(turn, plan.adopt, plan.release, std::move(plan.history), [this, round] { next_action(round); });
}

void Loop::next_action(const RoundPtr& round) {
  Plan& plan = round->plan;
  if (round->next == plan.actions.size())
    return trim_and_tell(round->turn, std::move(plan.trim), std::move(plan.status));
  Action& action = plan.actions[round->next];
  if (action.fail) return action_failed(round, base::internal_error(*action.fail));
  const std::string ns(object::namespace_of(round->turn->owner.root()));
  auto done = alive_.guard([this, round](const Result<Document>& result) { acted(round, result); });
  client::Client& client = parts_.client;
  const client::Resource& claims = resources::kPersistentVolumeClaims;
  switch (action.what) {
    case What::kCreateClaim: return client.create(claims, ns, action.name, std::move(action.object), "", done);
    case What::kUpdateClaim: return client.update(claims, ns, action.name, std::move(action.object), "", done);
    case What::kCreatePod: return client.create(resources::kPods, ns, action.name, std::move(action.object), "", done);
    case What::kUpdatePod: return client.update(resources::kPods, ns, action.name, std::move(action.object), "", done);
    case What::kRemovePod: return client.remove(resources::kPods, ns, action.name, {}, done);
  }
}

void Loop::acted(const RoundPtr& round, const Result<Document>& result) {
  const TurnPtr& turn = round->turn;
  const Action& action = round->plan.actions[round->next];
  const bool removed = action.what == What::kRemovePod;
  if (!result && !(removed && result.error().is("NotFound"))) return action_failed(round, result.error());
  const bool of_claim = action.what == What::kCreateClaim || action.what == What::kUpdateClaim;
  if (removed)
    expectations_.removed(turn->key, pods_, action.pod);
  else
    expectations_.wrote(turn->key, of_claim ? claims_ : pods_, *result);
  if (action.what != What::kUpdateClaim) record(turn, told(turn->owner.root(), action, nullptr));
  ++round->next;
  next_action(round);
}

void Loop::action_failed(const RoundPtr& round, const Status& why) {
  const TurnPtr& turn = round->turn;
  const Action& action = round->plan.actions[round->next];
  // That it is there already is a cache that lags, not worth telling.
  if (!why.is("AlreadyExists"))
    record(turn, told(turn->owner.root(), action, action.fail ? &*action.fail : &why.message));
  turn->failed = true;
  trim_and_tell(turn, {}, std::move(round->plan.status));
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::statefulset
