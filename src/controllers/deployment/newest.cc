// The new ReplicaSet: found by template, made when missing, its annotations kept up to date.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "controllers/deployment/round.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/template_hash.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::Value;
using object::View;

constexpr size_t kLongestHistory = 2000;  // characters of the revision-history annotation
constexpr size_t kLongestName = 253;

constexpr std::array<std::string_view, 6> kNotCopied = {"kubectl.kubernetes.io/last-applied-configuration",
                                                        kRevision,
                                                        kRevisionHistory,
                                                        kDesiredReplicas,
                                                        kMaxReplicas,
                                                        "deprecated.deployment.rollback.to"};

bool copy_annotations(View deployment, ReplicaSet& set) {
  bool changed = false;
  for (const auto [name, value] : object::annotations_of(deployment).members())
    if (std::find(kNotCopied.begin(), kNotCopied.end(), name) == kNotCopied.end())
      changed |= set.annotate(name, value.as_string());
  return changed;
}

/// `history` with one more revision, cut at its old end to stay below the limit; empty when even that does not help.
std::string longer_history(std::string_view history, std::string_view revision) {
  if (history.empty()) return std::string(revision);
  size_t length = history.size() + revision.size() + 1;
  while (length > kLongestHistory && !history.empty()) {
    const size_t comma = history.find(',');
    const size_t dropped = comma == history.npos ? history.size() : comma + 1;
    history.remove_prefix(dropped);
    length -= dropped;
  }
  if (length > kLongestHistory) return {};
  return history.empty() ? std::string(revision) : fmt::format("{},{}", history, revision);
}

/// Raises the revision to `wanted`; what it was before goes into the history: that is how a rollback is told.
void raise_revision(ReplicaSet& set, int64_t wanted) {
  const bool had = set.has_annotation(kRevision);
  const std::string before(set.annotation(kRevision));
  const auto revision = before.empty() ? 0 : set.revision();
  if (!revision || *revision >= wanted) return;
  set.annotate(kRevision, std::to_string(wanted));
  if (!had) return;
  if (const std::string history = longer_history(set.annotation(kRevisionHistory), before); !history.empty())
    set.annotate(kRevisionHistory, history);
}

Value selector_with_hash(View selector, std::string_view hash) {
  Value out = selector.to_value();
  out["matchLabels"][kTemplateHash] = hash;
  return out;
}

ReplicaSet& make_newest(Round& round, int64_t revision) {
  const View d = round.deployment;
  const std::string hash = template_hash(d["spec"]["template"], round.status.collision_count);
  std::string name(object::name_of(d).substr(0, kLongestName - 1 - hash.size()));
  name += "-" + hash;
  Value pod_template = d["spec"]["template"].to_value();
  pod_template["metadata"]["labels"][kTemplateHash] = hash;
  Value labels = View(pod_template)["metadata"]["labels"].to_value();
  Value spec = Value::object({{"replicas", 0}});
  if (const int64_t min_ready = d["spec"]["minReadySeconds"].as_int(); min_ready != 0)
    spec.set("minReadySeconds", min_ready);
  spec.set("selector", selector_with_hash(d["spec"]["selector"], hash));
  spec.set("template", std::move(pod_template));
  Value meta = Value::object({{"name", name}, {"namespace", object::namespace_of(d)}});
  meta.set("labels", std::move(labels));
  meta["ownerReferences"].push_back(controller_reference(d));
  ReplicaSet& made = round.sets.emplace_back(name, Value::object({{"apiVersion", "apps/v1"},
                                                                  {"kind", "ReplicaSet"},
                                                                  {"metadata", std::move(meta)},
                                                                  {"spec", std::move(spec)}}));
  copy_annotations(d, made);
  raise_revision(made, revision);
  made.annotate(kDesiredReplicas, std::to_string(round.replicas));
  made.annotate(kMaxReplicas, std::to_string(round.replicas + round.bounds.surge));
  return made;
}

void tell_progress(Round& round, std::string_view reason, std::string message) {
  round.status.set(make_condition("Progressing", "True", reason, std::move(message), round.known.now));
}

void update_newest(Round& round, int64_t revision) {
  ReplicaSet& set = *round.newest;
  copy_annotations(round.deployment, set);
  raise_revision(set, revision);
  set.set_min_ready(round.deployment["spec"]["minReadySeconds"].as_int());
  if (set.changed()) round.write(set);
  round.revision = set.annotation(kRevision);
  if (has_deadline(round.deployment) && !round.status.condition("Progressing"))
    tell_progress(round, "FoundNewReplicaSet", fmt::format("Found new replica set \"{}\"", set.name()));
}

}  // namespace

void find_newest(Round& round, bool make_if_missing) {
  const int64_t revision = highest_revision(round.old) + 1;
  if (round.newest) return update_newest(round, revision);
  if (!make_if_missing) return;
  ReplicaSet& made = make_newest(round, revision);
  round.newest = &made;
  if (!round.rolling || !lags(round)) made.set_replicas(new_replicas(round));
  if (made.replicas() > 0)
    made.events.push_back({"Normal", "ScalingReplicaSet",
                           fmt::format("Scaled up replica set {} from 0 to {}", made.name(), made.replicas())});
  round.write(made);
  round.revision = std::to_string(revision);
  if (has_deadline(round.deployment))
    tell_progress(round, "NewReplicaSetCreated", fmt::format("Created new replica set \"{}\"", made.name()));
}

bool is_new_replica_set(View deployment, View existing) {
  return object::is_controlled_by(existing, object::uid_of(deployment)) &&
         equal_templates(deployment["spec"]["template"], existing["spec"]["template"]);
}

}  // namespace proa::controllers::deployment
