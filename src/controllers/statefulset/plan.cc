#include "controllers/statefulset/plan.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "controllers/statefulset/identity.h"
#include "controllers/statefulset/retention.h"
#include "controllers/statefulset/status.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::controllers::statefulset {
namespace {

using object::Document;
using object::Value;
using object::View;
using What = Action::What;

std::string_view revision_of(View pod) { return object::labels_of(pod)[kRevisionHash].as_string(); }

/// One round over the pods of a set.
class Round {
 public:
  Round(const Known& known, const Revisions& revisions, std::vector<Document> pods, Plan& plan)
      : known_(known),
        set_(known.owner.root()),
        revisions_(revisions),
        plan_(plan),
        min_ready_(set_["spec"]["minReadySeconds"].as_int()),
        ordered_(set_["spec"]["podManagementPolicy"].as_string() != "Parallel"),
        replicas_(static_cast<size_t>(std::max<int64_t>(0, set_["spec"]["replicas"].as_int(1)))) {
    for (Document& pod : pods) {
      const int64_t ordinal = ordinal_of(pod.root());
      if (in_range(set_, ordinal))
        replicas_[static_cast<size_t>(ordinal - first_ordinal(set_))] = std::move(pod);
      else if (ordinal >= 0)
        condemned_.push_back(std::move(pod));
    }
    for (const Document& claim : known.claims) claims_.emplace(object::name_of(claim.root()), claim);
    std::ranges::sort(condemned_, std::greater(), [](const Document& pod) { return ordinal_of(pod.root()); });
  }

  void run() {
    for (size_t i = 0; i < replicas_.size(); ++i)
      if (see_to(replicas_[i], first_ordinal(set_) + static_cast<int64_t>(i)) && ordered_) return;
    for (const Document& pod : condemned_) set_owners(pod.root());
    for (const Document& pod : condemned_)
      if (condemn(pod) && ordered_) return;
    if (set_["spec"]["updateStrategy"]["type"].as_string() != "OnDelete") update();
  }

 private:
  bool available(const Document& pod) const { return pod && is_pod_available(pod.root(), min_ready_, known_.now); }
  bool serves(const Document& pod) const { return available(pod) && !object::is_deleting(pod.root()); }

  /// True: an ordered set goes no further in this round.
  bool see_to(const Document& pod, int64_t ordinal) {
    if (!pod) return make(ordinal);
    const View view = pod.root();
    if (is_pod_finished(view)) {
      if (!object::is_deleting(view)) remove(pod);
      return true;  // the next one comes when this one is gone
    }
    if (view["status"]["phase"].as_string() == "Pending") {
      make_claims(ordinal);
      set_owners(view);
    }
    const bool running = view["status"]["phase"].as_string() == "Running" && available(pod);
    if (ordered_ && (object::is_deleting(view) || !running)) return true;
    set_owners(view);
    if (!identity_matches(set_, view) || !storage_matches(set_, view))
      plan_.actions.push_back({What::kUpdatePod, std::string(object::name_of(view)), with_identity(set_, view)});
    return false;
  }

  bool make(int64_t ordinal) {
    const View strategy = set_["spec"]["updateStrategy"];
    const bool below = strategy["rollingUpdate"].is_object() &&
                       ordinal < first_ordinal(set_) + strategy["rollingUpdate"]["partition"].as_int();
    Value pod = below ? make_pod(set_, revisions_.current_template, revisions_.current, ordinal)
                      : make_pod(set_, set_["spec"]["template"], revisions_.update, ordinal);
    for (const Document& claim : claims_there(ordinal))
      if (is_stale(set_, pod, claim.root())) return true;
    std::optional<std::string> fail = make_claims(ordinal);
    const std::string name(object::name_of(pod));
    if (!fail) set_owners(pod);
    plan_.actions.push_back({What::kCreatePod, name, std::move(pod), {}, name, std::move(fail)});
    return true;
  }

  /// Makes claims that are missing; says why the pod can't be made when one is going.
  std::optional<std::string> make_claims(int64_t ordinal) {
    std::optional<std::string> fail;
    for (Value& wanted : claims_of(set_, ordinal)) {
      const std::string name(object::name_of(wanted));
      const Document claim = claim_named(name);
      if (!claim)
        plan_.actions.push_back({What::kCreateClaim, name, std::move(wanted), {}, pod_name(set_, ordinal)});
      else if (object::is_deleting(claim.root()))
        fail = fmt::format("pvc {} is being deleted", name);
    }
    return fail;
  }

  void set_owners(View pod) {
    for (const Document& claim : claims_there(ordinal_of(pod))) {
      auto changed = with_owners(set_, pod, claim.root());
      if (!changed) continue;
      const std::string name(object::name_of(claim.root()));
      if (has_other_controller(set_, pod, claim.root()))
        plan_.events.push_back({"Warning", "ConflictingController",
                                fmt::format("PersistentVolumeClaim {} has a conflicting OwnerReference that acts as a "
                                            "manging controller, the retention policy is ignored for this claim",
                                            name)});
      const auto same = [&](const Action& a) { return a.what == What::kUpdateClaim && a.name == name; };
      if (std::ranges::none_of(plan_.actions, same))
        plan_.actions.push_back({What::kUpdateClaim, name, std::move(*changed), {}, std::string(object::name_of(pod))});
    }
  }

  /// True: an ordered set goes no further in this round.
  bool condemn(const Document& pod) {
    if (object::is_deleting(pod.root())) return true;
    const Document* unwell = first_unwell_condemned();
    if (ordered_ && !available(pod) && &pod != unwell) return true;
    remove(pod);
    return true;
  }

  const Document* first_unwell_condemned() const {
    for (auto pod = condemned_.rbegin(); pod != condemned_.rend(); ++pod)
      if (!serves(*pod)) return &*pod;
    return nullptr;
  }

  void update() {
    const int64_t partition = set_["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int();
    for (auto i = static_cast<int64_t>(replicas_.size()) - 1; i >= partition; --i) {
      const Document& pod = replicas_[static_cast<size_t>(i)];
      if (pod && revision_of(pod.root()) != revisions_.update && !object::is_deleting(pod.root())) return remove(pod);
      if (!serves(pod)) return;
    }
  }

  void remove(const Document& pod) {
    const std::string name(object::name_of(pod.root()));
    plan_.actions.push_back({What::kRemovePod, name, {}, pod, name});
  }

  Document claim_named(std::string_view name) const {
    const auto at = claims_.find(name);
    return at == claims_.end() ? Document() : at->second;
  }
  /// Claims of the pod of that ordinal that are there.
  std::vector<Document> claims_there(int64_t ordinal) const {
    std::vector<Document> there;
    for (const View claim_template : set_["spec"]["volumeClaimTemplates"].items())
      if (Document claim = claim_named(claim_name(set_, claim_template, ordinal))) there.push_back(std::move(claim));
    return there;
  }

  const Known& known_;
  const View set_;
  const Revisions& revisions_;
  Plan& plan_;
  const int64_t min_ready_;
  const bool ordered_;
  std::vector<Document> replicas_;   // by ordinal; empty: none
  std::vector<Document> condemned_;  // the highest ordinal first
  std::map<std::string, Document, std::less<>> claims_;
};

/// Pods that are the set's, by selector and by name.
std::vector<Document> claim_pods(const Known& known, Plan& plan) {
  const View set = known.owner.root();
  std::vector<Document> members;
  for (const Document& pod : known.pods) {
    if (is_member(set, pod.root()))
      members.push_back(pod);
    else if (object::is_controlled_by(pod.root(), object::uid_of(set)) && !object::is_deleting(set))
      plan.release.push_back(pod);
  }
  Claims claims = claim(set, object::LabelSelector::from_object(set["spec"]["selector"]), members);
  plan.adopt = std::move(claims.adopt);
  plan.release.insert(plan.release.end(), claims.release.begin(), claims.release.end());
  claims.owned.insert(claims.owned.end(), plan.adopt.begin(), plan.adopt.end());
  return std::move(claims.owned);
}

std::vector<Change> trimmed(const Known& known, const Revisions& revisions, const std::vector<Document>& pods,
                            const std::vector<Document>& old) {
  std::set<std::string, std::less<>> live{revisions.current, revisions.update};
  for (const Document& pod : pods) live.emplace(revision_of(pod.root()));
  std::vector<Document> dead;
  for (const Document& revision : old)
    if (!live.contains(object::name_of(revision.root()))) dead.push_back(revision);
  return trim_history(known.owner.root(), dead, {}, kHashLabel);
}

}  // namespace

Plan make_plan(const Known& known) {
  const View set = known.owner.root();
  Plan plan;
  std::vector<Document> pods = claim_pods(known, plan);
  plan.history = make_history(set, known.revisions, kHashLabel);
  const Revisions revisions = revisions_of(set, plan.history);
  plan.status = next_status(set, pods, revisions, known.now);
  plan.trim = trimmed(known, revisions, pods, plan.history.old);
  if (const int64_t min_ready = set["spec"]["minReadySeconds"].as_int(); min_ready > 0)
    plan.look_again_ns = next_availability_ns(pods, min_ready, known.now);
  if (!object::is_deleting(set)) Round(known, revisions, std::move(pods), plan).run();
  return plan;
}

Event told(View set, const Action& action, const std::string* error) {
  const bool of_claim = action.what == What::kCreateClaim;
  const char* verb = "Update";
  if (action.what == What::kCreateClaim || action.what == What::kCreatePod) verb = "Create";
  if (action.what == What::kRemovePod) verb = "Delete";
  std::string what = fmt::format("{} ", verb);
  if (of_claim) what += fmt::format("Claim {} {}", action.name, error ? "for " : "");
  what += fmt::format("Pod {} in StatefulSet {} ", action.pod_name, object::name_of(set));
  if (error) return {"Warning", fmt::format("Failed{}", verb), what + "failed error: " + *error};
  return {"Normal", fmt::format("Successful{}", verb), what + (of_claim ? "success" : "successful")};
}

}  // namespace proa::controllers::statefulset
