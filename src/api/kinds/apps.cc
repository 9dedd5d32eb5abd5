#include <array>
#include <string>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/int_or_string.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::array<std::string_view, 1> kReplicasField = {"status.replicas"};

std::string replicas_field(View object, std::string_view) {
  return std::to_string(object["status"]["replicas"].as_int());
}

/// What is neither a number nor a percentage counts as 0.
bool is_zero(View int_or_percent) { return object::scaled_value(int_or_percent, 100, false).value_or(0) == 0; }

void at_most_100_percent(View value, const Path& path, ErrorList& errors) {
  if (value.is_string() && object::scaled_value(value, 100, false).value_or(0) > 100)
    errors.invalid(path, value, "must not be greater than 100%");
}

/// As upstream's errors show it: by the names of Go's members.
object::Value shown_strategy(View strategy, std::initializer_list<std::string_view> members) {
  auto shown = object::Value::object({{"Type", strategy["type"].str()}});
  shown.set("RollingUpdate", nullptr);
  if (!strategy["rollingUpdate"].is_object()) return shown;
  auto rolling = object::Value::object();
  for (const std::string_view member : members) {
    std::string name(member);
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    const View value = strategy["rollingUpdate"][member];
    // A surge is no pointer in Go: it shows its zero.
    const object::Value nothing = member == "maxSurge" ? object::Value(0) : object::Value(nullptr);
    rolling.set(name, value.exists() ? value.to_value() : nothing);
  }
  shown.set("RollingUpdate", std::move(rolling));
  return shown;
}

void validate_strategy(View strategy, const Path& path, ErrorList& errors) {
  const std::string_view type = strategy["type"].as_string();
  const View rolling = strategy["rollingUpdate"];
  const Path at = path.child("rollingUpdate");
  if (type == "Recreate") {
    if (rolling.is_object()) errors.forbidden(at, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type != "RollingUpdate") {
    static constexpr std::array<std::string_view, 2> kTypes = {"Recreate", "RollingUpdate"};
    errors.not_supported(path, shown_strategy(strategy, {"maxUnavailable", "maxSurge"}), kTypes);
    return;
  }
  const View unavailable = rolling["maxUnavailable"];
  const Path unavailable_path = at.child("maxUnavailable");
  validation::int_or_percent(unavailable, unavailable_path, errors);
  validation::int_or_percent(rolling["maxSurge"], at.child("maxSurge"), errors);
  if (is_zero(unavailable) && is_zero(rolling["maxSurge"]))
    errors.invalid(unavailable_path, unavailable, "may not be 0 when `maxSurge` is 0");
  at_most_100_percent(unavailable, unavailable_path, errors);
}

void validate_deployment(View object, ErrorList& errors) {
  const Path path("spec");
  const View spec = object["spec"];
  validation::nonnegative(spec["replicas"], path.child("replicas"), errors);
  validation::workload_selector(spec["selector"], "deployment", path.child("selector"), errors);
  validation::pod_template_under_selector(spec["template"], spec["selector"], "ReplicaSet", path.child("template"),
                                          errors);
  validate_strategy(spec["strategy"], path.child("strategy"), errors);
  validation::nonnegative(spec["minReadySeconds"], path.child("minReadySeconds"), errors);
  validation::nonnegative(spec["revisionHistoryLimit"], path.child("revisionHistoryLimit"), errors);
  if (const View deadline = spec["progressDeadlineSeconds"]; deadline.is_int()) {
    const Path at = path.child("progressDeadlineSeconds");
    validation::nonnegative(deadline, at, errors);
    if (deadline.as_int() <= spec["minReadySeconds"].as_int())
      errors.invalid_number(at, deadline.as_int(), "must be greater than minReadySeconds");
  }
}

void validate_selector_kept(View object, View old, ErrorList& errors) {
  const Path path("spec");
  validation::immutable(object["spec"]["selector"], old["spec"]["selector"], path.child("selector"), errors);
}

void validate_replica_set(View object, ErrorList& errors) {
  const Path path("spec");
  const View spec = object["spec"];
  validation::nonnegative(spec["replicas"], path.child("replicas"), errors);
  validation::nonnegative(spec["minReadySeconds"], path.child("minReadySeconds"), errors);
  // Upstream's own word here is "deployment".
  validation::workload_selector(spec["selector"], "deployment", path.child("selector"), errors);
  validation::pod_template_under_selector(spec["template"], spec["selector"], "ReplicaSet", path.child("template"),
                                          errors);
}

bool map_selects(View selector, View labels) {
  for (const auto& [name, value] : selector.members())
    if (labels[name].as_string() != value.as_string()) return false;
  return true;
}

void validate_replication_controller(View object, ErrorList& errors) {
  const Path path("spec");
  const View spec = object["spec"];
  validation::nonnegative(spec["minReadySeconds"], path.child("minReadySeconds"), errors);
  if (spec["selector"].empty()) errors.required(path.child("selector"), "");
  validation::nonnegative(spec["replicas"], path.child("replicas"), errors);
  const Path at = path.child("template");
  if (!spec["template"].is_object()) {
    errors.required(at, "");
    return;
  }
  const View labels = spec["template"]["metadata"]["labels"];
  const Path metadata = at.child("metadata");
  if (!spec["selector"].empty() && !map_selects(spec["selector"], labels))
    errors.invalid(metadata.child("labels"), labels, "`selector` does not match template `labels`");
  validation::pod_template(spec["template"], at, errors);
  const std::string_view restart = spec["template"]["spec"]["restartPolicy"].as_string();
  const Path template_spec = at.child("spec");
  if (restart != "Always") errors.not_supported(template_spec.child("restartPolicy"), restart, {"Always"});
}

void validate_daemon_set(View object, ErrorList& errors) {
  const Path path("spec");
  const View spec = object["spec"];
  if (spec["selector"].is_object())
    validation::workload_selector(spec["selector"], "daemonset", path.child("selector"), errors);
  validation::pod_template_under_selector(spec["template"], spec["selector"], "DaemonSet", path.child("template"),
                                          errors);
  validation::nonnegative(spec["minReadySeconds"], path.child("minReadySeconds"), errors);
  const View strategy = spec["updateStrategy"];
  const Path at = path.child("updateStrategy");
  const std::string_view type = strategy["type"].as_string();
  if (type == "RollingUpdate") {
    const View rolling = strategy["rollingUpdate"];
    const Path rolling_path = at.child("rollingUpdate");
    validation::int_or_percent(rolling["maxUnavailable"], rolling_path.child("maxUnavailable"), errors);
    validation::int_or_percent(rolling["maxSurge"], rolling_path.child("maxSurge"), errors);
    if (is_zero(rolling["maxUnavailable"]) && is_zero(rolling["maxSurge"]))
      errors.required(rolling_path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
    at_most_100_percent(rolling["maxUnavailable"], rolling_path.child("maxUnavailable"), errors);
    at_most_100_percent(rolling["maxSurge"], rolling_path.child("maxSurge"), errors);
  } else if (type != "OnDelete") {
    static constexpr std::array<std::string_view, 2> kTypes = {"RollingUpdate", "OnDelete"};
    errors.not_supported(at, shown_strategy(strategy, {"maxUnavailable", "maxSurge"}), kTypes);
  }
  validation::nonnegative(spec["revisionHistoryLimit"], path.child("revisionHistoryLimit"), errors);
}

/// The template of a StatefulSet with its claims as volumes, so that mounts of them are known.
object::Value with_claims(View spec) {
  object::Value whole = spec["template"].to_value();
  for (View claim : spec["volumeClaimTemplates"].items()) {
    const View name = claim["metadata"]["name"];
    whole["spec"]["volumes"].push_back(
        object::Value::object({{"name", name.to_value()},
                               {"persistentVolumeClaim", object::Value::object({{"claimName", name.to_value()}})}}));
  }
  return whole;
}

void validate_claim_templates(View spec, const Path& path, ErrorList& errors) {
  const Path claims = path.child("volumeClaimTemplates");
  size_t index = 0;
  for (const View claim : spec["volumeClaimTemplates"].items()) {
    const Path claim_path = claims.index(index++);
    validation::claim_spec(claim["spec"], claim_path.child("spec"), errors);
  }
}

/// What can't change is looked at only when the object is made.
void validate_stateful_set(View object, bool is_new, ErrorList& errors) {
  const Path path("spec");
  const View spec = object["spec"];
  const std::string_view management = spec["podManagementPolicy"].as_string();
  if (management != "OrderedReady" && management != "Parallel")
    errors.invalid(path.child("podManagementPolicy"), management, "must be 'OrderedReady' or 'Parallel'");
  const View strategy = spec["updateStrategy"];
  const Path at = path.child("updateStrategy");
  const std::string_view type = strategy["type"].as_string();
  if (type == "OnDelete") {
    if (strategy["rollingUpdate"].is_object())
      errors.invalid(at.child("rollingUpdate"), strategy["rollingUpdate"],
                     "only allowed for updateStrategy 'RollingUpdate'");
  } else if (type == "RollingUpdate") {
    const Path rolling = at.child("rollingUpdate");
    validation::nonnegative(strategy["rollingUpdate"]["partition"], rolling.child("partition"), errors);
  } else {
    errors.invalid(at, shown_strategy(strategy, {"partition", "maxUnavailable"}),
                   "must be 'RollingUpdate' or 'OnDelete'");
  }
  const Path retention = path.child("persistentVolumeClaimRetentionPolicy");
  for (const std::string_view when : {"whenDeleted", "whenScaled"}) {
    const View policy = spec["persistentVolumeClaimRetentionPolicy"][when];
    if (policy.is_string() && policy.as_string() != "Retain" && policy.as_string() != "Delete")
      errors.not_supported(retention.child(when), policy.as_string(), {"Retain", "Delete"});
  }
  if (is_new) validate_claim_templates(spec, path, errors);
  validation::nonnegative(spec["replicas"], path.child("replicas"), errors);
  validation::nonnegative(spec["minReadySeconds"], path.child("minReadySeconds"), errors);
  if (is_new && !spec["serviceName"].as_string().empty())
    validation::dns1123_label(spec["serviceName"].as_string(), path.child("serviceName"), errors);
  validation::workload_selector(spec["selector"], "statefulset", path.child("selector"), errors);
  const object::Value whole = with_claims(spec);
  validation::pod_template_under_selector(whole, spec["selector"], "StatefulSet", path.child("template"), errors);
}

void validate_stateful_set_update(View object, View old, ErrorList& errors) {
  object::Value masked = object["spec"].to_value();
  for (const std::string_view member : {"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                                        "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
    masked.erase(member);
    if (old["spec"][member].exists()) masked.set(member, old["spec"][member].to_value());
  }
  if (View(masked) == old["spec"]) return;
  errors.forbidden(Path("spec"),
                   "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                   "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                   "'minReadySeconds' are forbidden");
}

using Names = std::initializer_list<std::string_view>;

/// No count is negative, and none of `parts` exceeds status.replicas.
void validate_counts(View status, Names counts, Names parts, std::string_view ready, ErrorList& errors) {
  const Path path("status");
  for (const std::string_view name : counts) validation::nonnegative(status[name], path.child(name), errors);
  const int64_t replicas = status["replicas"].as_int(), available = status["availableReplicas"].as_int();
  for (const std::string_view name : parts)
    if (status[name].as_int() > replicas)
      errors.invalid_number(path.child(name), status[name].as_int(), "cannot be greater than status.replicas");
  if (!ready.empty() && available > status["readyReplicas"].as_int())
    errors.invalid_number(path.child("availableReplicas"), available, "cannot be greater than " + std::string(ready));
}

void collisions_only_grow(View status, View old, ErrorList& errors) {
  const Path path("status");
  if (old["collisionCount"].is_int() && status["collisionCount"].as_int() < old["collisionCount"].as_int())
    errors.invalid_number(path.child("collisionCount"), status["collisionCount"].as_int(), "cannot be decremented");
}

void validate_deployment_status(View object, View old, ErrorList& errors) {
  validate_counts(object["status"],
                  {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                   "unavailableReplicas", "terminatingReplicas", "collisionCount"},
                  {"updatedReplicas", "readyReplicas", "availableReplicas"}, "readyReplicas", errors);
  collisions_only_grow(object["status"], old["status"], errors);
}

void validate_replica_set_status(View object, View, ErrorList& errors) {
  validate_counts(object["status"],
                  {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration",
                   "terminatingReplicas"},
                  {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}, "readyReplicas", errors);
}

void validate_daemon_set_status(View object, View old, ErrorList& errors) {
  validate_counts(
      object["status"],
      {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration",
       "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount"},
      {}, "", errors);
  collisions_only_grow(object["status"], old["status"], errors);
}

void validate_stateful_set_status(View object, View old, ErrorList& errors) {
  validate_counts(object["status"],
                  {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas",
                   "observedGeneration", "collisionCount"},
                  {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"}, "status.readyReplicas",
                  errors);
  collisions_only_grow(object["status"], old["status"], errors);
}

}  // namespace

/// Annotations count as content, since a rollback was once asked for by them.
static void prepare_deployment_update(object::Value& object, View old, const WriteContext& context) {
  generic_prepare_for_update(object, old, context);
  const View now = object;
  const View annotations = now["metadata"]["annotations"], were = old["metadata"]["annotations"];
  if ((annotations.empty() && were.empty()) || annotations == were) return;
  object["metadata"].set("generation", old["metadata"]["generation"].as_int() + 1);
}

KindBehaviour deployment() {
  KindBehaviour behaviour;
  behaviour.prepare_for_update = prepare_deployment_update;
  behaviour.validate = validate_deployment;
  behaviour.validate_update = validate_selector_kept;
  behaviour.validate_status_update = validate_deployment_status;
  behaviour.row = rows::deployment;
  return behaviour;
}

KindBehaviour replica_set() {
  KindBehaviour behaviour;
  behaviour.validate = validate_replica_set;
  behaviour.validate_update = validate_selector_kept;
  behaviour.validate_status_update = validate_replica_set_status;
  behaviour.row = rows::replica_set;
  return behaviour;
}

KindBehaviour replication_controller() {
  KindBehaviour behaviour;
  behaviour.validate = validate_replication_controller;
  behaviour.orphans_by_default = true;
  behaviour.selectable_fields = kReplicasField;
  behaviour.field = replicas_field;
  behaviour.validate_status_update = validate_replica_set_status;
  behaviour.row = rows::replication_controller;
  return behaviour;
}

/// The generation of the template, once a member of the spec: clients of old still read it.
static void count_templates(object::Value& object, View old) {
  constexpr std::string_view kGeneration = "deprecated.daemonset.template.generation";
  const std::string had = old["metadata"]["annotations"][kGeneration].str();
  const bool changed = !old.exists() || !(View(object)["spec"]["template"] == old["spec"]["template"]);
  const int64_t count = std::atoll(had.c_str()) + (changed ? 1 : 0);
  object["metadata"]["annotations"].set(kGeneration, std::to_string(count));
}

static void prepare_daemon_set(object::Value& object, const WriteContext& context) {
  generic_prepare_for_create(object, context);
  count_templates(object, View());
}

static void prepare_daemon_set_update(object::Value& object, View old, const WriteContext& context) {
  generic_prepare_for_update(object, old, context);
  count_templates(object, old);
}

KindBehaviour daemon_set() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = prepare_daemon_set;
  behaviour.prepare_for_update = prepare_daemon_set_update;
  behaviour.validate = validate_daemon_set;
  behaviour.update_rules_first = true;
  behaviour.validate_update = validate_selector_kept;
  behaviour.validate_status_update = validate_daemon_set_status;
  behaviour.row = rows::daemon_set;
  return behaviour;
}

KindBehaviour stateful_set() {
  KindBehaviour behaviour;
  behaviour.validate = [](View object, ErrorList& errors) { validate_stateful_set(object, true, errors); };
  behaviour.validate_changed = [](View object, ErrorList& errors) { validate_stateful_set(object, false, errors); };
  behaviour.validate_update = validate_stateful_set_update;
  behaviour.validate_status_update = validate_stateful_set_status;
  behaviour.row = rows::stateful_set;
  return behaviour;
}

}  // namespace proa::api::kinds
