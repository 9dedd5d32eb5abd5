// What a CronJob does next. Pure: from the CronJob, its jobs and the time to what is deleted and made, in this order:
//
//   history   finished jobs beyond successfulJobsHistoryLimit and failedJobsHistoryLimit go, the oldest first
//   active    jobs that are over or gone leave status.active
//   schedule  if a time has come that was not met, and concurrencyPolicy lets it: a job is made, named after that time, so that
//             no time is met twice. Replace deletes first what still runs
//
// Source: k8s.io/kubernetes pkg/controller/cronjob/cronjob_controllerv2.go.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controllers/workload/event.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::cronjob {

struct Known {
  object::Document cron_job;
  std::vector<object::Document> jobs;  // those whose controller has the CronJob's name
  object::TimeNs now = 0;
};

struct Plan {
  std::vector<Event> events;              // at once
  std::vector<object::Document> expire;   // of the history
  std::vector<object::Document> replace;  // all must be gone before one is made
  std::optional<object::Value> create;
  std::optional<object::TimeNs> scheduled;  // the time that `create` meets
  std::optional<int64_t> look_again_ns;
  object::Value status;  // before anything was deleted or made
};

Plan make_plan(const Known& known);

/// What became of it.
struct Effects {
  std::set<std::string> removed;  // uids of jobs
  object::Document created;       // or found, when it was there already; empty: none
};

/// The CronJob with the status that it should have; nothing when it has it.
std::optional<object::Value> next_status(const Known& known, const Plan& plan, const Effects& effects);

}  // namespace proa::controllers::cronjob
