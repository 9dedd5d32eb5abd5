#include "controllers/replicaset/plan.h"

#include <algorithm>

#include "controllers/workload/deletion_rank.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::replicaset {
namespace {

using object::Document;
using object::Value;
using object::View;

constexpr std::string_view kReplicaFailure = "ReplicaFailure";

bool has_labels(View labels, View wanted) {
  for (const auto [name, value] : wanted.members())
    if (labels[name].as_string() != value.as_string() || !labels.has(name)) return false;
  return true;
}

/// Status as numbers: so that "left out" and "0" are the same.
struct Counts {
  int64_t replicas = 0, fully_labeled = 0, ready = 0, available = 0, observed = 0;
  std::optional<int64_t> terminating;
  bool operator==(const Counts&) const = default;
};

Counts read_counts(View status) {
  Counts counts{status["replicas"].as_int(),           status["fullyLabeledReplicas"].as_int(),
                status["readyReplicas"].as_int(),      status["availableReplicas"].as_int(),
                status["observedGeneration"].as_int(), std::nullopt};
  if (status["terminatingReplicas"].is_int()) counts.terminating = status["terminatingReplicas"].as_int();
  return counts;
}

Counts count(const Flavour& flavour, const Known& known, const Plan& plan) {
  const View owner = known.owner.root();
  const View wanted = owner["spec"]["template"]["metadata"]["labels"];
  const int64_t min_ready = owner["spec"]["minReadySeconds"].as_int();
  Counts counts;
  counts.observed = object::generation_of(owner);
  counts.replicas = static_cast<int64_t>(plan.active.size());
  for (const Document& pod : plan.active) {
    if (has_labels(object::labels_of(pod.root()), wanted)) ++counts.fully_labeled;
    if (!is_pod_ready(pod.root())) continue;
    ++counts.ready;
    if (is_pod_available(pod.root(), min_ready, known.now)) ++counts.available;
  }
  if (flavour.counts_terminating) counts.terminating = plan.terminating;
  return counts;
}

Value conditions_after(const Known& known, const Plan& plan, const std::optional<Failure>& failure) {
  const View owner = known.owner.root();
  const bool had = condition_of(owner, kReplicaFailure).exists();
  Value conditions = Value::array();
  for (const View condition : owner["status"]["conditions"].items())
    if (failure || condition["type"].as_string() != kReplicaFailure) conditions.push_back(condition.to_value());
  if (failure && !had) {
    const int64_t diff = static_cast<int64_t>(plan.active.size()) - owner["spec"]["replicas"].as_int(1);
    conditions.push_back(Value::object({{"type", kReplicaFailure},
                                        {"status", "True"},
                                        {"lastTransitionTime", object::format_time(known.now)},
                                        {"reason", diff < 0 ? "FailedCreate" : "FailedDelete"},
                                        {"message", failure->message}}));
  }
  return conditions;
}

Value write_status(const Counts& counts, Value conditions) {
  Value status = Value::object({{"replicas", counts.replicas}});
  const auto set = [&status](object::Key name, int64_t n) {
    if (n != 0) status.set(name, n);
  };
  set("fullyLabeledReplicas", counts.fully_labeled);
  set("readyReplicas", counts.ready);
  set("availableReplicas", counts.available);
  if (counts.terminating) status.set("terminatingReplicas", *counts.terminating);
  set("observedGeneration", counts.observed);
  if (!conditions.items().empty()) status.set("conditions", std::move(conditions));
  return status;
}

}  // namespace

object::LabelSelector selector_of(View owner) {
  const View selector = owner["spec"]["selector"];
  return owner["kind"].as_string() == "ReplicationController" ? object::LabelSelector::from_map(selector)
                                                              : object::LabelSelector::from_object(selector);
}

Plan make_plan(const Flavour& flavour, const Known& known) {
  const View owner = known.owner.root();
  const object::LabelSelector selector = selector_of(owner);
  std::vector<Document> candidates;
  Plan plan;
  for (const Document& pod : known.pods) {
    if (is_pod_active(pod.root()))
      candidates.push_back(pod);
    else if (flavour.counts_terminating && is_pod_terminating(pod.root()) &&
             object::is_controlled_by(pod.root(), object::uid_of(owner)) &&
             selector.matches(object::labels_of(pod.root())))
      ++plan.terminating;
  }
  Claims claims = claim(owner, selector, candidates);
  plan.adopt = std::move(claims.adopt);
  plan.release = std::move(claims.release);
  plan.active = std::move(claims.owned);
  plan.active.insert(plan.active.end(), plan.adopt.begin(), plan.adopt.end());
  if (!known.fresh || object::is_deleting(owner)) return plan;

  const int64_t diff = static_cast<int64_t>(plan.active.size()) - owner["spec"]["replicas"].as_int(1);
  if (diff < 0) plan.create = static_cast<int>(std::min<int64_t>(-diff, kBurst));
  if (diff > 0) {
    plan.remove = ranked_for_deletion(plan.active, known.related, known.now);
    plan.remove.resize(static_cast<size_t>(std::min<int64_t>(diff, kBurst)));
  }
  return plan;
}

std::optional<Value> next_status(const Flavour& flavour, const Known& known, const Plan& plan,
                                 const std::optional<Failure>& failure) {
  const View owner = known.owner.root();
  const Counts counts = count(flavour, known, plan);
  Value conditions = conditions_after(known, plan, failure);
  const View old = owner["status"]["conditions"];
  const bool same_conditions = old.size() == conditions.items().size() && (old.empty() || View(conditions) == old);
  if (same_conditions && counts == read_counts(owner["status"])) return std::nullopt;
  Value changed = owner.to_value();
  changed.set("status", write_status(counts, std::move(conditions)));
  return changed;
}

std::optional<int64_t> look_again_ns(const Known& known, const Plan& plan) {
  const int64_t min_ready = known.owner["spec"]["minReadySeconds"].as_int();
  if (min_ready <= 0) return std::nullopt;
  return next_availability_ns(plan.active, min_ready, known.now);
}

}  // namespace proa::controllers::replicaset
