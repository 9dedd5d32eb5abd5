#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/meta.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

View containers_of(View object) { return object["spec"]["template"]["spec"]["containers"]; }

std::string ready_of(View object) {
  return fmt::format("{}/{}", object["status"]["readyReplicas"].as_int(), object["spec"]["replicas"].as_int());
}

bool has_condition(View object, std::string_view type) {
  for (View item : object["status"]["conditions"].items())
    if (item["type"].as_string() == type) return item["status"].as_string() == "True";
  return false;
}

void replicas_row(View object, TimeNs now, std::string selector, Cells& cells) {
  const View status = object["status"];
  cells = {object::name_of(object),
           object["spec"]["replicas"].as_int(),
           status["replicas"].as_int(),
           status["readyReplicas"].as_int(),
           created(object, now),
           container_names(containers_of(object)),
           container_images(containers_of(object)),
           std::move(selector)};
}

std::string job_status(View object) {
  if (has_condition(object, "Complete")) return "Complete";
  if (has_condition(object, "Failed")) return "Failed";
  if (object::is_deleting(object)) return "Terminating";
  if (has_condition(object, "Suspended")) return "Suspended";
  if (has_condition(object, "FailureTarget")) return "FailureTarget";
  if (has_condition(object, "SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

std::string job_completions(View object) {
  const int64_t succeeded = object["status"]["succeeded"].as_int();
  const View wanted = object["spec"]["completions"];
  if (wanted.is_int()) return fmt::format("{}/{}", succeeded, wanted.as_int());
  const int64_t parallelism = object["spec"]["parallelism"].as_int();
  if (parallelism > 1) return fmt::format("{}/1 of {}", succeeded, parallelism);
  return fmt::format("{}/1", succeeded);
}

std::string job_duration(View object, TimeNs now) {
  const auto start = object::time_of(object["status"]["startTime"]);
  if (!start) return "";
  return object::human_duration(object::time_of(object["status"]["completionTime"]).value_or(now) - *start);
}

}  // namespace

void deployment(View object, TimeNs now, Cells& cells) {
  const View status = object["status"];
  cells = {object::name_of(object),
           ready_of(object),
           status["updatedReplicas"].as_int(),
           status["availableReplicas"].as_int(),
           created(object, now),
           container_names(containers_of(object)),
           container_images(containers_of(object)),
           selector_text(object["spec"]["selector"])};
}

void replica_set(View object, TimeNs now, Cells& cells) {
  replicas_row(object, now, selector_text(object["spec"]["selector"]), cells);
}

void replication_controller(View object, TimeNs now, Cells& cells) {
  replicas_row(object, now, map_text(object["spec"]["selector"]), cells);
}

void daemon_set(View object, TimeNs now, Cells& cells) {
  const View status = object["status"];
  cells = {object::name_of(object),
           status["desiredNumberScheduled"].as_int(),
           status["currentNumberScheduled"].as_int(),
           status["numberReady"].as_int(),
           status["updatedNumberScheduled"].as_int(),
           status["numberAvailable"].as_int(),
           map_text(object["spec"]["template"]["spec"]["nodeSelector"]),
           created(object, now),
           container_names(containers_of(object)),
           container_images(containers_of(object)),
           selector_text(object["spec"]["selector"])};
}

void stateful_set(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), ready_of(object), created(object, now), container_names(containers_of(object)),
           container_images(containers_of(object))};
}

void job(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object),
           job_status(object),
           job_completions(object),
           job_duration(object, now),
           created(object, now),
           container_names(containers_of(object)),
           container_images(containers_of(object)),
           selector_text(object["spec"]["selector"])};
}

void cron_job(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  const View last = object["status"]["lastScheduleTime"];
  const View containers = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"];
  cells = {object::name_of(object),
           spec["schedule"].str(),
           or_else(spec["timeZone"], "<none>"),
           spec["suspend"].as_bool() ? "True" : "False",
           static_cast<int64_t>(object["status"]["active"].size()),
           last.is_string() ? age(last, now) : "<none>",
           created(object, now),
           container_names(containers),
           container_images(containers),
           selector_text(spec["jobTemplate"]["spec"]["selector"])};
}

void controller_revision(View object, TimeNs now, Cells& cells) {
  std::string owner = "<none>";
  if (const View controller = object::controller_of(object)) {
    const std::string version = controller["apiVersion"].str();
    const size_t slash = version.find('/');
    std::string kind = controller["kind"].str();
    for (char& c : kind) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    owner = slash == std::string::npos
                ? fmt::format("{}/{}", kind, controller["name"].as_string())
                : fmt::format("{}.{}/{}", kind, version.substr(0, slash), controller["name"].as_string());
  }
  cells = {object::name_of(object), owner, object["revision"].as_int(), created(object, now)};
}

}  // namespace proa::api::rows
