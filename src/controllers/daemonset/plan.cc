#include "controllers/daemonset/plan.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "controllers/daemonset/round.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "object/int_or_string.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::controllers::daemonset {
namespace {

using object::Document;
using object::View;

/// Says what becomes of the pods of one node, and whether it needs one.
class NodeManager {
 public:
  NodeManager(const Known& known, Plan& plan)
      : known_(known), plan_(plan), surges_(bounds_of(known.owner.root(), 1).surge > 0) {}

  void manage(const std::string& node, Placement::Answer answer, const std::vector<Document>* pods) {
    if (answer.should_run && !pods) return plan_.create_on.push_back(node), void();
    if (!pods) return;
    if (!answer.may_stay) return remove_all(*pods);
    std::vector<Document> running = clear_ended(node, *pods);
    oldest_first(running);
    if (surges_) return prune_pairs(node, answer, running);
    for (size_t i = 1; i < running.size(); ++i) plan_.remove.push_back(running[i]);
  }

 private:
  void remove_all(const std::vector<Document>& pods) {
    for (const Document& pod : pods)
      if (!object::is_deleting(pod.root())) plan_.remove.push_back(pod);
  }

  /// Removes failed and finished pods; gives back those that run, or will.
  std::vector<Document> clear_ended(std::string_view node, const std::vector<Document>& pods) {
    std::vector<Document> running;
    for (const Document& pod : pods) {
      if (object::is_deleting(pod.root())) continue;
      const std::string_view phase = pod["status"]["phase"].as_string();
      if (phase == "Failed")
        clear_failed(node, pod);
      else if (phase == "Succeeded")
        end_pod(node, pod, "Normal", "SucceededDaemonPod", "succeeded", "delete");
      else
        running.push_back(pod);
    }
    return running;
  }

  void clear_failed(std::string_view node, const Document& pod) {
    const int64_t generation = known_.owner["status"]["observedGeneration"].as_int();
    if (const auto wait = known_.failed.wait(generation, node, known_.now)) {
      plan_.look_again_ns = plan_.look_again_ns ? std::min(*plan_.look_again_ns, *wait) : *wait;
      return;
    }
    plan_.failed_on.emplace_back(node);
    end_pod(node, pod, "Warning", "FailedDaemonPod", "failed", "kill");
  }

  void end_pod(std::string_view node, const Document& pod, std::string type, std::string reason, std::string_view how,
               std::string_view what) {
    plan_.events.push_back({std::move(type), std::move(reason),
                            fmt::format("Found {} daemon pod {} on node {}, will try to {} it", how,
                                        object::key_of(pod.root()), node, what)});
    plan_.remove.push_back(pod);
  }

  /// With maxSurge a new pod may stand beside an old one until it is available, or until the old one no longer is ready.
  void prune_pairs(const std::string& node, Placement::Answer answer, const std::vector<Document>& running) {
    if (running.empty() && answer.should_run) plan_.create_on.push_back(node);
    if (running.size() <= 1) return;
    const Document *newest = nullptr, *old = nullptr;
    for (const Document& pod : running) {
      const bool is_new = object::labels_of(pod.root())[kRevisionHash].as_string() == plan_.history.hash;
      const Document*& place = is_new ? newest : old;
      if (place)
        plan_.remove.push_back(pod);
      else
        place = &pod;
    }
    if (!newest || !old) return;
    const int64_t min_ready = known_.owner["spec"]["minReadySeconds"].as_int();
    if (!is_pod_ready(old->root()) || is_pod_available(newest->root(), min_ready, known_.now))
      plan_.remove.push_back(*old);
  }

  const Known& known_;
  Plan& plan_;
  const bool surges_;
};

/// Pods that wait for a node which is gone: nobody else would remove them.
void remove_stranded(const PodsByNode& pods, Plan& plan) {
  for (const auto& [name, waiting] : pods) {
    if (plan.nodes.contains(name)) continue;
    for (const Document& pod : waiting)
      if (pod["spec"]["nodeName"].as_string().empty() && !object::is_deleting(pod.root())) plan.remove.push_back(pod);
  }
}

std::set<std::string, std::less<>> live_hashes(const std::vector<Document>& pods) {
  std::set<std::string, std::less<>> live;
  for (const Document& pod : pods)
    if (const std::string_view hash = object::labels_of(pod.root())[kRevisionHash].as_string(); !hash.empty())
      live.emplace(hash);
  return live;
}

void claim_pods(const Known& known, Plan& plan) {
  const View owner = known.owner.root();
  Claims claims = claim(owner, object::LabelSelector::from_object(owner["spec"]["selector"]), known.pods);
  plan.adopt = std::move(claims.adopt);
  plan.release = std::move(claims.release);
  plan.pods = std::move(claims.owned);
  plan.pods.insert(plan.pods.end(), plan.adopt.begin(), plan.adopt.end());
}

}  // namespace

std::optional<int64_t> FailedPods::wait(int64_t generation, std::string_view node, object::TimeNs now) const {
  const auto at = pauses_.find(node);
  if (generation != generation_ || at == pauses_.end()) return std::nullopt;
  const int64_t left = at->second.since + at->second.length - now;
  return left > 0 ? std::optional(left) : std::nullopt;
}

void FailedPods::removed(int64_t generation, const std::string& node, object::TimeNs now) {
  if (generation != generation_) pauses_.clear();
  generation_ = generation;
  Pause& pause = pauses_[node];
  const bool rested = now - pause.since > 2 * kLongestPauseNs;
  pause.length = pause.length == 0 || rested ? kFirstPauseNs : std::min(2 * pause.length, kLongestPauseNs);
  pause.since = now;
}

PodsByNode by_node(const std::vector<Document>& pods) {
  PodsByNode found;
  for (const Document& pod : pods) {
    if (is_pod_finished(pod.root()) && object::is_deleting(pod.root())) continue;
    const std::string_view node = target_node(pod.root());
    if (!node.empty()) found[std::string(node)].push_back(pod);
  }
  return found;
}

void oldest_first(std::vector<Document>& pods) {
  std::ranges::sort(pods, {}, [](const Document& pod) {
    return std::tuple(pod["spec"]["nodeName"].as_string().empty(), creation_time(pod.root()),
                      object::name_of(pod.root()));
  });
}

Bounds bounds_of(View owner, int64_t desired) {
  const View strategy = owner["spec"]["updateStrategy"];
  if (strategy["type"].as_string() != "RollingUpdate") return {};
  const View rolling = strategy["rollingUpdate"];
  return {object::scaled_value(rolling["maxSurge"], desired, true).value_or(0),
          object::scaled_value(rolling["maxUnavailable"], desired, true).value_or(0)};
}

Plan make_plan(const Known& known) {
  const View owner = known.owner.root();
  Plan plan;
  if (object::LabelSelector::from_object(owner["spec"]["selector"]).selects_everything()) {
    plan.events.push_back(
        {"Warning", "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required."});
    return plan;
  }
  if (object::is_deleting(owner)) return plan;
  plan.history = make_history(owner, known.revisions, kRevisionHash);
  claim_pods(known, plan);
  const Placement placement(owner);
  const PodsByNode pods = by_node(plan.pods);
  NodeManager manager(known, plan);
  for (const Document& node : known.nodes) {
    const std::string name(object::name_of(node.root()));
    const Placement::Answer answer = plan.nodes[name] = placement.on(node.root());
    const auto at = pods.find(name);
    manager.manage(name, answer, at == pods.end() ? nullptr : &at->second);
  }
  remove_stranded(pods, plan);
  if (plan.create_on.empty() && plan.remove.empty() &&
      owner["spec"]["updateStrategy"]["type"].as_string() != "OnDelete")
    roll(known, pods, plan);
  if (plan.create_on.size() > kBurst) plan.create_on.resize(kBurst);
  if (plan.remove.size() > kBurst) plan.remove.resize(kBurst);
  plan.trim = trim_history(owner, plan.history.old, live_hashes(plan.pods), kRevisionHash);
  return plan;
}

}  // namespace proa::controllers::daemonset
