// The rolling update of a DaemonSet.
#include <algorithm>
#include <iterator>

#include "controllers/daemonset/round.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::daemonset {
namespace {

using object::Document;
using object::View;

/// The pods of a node that are not being deleted: at most one of each kind, or too many.
struct Pair {
  const Document *updated = nullptr, *old = nullptr;
  bool too_many = false;
};

class Update {
 public:
  Update(const Known& known, Plan& plan)
      : known_(known), plan_(plan), min_ready_(known.owner["spec"]["minReadySeconds"].as_int()) {}

  /// Every pod of a node that should run none counts, every node that should run one counts even without.
  void replace(const PodsByNode& pods, int64_t max_unavailable);
  void surge(const PodsByNode& pods, int64_t max_surge, int64_t desired);

 private:
  Pair pair_of(const std::vector<Document>& pods) const {
    Pair pair;
    for (const Document& pod : pods) {
      if (object::is_deleting(pod.root())) continue;
      const Document*& place =
          is_updated(known_.owner.root(), pod.root(), plan_.history.hash) ? pair.updated : pair.old;
      pair.too_many = pair.too_many || place;
      place = &pod;
    }
    return pair;
  }
  bool available(const Document& pod) const { return is_pod_available(pod.root(), min_ready_, known_.now); }
  bool should_run(std::string_view name) const {
    const auto at = plan_.nodes.find(name);
    return at != plan_.nodes.end() && at->second.should_run;
  }

  const Known& known_;
  Plan& plan_;
  const int64_t min_ready_;
};

void Update::replace(const PodsByNode& pods, int64_t max_unavailable) {
  int64_t unavailable = 0;
  std::vector<Document> candidates;
  for (const auto& [node, on_node] : pods) {
    const Pair pair = pair_of(on_node);
    // None yet, or one too many: managing will see to it.
    if (pair.too_many || (pair.updated == nullptr) == (pair.old == nullptr)) {
      ++unavailable;
    } else if (pair.updated) {
      unavailable += available(*pair.updated) ? 0 : 1;
    } else if (available(*pair.old)) {
      candidates.push_back(*pair.old);
    } else {
      plan_.remove.push_back(*pair.old);  // it serves nobody
      ++unavailable;
    }
  }
  const int64_t may_go = std::clamp<int64_t>(max_unavailable - unavailable, 0, std::ssize(candidates));
  plan_.remove.insert(plan_.remove.end(), candidates.begin(), candidates.begin() + may_go);
}

void Update::surge(const PodsByNode& pods, int64_t max_surge, int64_t desired) {
  int64_t surging = 0, serving = 0;
  std::vector<std::string> candidates;
  std::vector<Document> sunset;  // available pods on nodes that should run none
  for (const auto& [node, on_node] : pods) {
    const Pair pair = pair_of(on_node);
    if (pair.too_many) {
      ++surging;
      continue;
    }
    const Document* counted = pair.old ? pair.old : pair.updated;
    if (counted && available(*counted)) ++serving;
    if (!pair.old) continue;
    if (pair.updated) {
      if (available(*pair.updated))
        plan_.remove.push_back(*pair.old);
      else
        ++surging;
    } else if (!should_run(node)) {
      (available(*pair.old) ? sunset : plan_.remove).push_back(*pair.old);
    } else if (available(*pair.old)) {
      candidates.push_back(node);
    } else {
      plan_.create_on.push_back(node);
    }
  }
  // A pod leaves a node for good only when another serves in its place.
  const int64_t may_leave = std::clamp<int64_t>(serving - desired, 0, std::ssize(sunset));
  plan_.remove.insert(plan_.remove.end(), sunset.begin(), sunset.begin() + may_leave);
  const int64_t may_come = std::clamp<int64_t>(max_surge - surging, 0, std::ssize(candidates));
  plan_.create_on.insert(plan_.create_on.end(), candidates.begin(), candidates.begin() + may_come);
}

}  // namespace

void roll(const Known& known, PodsByNode pods, Plan& plan) {
  int64_t desired = 0;
  for (const auto& [name, answer] : plan.nodes) {
    if (!answer.should_run) continue;
    ++desired;
    pods.try_emplace(name);
  }
  Bounds bounds = bounds_of(known.owner.root(), desired);
  if (desired > 0 && bounds.surge == 0 && bounds.unavailable == 0) bounds.unavailable = 1;
  Update update(known, plan);
  if (bounds.surge == 0)
    update.replace(pods, bounds.unavailable);
  else
    update.surge(pods, bounds.surge, desired);
}

}  // namespace proa::controllers::daemonset
