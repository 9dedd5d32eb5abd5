#include "controllers/deployment/plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controllers/deployment/round.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::Value;
using object::View;

Plan write_only_status(const Known& known, const DeploymentStatus& status) {
  Plan plan;
  Value object = known.deployment.root().to_value();
  object.set("status", status.write());
  plan.writes.push_back(
      {Write::What::kUpdateStatus, std::string(object::name_of(known.deployment.root())), std::move(object), {}});
  return plan;
}

Plan refuse_empty_selector(const Known& known) {
  const View d = known.deployment.root();
  DeploymentStatus status = DeploymentStatus::read(d["status"]);
  Plan plan;
  if (status.observed_generation < object::generation_of(d)) {
    status.observed_generation = object::generation_of(d);
    plan = write_only_status(known, status);
  }
  plan.events.push_back(
      {"Warning", "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required."});
  return plan;
}

void decide(Round& round) {
  const View d = round.deployment;
  if (object::is_deleting(d)) {
    find_newest(round, false);
    return count(round);
  }
  check_paused_condition(round);
  const bool paused = d["spec"]["paused"].as_bool();
  if (paused || is_scaling_event(round)) {
    find_newest(round, false);
    scale_in_proportion(round);
    if (paused) clean_up_history(round);
    return count(round);
  }
  round.rolling ? roll(round) : recreate(round);
  count(round);
  estimate_progress(round);
}

bool needs_status(const Round& round) {
  return !(round.status == DeploymentStatus::read(round.deployment["status"])) ||
         round.revision != object::annotations_of(round.deployment)[kRevision].as_string();
}

Write status_write(const Round& round) {
  Value object = round.deployment.to_value();
  if (!round.revision.empty()) object["metadata"]["annotations"][kRevision] = round.revision;
  object.set("status", round.status.write());
  return {Write::What::kUpdateStatus, std::string(object::name_of(round.deployment)), std::move(object), {}};
}

}  // namespace

Round::Round(const Known& k)
    : known(k),
      deployment(k.deployment.root()),
      replicas(deployment["spec"]["replicas"].as_int(1)),
      bounds(bounds_of(deployment)),
      rolling(deployment["spec"]["strategy"]["type"].as_string() == "RollingUpdate"),
      status(DeploymentStatus::read(deployment["status"])),
      revision(object::annotations_of(deployment)[kRevision].as_string()) {
  for (const object::Document& set : known.replica_sets) sets.emplace_back(set);
  for (ReplicaSet& set : sets) old.push_back(&set);
  std::sort(old.begin(), old.end(), older);
  const auto same = std::find_if(old.begin(), old.end(), [this](const ReplicaSet* set) {
    return equal_templates(deployment["spec"]["template"], set->view()["spec"]["template"]);
  });
  if (same == old.end()) return;
  newest = *same;
  old.erase(same);
}

ReplicaSets Round::all() const {
  ReplicaSets sets_of_all = old;
  if (newest) sets_of_all.push_back(newest);
  return sets_of_all;
}

void Round::write(ReplicaSet& set) {
  if (std::find(written.begin(), written.end(), &set) == written.end()) written.push_back(&set);
}

Plan make_plan(const Known& known) {
  const View selector = known.deployment["spec"]["selector"];
  if (selector.is_object() && selector.empty()) return refuse_empty_selector(known);
  Round round(known);
  decide(round);
  Plan plan;
  plan.events = std::move(round.events);
  for (ReplicaSet* set : round.written)
    plan.writes.push_back({set->exists() ? Write::What::kUpdateReplicaSet : Write::What::kCreateReplicaSet, set->name(),
                           set->write(), set->events});
  for (const ReplicaSet* set : round.deleted)
    plan.writes.push_back({Write::What::kDeleteReplicaSet, set->name(), {}, {}});
  if (needs_status(round)) plan.writes.push_back(status_write(round));
  if (plan.writes.empty() && !object::is_deleting(known.deployment.root()))
    plan.look_again_ns = deadline_check_ns(round);
  return plan;
}

Plan after_failed_create(const Known& known, std::string_view replica_set, std::string_view why) {
  const std::string message = fmt::format("Failed to create new replica set \"{}\": {}", replica_set, why);
  Plan plan;
  if (has_deadline(known.deployment.root())) {
    const DeploymentStatus before = DeploymentStatus::read(known.deployment["status"]);
    DeploymentStatus status = before;
    status.set(make_condition("Progressing", "False", "ReplicaSetCreateError", message, known.now));
    if (!(status == before)) plan = write_only_status(known, status);
  }
  plan.events.push_back({"Warning", "ReplicaSetCreateError", message});
  return plan;
}

Plan after_collision(const Known& known) {
  DeploymentStatus status = DeploymentStatus::read(known.deployment["status"]);
  status.collision_count = status.collision_count.value_or(0) + 1;
  return write_only_status(known, status);
}

}  // namespace proa::controllers::deployment
