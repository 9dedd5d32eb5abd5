#include "controllers/statefulset/status.h"

#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::statefulset {
namespace {

using object::Document;
using object::Value;
using object::View;

struct Counts {
  int64_t replicas = 0, ready = 0, available = 0, current = 0, updated = 0;
  bool operator==(const Counts&) const = default;
};

Counts read_counts(View status) {
  return {status["replicas"].as_int(), status["readyReplicas"].as_int(), status["availableReplicas"].as_int(),
          status["currentReplicas"].as_int(), status["updatedReplicas"].as_int()};
}

Counts count(View set, const std::vector<Document>& pods, const Revisions& revisions, object::TimeNs now) {
  const int64_t min_ready = set["spec"]["minReadySeconds"].as_int();
  Counts counts;
  for (const Document& pod : pods) {
    const View view = pod.root();
    ++counts.replicas;
    if (view["status"]["phase"].as_string() == "Running" && is_pod_ready(view)) {
      ++counts.ready;
      counts.available += is_pod_available(view, min_ready, now);
    }
    if (object::is_deleting(view)) continue;
    const std::string_view revision = object::labels_of(view)[kRevisionHash].as_string();
    counts.current += revision == revisions.current;
    counts.updated += revision == revisions.update;
  }
  return counts;
}

/// Have all pods the update revision?
bool is_complete(View set, const Counts& counts) {
  const int64_t wanted = set["spec"]["replicas"].as_int(1);
  return set["spec"]["updateStrategy"]["type"].as_string() == "RollingUpdate" && counts.updated == wanted &&
         counts.ready == wanted && counts.replicas == wanted;
}

}  // namespace

Revisions revisions_of(View set, const History& history) {
  const std::string_view current = set["status"]["currentRevision"].as_string();
  for (const Document& revision : history.old) {
    if (object::name_of(revision.root()) != current) continue;
    Value kept = revision["data"]["spec"]["template"].to_value();
    kept.erase("$patch");
    return {std::string(current), history.name, std::move(kept)};
  }
  return {history.name, history.name, set["spec"]["template"].to_value()};
}

std::optional<Value> next_status(View set, const std::vector<Document>& pods, const Revisions& revisions,
                                 object::TimeNs now) {
  const View old = set["status"];
  Counts counts = count(set, pods, revisions, now);
  std::string current = revisions.current;
  if (is_complete(set, counts)) {
    current = revisions.update;
    counts.current = counts.updated;
  }
  const int64_t generation = object::generation_of(set);
  if (counts == read_counts(old) && old["observedGeneration"].as_int() >= generation &&
      old["currentRevision"].as_string() == current && old["updateRevision"].as_string() == revisions.update)
    return std::nullopt;
  Value status = Value::object();
  const auto put = [&status](object::Key name, int64_t n) {
    if (n != 0) status.set(name, n);
  };
  put("observedGeneration", generation);
  status.set("replicas", counts.replicas);
  put("readyReplicas", counts.ready);
  put("currentReplicas", counts.current);
  put("updatedReplicas", counts.updated);
  status.set("currentRevision", current);
  status.set("updateRevision", revisions.update);
  status.set("collisionCount", old["collisionCount"].as_int());
  if (old.has("conditions")) status.set("conditions", old["conditions"].to_value());
  status.set("availableReplicas", counts.available);
  Value changed = set.to_value();
  changed.set("status", std::move(status));
  return changed;
}

}  // namespace proa::controllers::statefulset
