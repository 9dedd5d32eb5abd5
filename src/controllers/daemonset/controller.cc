#include "controllers/daemonset/controller.h"

#include <map>
#include <utility>

#include "controllers/daemonset/placement.h"
#include "controllers/daemonset/plan.h"
#include "controllers/workload/pod_control.h"
#include "controllers/workload/pods.h"
#include "controllers/workload/revised_loop.h"

namespace proa::controllers::daemonset {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public RevisedLoop {
 public:
  explicit Loop(const Parts& parts)
      : RevisedLoop(parts, resources::kDaemonSets, "daemonset-controller", 2),
        nodes_(informer(resources::kNodes)),
        pod_control_(parts, pods_, events_, expectations_) {}

  void start() override {
    RevisedLoop::start();
    listen(nodes_, [this](const Document& before, const Document& after) { node_changed(before, after); });
  }

 private:
  struct Round {
    TurnPtr turn;
    Known known;
    Plan plan;
  };
  using RoundPtr = std::shared_ptr<Round>;

  void node_changed(const Document& before, const Document& after);
  void look(const TurnPtr& turn) override;
  void gone(const std::string& key) override { failed_.erase(key); }
  void create_pods(const RoundPtr& round);
  void remove_pods(const RoundPtr& round);
  void look_again(const Round& round);

  client::Informer& nodes_;
  PodControl pod_control_;
  std::map<std::string, FailedPods> failed_;  // by key
};

void Loop::node_changed(const Document& before, const Document& after) {
  const bool updated = before && after;
  if (updated && object::labels_of(before.root()) == object::labels_of(after.root()) &&
      before["spec"]["taints"] == after["spec"]["taints"])
    return;
  for (const Document& owner : owners_.list("")) {
    const Placement placement(owner.root());
    if (!updated || placement.on(before.root()) != placement.on(after.root())) queue(owner.root());
  }
}

void Loop::look(const TurnPtr& turn) {
  auto round = std::make_shared<Round>(Round{
      turn,
      {turn->owner, nodes_.list(""), turn->pods, turn->revisions, failed_[turn->key], parts_.executor.clock().wall()},
      {}});
  round->plan = make_plan(round->known);
  Plan& plan = round->plan;
  for (const Event& event : plan.events) record(turn, event);
  if (plan.history.name.empty()) return end(turn, true);
  look_again(*round);
  settle_first(turn, plan.adopt, plan.release, plan.history, [this, round] { create_pods(round); });
}

void Loop::create_pods(const RoundPtr& round) {
  const auto make = [owner = round->turn->owner.root(), &plan = round->plan](size_t i) {
    return pod_for_node(owner, plan.history.hash, plan.create_on[i]);
  };
  pod_control_.create(round->turn->key, round->turn->owner, round->plan.create_on.size(), make,
                      [this, round](const std::optional<Status>& failure) {
                        round->turn->failed = failure.has_value();
                        remove_pods(round);
                      });
}

void Loop::remove_pods(const RoundPtr& round) {
  const TurnPtr& turn = round->turn;
  const int64_t generation = turn->owner["status"]["observedGeneration"].as_int();
  for (const std::string& node : round->plan.failed_on) failed_[turn->key].removed(generation, node, round->known.now);
  pod_control_.remove(turn->key, turn->owner, round->plan.remove, [this, round](const std::optional<Status>& failure) {
    round->turn->failed = round->turn->failed || failure;
    trim_and_tell(round->turn, std::move(round->plan.trim), next_status(round->known, round->plan));
  });
}

void Loop::look_again(const Round& round) {
  if (round.plan.look_again_ns) queue_.add_after(round.turn->key, *round.plan.look_again_ns);
  const int64_t min_ready = round.turn->owner["spec"]["minReadySeconds"].as_int();
  if (min_ready <= 0) return;
  if (const auto wait = next_availability_ns(round.plan.pods, min_ready, round.known.now))
    queue_.add_after(round.turn->key, *wait);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::daemonset
