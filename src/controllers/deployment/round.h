// One round of a Deployment's plan: what is known, what has been decided so far. The rollout (rolling.cc, recreate.cc),
// scaling (scaling.cc) and status (progress.cc) read and change it; plan.cc runs them in order. Pure.
#pragma once

#include <deque>
#include <string>

#include "controllers/deployment/plan.h"
#include "controllers/deployment/replica_sets.h"
#include "controllers/deployment/status.h"
#include "object/view.h"

namespace proa::controllers::deployment {

struct Round {
  explicit Round(const Known& known);

  const Known& known;
  object::View deployment;
  int64_t replicas;  // wanted
  Bounds bounds;
  bool rolling;  // strategy RollingUpdate

  std::deque<ReplicaSet> sets;   // owns
  ReplicaSet* newest = nullptr;  // the one whose template is the Deployment's; maybe still to be made
  ReplicaSets old;               // the others, oldest first
  ReplicaSets all() const;       // old, then newest

  DeploymentStatus status;           // as it will be written; starts as it is
  std::string revision;              // annotation of the Deployment
  std::vector<ReplicaSet*> written;  // in the order in which they were decided
  std::vector<ReplicaSet*> deleted;
  std::vector<Event> events;
  bool settled = true;  // nothing was scaled in this round

  void write(ReplicaSet& set);
};

/// Resolves the new ReplicaSet, brings its annotations and revision up to date; makes it when asked to.
void find_newest(Round& round, bool make_if_missing);
/// Sets the size of a ReplicaSet with what else belongs to it. True when the size changed.
bool scale_to(Round& round, ReplicaSet& set, int64_t replicas, bool annotations_too = false);
/// Has somebody changed spec.replicas since the ReplicaSets were last scaled?
bool is_scaling_event(const Round& round);
/// Scales in proportion, so that scaling up in the middle of a rollout does not speed the rollout up.
void scale_in_proportion(Round& round);
void roll(Round& round);
void recreate(Round& round);
/// Deletes the oldest of the empty old ReplicaSets beyond revisionHistoryLimit.
void clean_up_history(Round& round);
/// Some ReplicaSet has not caught up with its size: it did not see it yet, or has pods to delete. Sizes then count fewer
/// pods than run, so nothing may grow. (Upstream goes on, and now and then runs more pods than maxSurge allows.)
bool lags(const Round& round);
/// How many replicas the new ReplicaSet may have now.
int64_t new_replicas(const Round& round);

bool has_deadline(object::View deployment);
bool is_complete(object::View deployment, const DeploymentStatus& status);
/// Counts and condition Available.
void count(Round& round);
/// Progressing and ReplicaFailure, on top of count().
void estimate_progress(Round& round);
void check_paused_condition(Round& round);
/// When to look whether the rollout has missed its deadline.
std::optional<int64_t> deadline_check_ns(const Round& round);

}  // namespace proa::controllers::deployment
