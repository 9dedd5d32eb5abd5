// Job and CronJob.
#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/selector.h"
#include "object/time.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

std::string number_or_unset(View value, std::string_view unit = "") {
  return value.exists() ? fmt::format("{}{}", value.as_int(), unit) : "<unset>";
}

std::string selector_of(View selector) {
  return selector.exists() ? object::LabelSelector::from_object(selector).to_string() : "<unset>";
}

void begin(DescribeWriter& w, View object) {
  w.print(0, "Name:\t{}\n", object::name_of(object));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(object));
}

void limits(DescribeWriter& w, View spec) {
  if (spec["parallelism"].exists()) w.print(0, "Parallelism:\t{}\n", spec["parallelism"].as_int());
  w.print(0, "Completions:\t{}\n", number_or_unset(spec["completions"]));
  if (spec["completionMode"].exists()) w.print(0, "Completion Mode:\t{}\n", spec["completionMode"].as_string());
  if (spec["suspend"].exists()) w.print(0, "Suspend:\t{}\n", spec["suspend"].as_bool());
  if (spec["backoffLimit"].exists()) w.print(0, "Backoff Limit:\t{}\n", spec["backoffLimit"].as_int());
  if (spec["ttlSecondsAfterFinished"].exists())
    w.print(0, "TTL Seconds After Finished:\t{}\n", spec["ttlSecondsAfterFinished"].as_int());
}

std::string completed_indexes(std::string indexes) {
  if (indexes.empty()) return "<none>";
  const size_t comma = indexes.find(',', 50);
  return comma == std::string::npos ? indexes : indexes.substr(0, comma + 1) + "...";
}

}  // namespace

void describe_job(DescribeWriter& w, const DescribeContext& c) {
  const View job = c.info.object, spec = job["spec"], status = job["status"];
  begin(w, job);
  w.print(0, "Selector:\t{}\n", object::LabelSelector::from_object(spec["selector"]).to_string());
  describe_labels(w, "Labels", object::labels_of(job));
  describe_annotations(w, "Annotations", object::annotations_of(job));
  if (const auto owner = controller_name(job); !owner.empty()) w.print(0, "Controlled By:\t{}\n", owner);
  limits(w, spec);
  const auto started = object::time_of(status["startTime"]), ended = object::time_of(status["completionTime"]);
  if (started) w.print(0, "Start Time:\t{}\n", long_time(status["startTime"]));
  if (ended) w.print(0, "Completed At:\t{}\n", long_time(status["completionTime"]));
  if (started && ended) w.print(0, "Duration:\t{}\n", object::human_duration(*ended - *started));
  if (spec["activeDeadlineSeconds"].exists())
    w.print(0, "Active Deadline Seconds:\t{}s\n", spec["activeDeadlineSeconds"].as_int());
  const std::string ready = status["ready"].exists() ? fmt::format(" ({} Ready)", status["ready"].as_int()) : "";
  w.print(0, "Pods Statuses:\t{} Active{} / {} Succeeded / {} Failed\n", status["active"].as_int(), ready,
          status["succeeded"].as_int(), status["failed"].as_int());
  if (spec["completionMode"].as_string() == "Indexed")
    w.print(0, "Completed Indexes:\t{}\n", completed_indexes(status["completedIndexes"].str()));
  describe_pod_template(w, spec["template"]);
  describe_own_events(w, c);
}

void describe_cron_job(DescribeWriter& w, const DescribeContext& c) {
  const View job = c.info.object, spec = job["spec"], status = job["status"];
  begin(w, job);
  describe_labels(w, "Labels", object::labels_of(job));
  describe_annotations(w, "Annotations", object::annotations_of(job));
  w.print(0, "Schedule:\t{}\n", spec["schedule"].as_string());
  w.print(0, "Concurrency Policy:\t{}\n", spec["concurrencyPolicy"].as_string());
  w.print(0, "Suspend:\t{}\n", spec["suspend"].exists() ? go_title_bool(spec["suspend"].as_bool()) : "<unset>");
  w.print(0, "Successful Job History Limit:\t{}\n", number_or_unset(spec["successfulJobsHistoryLimit"]));
  w.print(0, "Failed Job History Limit:\t{}\n", number_or_unset(spec["failedJobsHistoryLimit"]));
  w.print(0, "Starting Deadline Seconds:\t{}\n", number_or_unset(spec["startingDeadlineSeconds"], "s"));
  const View inner = spec["jobTemplate"]["spec"];
  w.print(0, "Selector:\t{}\n", selector_of(inner["selector"]));
  w.print(0, "Parallelism:\t{}\n", number_or_unset(inner["parallelism"]));
  w.print(0, "Completions:\t{}\n", number_or_unset(inner["completions"]));
  if (inner["activeDeadlineSeconds"].exists())
    w.print(0, "Active Deadline Seconds:\t{}s\n", inner["activeDeadlineSeconds"].as_int());
  describe_pod_template(w, inner["template"]);
  w.print(0, "Last Schedule Time:\t{}\n",
          status["lastScheduleTime"].exists() ? long_time(status["lastScheduleTime"]) : "<unset>");
  std::vector<std::string> active;
  for (View one : status["active"].items()) active.push_back(one["name"].str());
  w.print(0, "Active Jobs:\t{}\n", active.empty() ? "<none>" : join(active, ", "));
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
