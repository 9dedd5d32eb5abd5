// When a CronJob runs next, and what it has missed. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/cronjob/utils.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "object/cron_schedule.h"
#include "object/time.h"
#include "object/time_zone.h"
#include "object/view.h"

namespace proa::controllers::cronjob {

/// spec.timeZone, or UTC; nothing when there is no such zone.
std::optional<object::TimeZone> zone_of(object::View cron_job);
/// The schedule in its zone.
Result<object::CronSchedule> schedule_of(object::View cron_job);

struct Due {
  std::optional<object::TimeNs> time;  // the last one that was not met; nothing when all were
  bool many_missed = false;            // more than 100
  std::string problem = {};            // not empty: the schedule makes no sense
};
Due last_due(object::View cron_job, const object::CronSchedule& schedule, object::TimeNs now);

/// When a time of the schedule was last met, or the CronJob made.
object::TimeNs last_scheduled(object::View cron_job);
/// Until the next time of the schedule, and a tenth of a second more, for clocks that differ a little. `since`: the last time
/// that was met.
int64_t until_next_ns(object::TimeNs since, const object::CronSchedule& schedule, object::TimeNs now);

}  // namespace proa::controllers::cronjob
