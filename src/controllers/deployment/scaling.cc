// The sizes of ReplicaSets: one by one, all in proportion, and the old ones' end.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include "controllers/deployment/round.h"
#include "object/int_or_string.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::View;

/// The only ReplicaSet with pods; with none, the newest; with several, none.
ReplicaSet* active_or_latest(const Round& round) {
  const ReplicaSets running = active(round.all());
  if (running.size() > 1) return nullptr;
  if (running.size() == 1) return running.front();
  if (round.newest) return round.newest;
  return round.old.empty() ? nullptr : *std::max_element(round.old.begin(), round.old.end(), older);
}

/// The new ReplicaSet has all the pods it should have, and all are available.
bool is_saturated(const Round& round) {
  const ReplicaSet* set = round.newest;
  return set && set->number(kDesiredReplicas) == round.replicas && set->replicas() == round.replicas &&
         set->available() == round.replicas;
}

/// How much a ReplicaSet should grow (or shrink, negative) to keep its part of the whole.
int64_t fraction(const Round& round, const ReplicaSet& set) {
  if (round.replicas == 0) return -set.replicas();
  const int64_t now = round.replicas + round.bounds.surge;
  int64_t before = set.number(kMaxReplicas).value_or(0);
  if (before == 0) before = round.deployment["status"]["replicas"].as_int();
  if (before == 0) return 0;
  const double size = static_cast<double>(set.replicas() * now) / static_cast<double>(before);
  return std::lround(size) - set.replicas();
}

int64_t proportion(const Round& round, const ReplicaSet& set, int64_t to_add, int64_t added) {
  if (set.replicas() == 0 || to_add == 0 || to_add == added) return 0;
  const int64_t wanted = fraction(round, set), allowed = to_add - added;
  return to_add > 0 ? std::min(wanted, allowed) : std::max(wanted, allowed);
}

void spread(Round& round) {
  ReplicaSets sets = active(round.all());
  const int64_t allowed = round.replicas > 0 ? round.replicas + round.bounds.surge : 0;
  const int64_t to_add = allowed - sum_replicas(sets);
  // Of equal size: when growing the newer, when shrinking the older goes first. Rounding's rest goes to the first.
  if (to_add > 0) std::stable_sort(sets.begin(), sets.end(), larger_then_newer);
  if (to_add < 0) std::stable_sort(sets.begin(), sets.end(), larger_then_older);
  int64_t added = 0;
  std::vector<int64_t> sizes;
  for (const ReplicaSet* set : sets) {
    const int64_t more = proportion(round, *set, to_add, added);
    sizes.push_back(set->replicas() + more);
    added += more;
  }
  if (to_add != 0 && !sizes.empty()) sizes[0] = std::max<int64_t>(0, sizes[0] + to_add - added);
  for (size_t i = 0; i < sets.size(); ++i) scale_to(round, *sets[i], sizes[i], true);
}

}  // namespace

Bounds bounds_of(View deployment) {
  const View strategy = deployment["spec"]["strategy"];
  if (strategy["type"].as_string() != "RollingUpdate") return {};
  const int64_t replicas = deployment["spec"]["replicas"].as_int(1);
  const View rolling = strategy["rollingUpdate"];
  Bounds bounds{object::scaled_value(rolling["maxSurge"], replicas, true).value_or(0),
                object::scaled_value(rolling["maxUnavailable"], replicas, false).value_or(0)};
  if (bounds.surge == 0 && bounds.unavailable == 0) bounds.unavailable = 1;
  bounds.unavailable = std::min(bounds.unavailable, replicas);
  return bounds;
}

int64_t new_replicas(const Round& round) {
  if (!round.rolling) return round.replicas;
  const int64_t current = sum_replicas(round.all()), most = round.replicas + round.bounds.surge;
  if (current >= most) return round.newest->replicas();
  return round.newest->replicas() + std::min(most - current, round.replicas - round.newest->replicas());
}

bool lags(const Round& round) {
  const ReplicaSets all = round.all();
  return std::any_of(all.begin(), all.end(), [](const ReplicaSet* set) {
    return set->exists() && (set->actual() > set->replicas() ||
                             set->view()["status"]["observedGeneration"].as_int() < object::generation_of(set->view()));
  });
}

bool scale_to(Round& round, ReplicaSet& set, int64_t replicas, bool annotations_too) {
  const int64_t before = set.replicas();
  if (before == replicas && !annotations_too) return false;
  set.annotate(kDesiredReplicas, std::to_string(round.replicas));
  set.annotate(kMaxReplicas, std::to_string(round.replicas + round.bounds.surge));
  set.set_replicas(replicas);
  if (set.changed()) round.write(set);
  if (before == replicas) return false;
  set.events.push_back({"Normal", "ScalingReplicaSet",
                        fmt::format("Scaled {} replica set {} from {} to {}", before < replicas ? "up" : "down",
                                    set.name(), before, replicas)});
  round.settled = false;
  return true;
}

bool is_scaling_event(const Round& round) {
  for (const ReplicaSet* set : active(round.all()))
    if (const auto desired = set->number(kDesiredReplicas); desired && *desired != round.replicas) return true;
  return false;
}

void scale_in_proportion(Round& round) {
  if (ReplicaSet* only = active_or_latest(round)) {
    scale_to(round, *only, round.replicas);
  } else if (is_saturated(round)) {
    for (ReplicaSet* set : active(round.old)) scale_to(round, *set, 0);
  } else if (round.rolling) {
    spread(round);
  }
}

void clean_up_history(Round& round) {
  const View limit = round.deployment["spec"]["revisionHistoryLimit"];
  if (!limit.is_int() || limit.as_int() == INT32_MAX) return;
  ReplicaSets kept;
  for (ReplicaSet* set : round.old)
    if (!set->deleting()) kept.push_back(set);
  const int64_t excess = static_cast<int64_t>(kept.size()) - limit.as_int();
  if (excess <= 0) return;
  std::stable_sort(kept.begin(), kept.end(), lower_revision);
  for (int64_t i = 0; i < excess; ++i) {
    ReplicaSet* set = kept[static_cast<size_t>(i)];
    const View status = set->view()["status"];
    if (set->actual() == 0 && set->replicas() == 0 &&
        object::generation_of(set->view()) <= status["observedGeneration"].as_int())
      round.deleted.push_back(set);
  }
}

}  // namespace proa::controllers::deployment
