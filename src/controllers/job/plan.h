// What a Job does next. A round has three looks, each a pure function:
//
//   make_plan()  before anything is written: which pods to adopt and release, which to make or remove, and whether the job has
//                failed or reached its aim (the verdict)
//   track()      after pods were made or removed: the status that must be on record before any pod loses its finalizer. It
//                lists the pods whose end it counts (uncountedTerminatedPods), and those that lose it now
//   conclude()   after that: the pods listed are counted for good, and the job is marked Complete or Failed once nothing of it
//                is left to count or to end
//
// A crash between any two of them loses and doubles nothing: what is listed and no longer tracked is counted by the next
// round.
//
// Source: k8s.io/kubernetes pkg/controller/job/job_controller.go (syncJob, manageJob, trackJobStatusAndRemoveFinalizers).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controllers/job/backoff.h"
#include "controllers/job/indexes.h"
#include "controllers/workload/event.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::job {

/// At most this many pods are made or removed in a round.
inline constexpr size_t kMostPods = 500;
/// At most this many ends are listed in a status.
inline constexpr size_t kMostUncounted = 500;

struct Known {
  object::Document job;
  /// Those that the job controls, and those of its namespace that have no controller. Shows every write of ours.
  std::vector<object::Document> pods;
  Backoff backoff;
  object::TimeNs now = 0;
};

/// A condition that comes true.
struct Verdict {
  std::string type, reason, message;
};

struct Plan {
  std::vector<object::Document> adopt, release;  // before anything else; they get, or lose, the finalizer
  std::vector<object::Document> remove;
  /// They lose the finalizer first: what is taken back has neither failed nor succeeded.
  bool untrack_removed = false;
  std::vector<std::optional<int64_t>> create;  // their indexes
  std::optional<int64_t> look_again_ns;
  Backoff backoff;  // once the status of track() is written

  // For track():
  std::vector<object::Document> pods;  // the job's, by index
  std::optional<Verdict> verdict;
  bool managed = false;  // the number of pods was looked at
  int64_t active = 0, ready = 0, terminating = 0, succeeded = 0;
  Indexes done_before, done;  // those that succeeded
  std::optional<Indexes> failed;
  /// The failed pod of an index that keeps its count of failures until another takes it over.
  std::map<int64_t, object::Document> heirs;
};

Plan make_plan(const Known& known);

/// What became of plan.create and plan.remove.
struct Effects {
  bool failed = false;        // not all could be written: none is counted on
  int64_t removed_ready = 0;  // of plan.remove
};

struct Tracking {
  object::Value job;     // with its status
  bool changed = false;  // it must be written
  std::vector<object::Document> untrack;
  std::optional<Verdict> ending;
  std::vector<Event> events;  // once it is written
};

Tracking track(const Known& known, const Plan& plan, const Effects& effects);

struct Conclusion {
  object::Value job;
  bool changed = false;
  std::vector<Event> events;  // once it is written
};

/// `job`: as track() left it. `tracked`: the uids of the job's pods that still carry the finalizer.
Conclusion conclude(object::Value job, const std::optional<Verdict>& ending, const std::set<std::string>& tracked,
                    object::TimeNs now);

}  // namespace proa::controllers::job
