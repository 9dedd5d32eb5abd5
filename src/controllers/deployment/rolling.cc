// The two strategies.
#include <algorithm>

#include "controllers/deployment/round.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::View;

/// Old replicas that are not available cost nothing to remove: they go first, oldest ReplicaSet first.
int64_t remove_unhealthy(Round& round, const ReplicaSets& old, int64_t most) {
  int64_t removed = 0;
  for (ReplicaSet* set : old) {
    if (removed >= most) break;
    const int64_t unhealthy = set->replicas() - set->available();
    if (set->replicas() == 0 || unhealthy == 0) continue;
    const int64_t count = std::min(most - removed, unhealthy);
    if (count <= 0) continue;
    scale_to(round, *set, set->replicas() - count);
    removed += count;
  }
  return removed;
}

/// Removes available old replicas as far as enough remain available.
void remove_old(Round& round, const ReplicaSets& old) {
  const int64_t spare = sum_available(old) + round.newest->available() - (round.replicas - round.bounds.unavailable);
  int64_t removed = 0;
  for (ReplicaSet* set : old) {
    if (removed >= spare) break;
    const int64_t count = std::min(set->replicas(), spare - removed);
    if (count == 0) continue;
    scale_to(round, *set, set->replicas() - count);
    removed += count;
  }
}

void shrink_old(Round& round) {
  const ReplicaSets old = active(round.old);
  // A status that lags behind its spec counts pods that are on their way out: wait for it.
  const bool lags =
      std::any_of(old.begin(), old.end(), [](const ReplicaSet* set) { return set->available() > set->replicas(); });
  if (old.empty() || lags) return;
  // Replicas of the new ReplicaSet that are not available yet may never be: they do not count as spare.
  const int64_t waiting = round.newest->replicas() - round.newest->available();
  const int64_t most = sum_replicas(round.all()) - (round.replicas - round.bounds.unavailable) - waiting;
  if (most <= 0) return;
  remove_unhealthy(round, old, most);
  remove_old(round, old);
}

bool old_pods_run(const Round& round) {
  if (sum_actual(round.old) > 0) return true;
  const std::string_view newest = round.newest ? object::uid_of(round.newest->view()) : std::string_view();
  return std::any_of(round.known.pods.begin(), round.known.pods.end(), [&](const auto& pod) {
    return !is_pod_finished(pod.root()) && (newest.empty() || !object::is_controlled_by(pod.root(), newest));
  });
}

}  // namespace

void roll(Round& round) {
  find_newest(round, true);
  ReplicaSet& newest = *round.newest;
  if (newest.replicas() > round.replicas) {
    scale_to(round, newest, round.replicas);
  } else if (newest.replicas() < round.replicas && new_replicas(round) > newest.replicas()) {
    if (lags(round)) return;
    scale_to(round, newest, new_replicas(round));
  }
  if (round.settled) shrink_old(round);
  if (round.settled && is_complete(round.deployment, DeploymentStatus::read(round.deployment["status"])))
    clean_up_history(round);
}

void recreate(Round& round) {
  find_newest(round, false);
  for (ReplicaSet* set : active(round.old)) scale_to(round, *set, 0);
  if (!round.settled || old_pods_run(round)) return;
  find_newest(round, true);
  scale_to(round, *round.newest, round.replicas);
  if (is_complete(round.deployment, DeploymentStatus::read(round.deployment["status"]))) clean_up_history(round);
}

}  // namespace proa::controllers::deployment
