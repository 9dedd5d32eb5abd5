// The status of a DaemonSet.
#include "controllers/daemonset/round.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::daemonset {
namespace {

using object::Document;
using object::Value;
using object::View;

struct Counts {
  int64_t current = 0, misscheduled = 0, desired = 0, ready = 0, updated = 0, available = 0, unavailable = 0;
  bool operator==(const Counts&) const = default;
};

Counts read_counts(View status) {
  return {status["currentNumberScheduled"].as_int(), status["numberMisscheduled"].as_int(),
          status["desiredNumberScheduled"].as_int(), status["numberReady"].as_int(),
          status["updatedNumberScheduled"].as_int(), status["numberAvailable"].as_int(),
          status["numberUnavailable"].as_int()};
}

Counts count(const Known& known, const Plan& plan) {
  const View owner = known.owner.root();
  const int64_t min_ready = owner["spec"]["minReadySeconds"].as_int();
  PodsByNode pods = by_node(plan.pods);
  Counts counts;
  for (const auto& [name, answer] : plan.nodes) {
    const auto at = pods.find(name);
    if (!answer.should_run) {
      counts.misscheduled += at != pods.end();
      continue;
    }
    ++counts.desired;
    if (at == pods.end()) continue;
    ++counts.current;
    oldest_first(at->second);
    const View pod = at->second.front().root();
    counts.ready += is_pod_ready(pod);
    counts.available += is_pod_available(pod, min_ready, known.now);
    counts.updated += is_updated(owner, pod, plan.history.hash);
  }
  counts.unavailable = counts.desired - counts.available;
  return counts;
}

Value write_status(View old, const Counts& counts, int64_t generation) {
  Value status = Value::object({{"currentNumberScheduled", counts.current},
                                {"numberMisscheduled", counts.misscheduled},
                                {"desiredNumberScheduled", counts.desired},
                                {"numberReady", counts.ready}});
  const auto set = [&status](object::Key name, int64_t n) {
    if (n != 0) status.set(name, n);
  };
  set("observedGeneration", generation);
  set("updatedNumberScheduled", counts.updated);
  set("numberAvailable", counts.available);
  set("numberUnavailable", counts.unavailable);
  for (const std::string_view kept : {"collisionCount", "conditions"})
    if (old.has(kept)) status.set(kept, old[kept].to_value());
  return status;
}

}  // namespace

std::optional<Value> next_status(const Known& known, const Plan& plan) {
  const View owner = known.owner.root(), old = owner["status"];
  const Counts counts = count(known, plan);
  const int64_t generation = object::generation_of(owner);
  if (counts == read_counts(old) && old["observedGeneration"].as_int() >= generation) return std::nullopt;
  Value changed = owner.to_value();
  changed.set("status", write_status(old, counts, generation));
  return changed;
}

}  // namespace proa::controllers::daemonset
