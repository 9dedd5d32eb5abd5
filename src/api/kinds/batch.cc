// Jobs and CronJobs. Source: pkg/apis/batch/validation, pkg/registry/batch/job.
#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/cron_schedule.h"
#include "object/meta.h"
#include "object/selector.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::string_view kControllerUid = "batch.kubernetes.io/controller-uid";
constexpr std::string_view kJobName = "batch.kubernetes.io/job-name";

bool has(View object, std::string_view member) { return object[member].exists() && !object[member].is_null(); }

/// Pods of a job are found by its uid, unless the user wants to name them by hand.
void generate_selector(Value& job) {
  if (View(job)["spec"]["manualSelector"].as_bool()) return;
  const std::string name = View(job)["metadata"]["name"].str(), uid = View(job)["metadata"]["uid"].str();
  const auto put = [](Value& labels, std::string_view label, const std::string& value) {
    if (!View(labels)[label].exists()) labels.set(label, value);
  };
  Value& labels = job["spec"]["template"]["metadata"]["labels"];
  put(labels, kControllerUid, uid);
  put(labels, kJobName, name);
  put(labels, "controller-uid", uid);
  put(labels, "job-name", name);
  put(job["spec"]["selector"]["matchLabels"], kControllerUid, uid);
}

void prepare_job(Value& job, const WriteContext& context) {
  const View pod = View(job)["spec"]["template"]["metadata"]["labels"], own = View(job)["metadata"]["labels"];
  // Upstream's defaults, which are applied again to what is read from the store, give a job its template's labels.
  const bool shares_labels = own.empty() || own == pod;
  generate_selector(job);
  if (shares_labels) job["metadata"].set("labels", View(job)["spec"]["template"]["metadata"]["labels"].to_value());
  generic_prepare_for_create(job, context);
}

void validate_counts(View spec, const Path& path, ErrorList& errors) {
  for (const std::string_view count : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                       "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
    if (spec[count].is_int()) validation::nonnegative(spec[count], path.child(count), errors);
  if (spec["maxFailedIndexes"].is_int() && !spec["backoffLimitPerIndex"].is_int())
    errors.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
}

void validate_completion_mode(View spec, const Path& path, ErrorList& errors) {
  constexpr int64_t kMostIndexed = 100000;
  const std::string_view mode = spec["completionMode"].as_string();
  if (spec["completionMode"].is_string() && mode != "NonIndexed" && mode != "Indexed")
    errors.not_supported(path.child("completionMode"), mode, {"NonIndexed", "Indexed"});
  if (mode == "Indexed") {
    if (!spec["completions"].is_int()) errors.required(path.child("completions"), "when completion mode is Indexed");
    if (spec["parallelism"].as_int() > kMostIndexed)
      errors.invalid_number(
          path.child("parallelism"), spec["parallelism"].as_int(),
          fmt::format("must be less than or equal to {} when completion mode is Indexed", kMostIndexed));
    const View failed = spec["maxFailedIndexes"];
    if (failed.is_int() && spec["completions"].is_int() && failed.as_int() > spec["completions"].as_int())
      errors.invalid_number(path.child("maxFailedIndexes"), failed.as_int(),
                            "must be less than or equal to completions");
  } else if (mode.empty() || mode == "NonIndexed") {
    for (const std::string_view member : {"backoffLimitPerIndex", "maxFailedIndexes"})
      if (spec[member].is_int())
        errors.invalid_number(path.child(member), spec[member].as_int(), "requires indexed completion mode");
  }
}

void validate_exit_codes(View codes, View pod, const Path& path, ErrorList& errors) {
  const std::string_view op = codes["operator"].as_string();
  if (op.empty())
    errors.required(path.child("operator"), R"(valid values: ["In" "NotIn"])");
  else if (op != "In" && op != "NotIn")
    errors.not_supported(path.child("operator"), op, {"In", "NotIn"});
  if (const View wanted = codes["containerName"]; wanted.is_string()) {
    bool known = false;
    for (const std::string_view list : {"containers", "initContainers"})
      for (const View container : pod[list].items()) known |= container["name"] == wanted;
    if (!known)
      errors.invalid(path.child("containerName"), wanted,
                     "must be one of the container or initContainer names in the pod template");
  }
  const Path values = path.child("values");
  const Value nothing(nullptr);
  if (codes["values"].empty())
    errors.invalid(values, codes["values"].exists() ? codes["values"] : View(nothing),
                   "at least one value is required");
  bool ordered = true;
  std::vector<int64_t> seen;
  size_t index = 0;
  for (const View value : codes["values"].items()) {
    const Path at = values.index(index++);
    const int64_t code = value.as_int();
    if (op == "In" && code == 0) errors.invalid_number(at, 0, "must not be 0 for the In operator");
    if (std::ranges::find(seen, code) != seen.end()) errors.duplicate(at, value);
    ordered &= seen.empty() || seen.back() <= code;
    seen.push_back(code);
  }
  if (!ordered) errors.invalid(values, codes["values"], "must be ordered");
}

void validate_pod_conditions(View patterns, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (const View pattern : patterns.items()) {
    const Path at = path.index(index++);
    const std::string_view type = pattern["type"].as_string(), status = pattern["status"].as_string();
    for (const auto& why : schema::qualified_name_errors(type)) errors.invalid(at.child("type"), type, why);
    if (status.empty())
      errors.required(at.child("status"), R"(valid values: ["False" "True" "Unknown"])");
    else if (status != "True" && status != "False" && status != "Unknown")
      errors.not_supported(at.child("status"), status, {"False", "True", "Unknown"});
  }
}

void validate_failure_rule(View rule, View spec, const Path& path, ErrorList& errors) {
  const std::string_view action = rule["action"].as_string();
  const Path at = path.child("action");
  if (action.empty())
    errors.required(at, R"(valid values: ["Count" "FailIndex" "FailJob" "Ignore"])");
  else if (action == "FailIndex" && !spec["backoffLimitPerIndex"].is_int())
    errors.invalid(at, action, "requires the backoffLimitPerIndex to be set");
  else if (action != "FailIndex" && action != "Count" && action != "FailJob" && action != "Ignore")
    errors.not_supported(at, action, {"Count", "FailIndex", "FailJob", "Ignore"});
  const bool codes = rule["onExitCodes"].is_object(), conditions = !rule["onPodConditions"].empty();
  if (codes) validate_exit_codes(rule["onExitCodes"], spec["template"]["spec"], path.child("onExitCodes"), errors);
  if (conditions) validate_pod_conditions(rule["onPodConditions"], path.child("onPodConditions"), errors);
  if (codes && conditions)
    errors.invalid_here(path, "specifying both OnExitCodes and OnPodConditions is not supported");
  if (!codes && !conditions) errors.invalid_here(path, "specifying one of OnExitCodes and OnPodConditions is required");
}

void validate_failure_policy(View spec, const Path& path, ErrorList& errors) {
  const Path rules = path.child("rules");
  size_t index = 0;
  for (const View rule : spec["podFailurePolicy"]["rules"].items())
    validate_failure_rule(rule, spec, rules.index(index++), errors);
}

void validate_restart_policy(View spec, const Path& path, ErrorList& errors) {
  const std::string_view policy = spec["template"]["spec"]["restartPolicy"].as_string();
  const Path pod = path.child("template");
  const Path pod_spec = pod.child("spec");
  const Path at = pod_spec.child("restartPolicy");
  if (policy.empty() || policy == "Always")
    errors.required(at, R"(valid values: "OnFailure", "Never")");
  else if (policy != "OnFailure" && policy != "Never")
    errors.not_supported(at, policy, {"OnFailure", "Never"});
  else if (spec["podFailurePolicy"].is_object() && policy != "Never")
    errors.invalid(at, policy, R"(only "Never" is supported when podFailurePolicy is specified)");
}

void validate_replacement(View spec, const Path& path, ErrorList& errors) {
  if (!has(spec, "podReplacementPolicy")) return;
  const std::string_view policy = spec["podReplacementPolicy"].as_string();
  if (spec["podFailurePolicy"].is_object()) {
    if (policy != "Failed") errors.not_supported(path, policy, {"Failed"});
  } else if (policy != "Failed" && policy != "TerminatingOrFailed") {
    errors.not_supported(path, policy, {"Failed", "TerminatingOrFailed"});
  }
}

/// What jobs and the templates of CronJobs have in common.
void validate_job_spec(View spec, const Path& path, ErrorList& errors) {
  validate_counts(spec, path, errors);
  validate_completion_mode(spec, path, errors);
  if (spec["podFailurePolicy"].is_object()) validate_failure_policy(spec, path.child("podFailurePolicy"), errors);
  validate_replacement(spec, path.child("podReplacementPolicy"), errors);
  validation::pod_template(spec["template"], path.child("template"), errors);
  validate_restart_policy(spec, path, errors);
}

void validate_job(View job, ErrorList& errors) {
  const View spec = job["spec"];
  const Path path("spec");
  const View selector = spec["selector"];
  const bool generated = selector["matchLabels"].size() == 1 && selector["matchExpressions"].empty() &&
                         selector["matchLabels"][kControllerUid] == job["metadata"]["uid"];
  if (selector.is_object() && !spec["manualSelector"].as_bool() && !generated)
    errors.invalid(path.child("selector"), selector, "`selector` not auto-generated");
  validate_job_spec(spec, path, errors);
  if (!spec["selector"].is_object())
    errors.required(path.child("selector"), "");
  else
    validation::label_selector(spec["selector"], path.child("selector"), errors);
  if (spec["completionMode"].as_string() == "Indexed" && spec["completions"].as_int() > 0) {
    const Path own("metadata");
    const std::string last = fmt::format("{}-{}", object::name_of(job), spec["completions"].as_int() - 1);
    if (!schema::dns1123_label_errors(last).empty())
      errors.invalid(own.child("name"), object::name_of(job),
                     "will not able to create pod with invalid DNS label: " + last);
  }
  const View labels = spec["template"]["metadata"]["labels"];
  const Path pod = path.child("template");
  const Path metadata = pod.child("metadata");
  if (!object::LabelSelector::from_object(spec["selector"]).matches(labels))
    errors.invalid(metadata.child("labels"), labels, "`selector` does not match template `labels`");
}

Value shown_exit_codes(View codes) {
  if (!codes.is_object()) return {nullptr};
  return validation::shown(codes, {{"containerName", nullptr}, {"operator", ""}, {"values", nullptr}});
}

Value shown_rule(View rule) {
  Value out = validation::shown(rule, {{"action", ""}});
  out.set("OnExitCodes", shown_exit_codes(rule["onExitCodes"]));
  out.set("OnPodConditions", validation::shown_list(rule["onPodConditions"], [](View condition) {
            return validation::shown(condition, {{"type", ""}, {"status", ""}});
          }));
  return out;
}

Value shown_failure_policy(View policy) {
  if (!policy.is_object()) return {nullptr};
  return Value::object({{"Rules", validation::shown_list(policy["rules"], shown_rule)}});
}

/// What a job that is suspended may change of its template: where its pods may go, and what they ask for.
Value with_what_may_change(View pod_template, View old) {
  Value masked = pod_template.to_value();
  const auto take = [](Value& into, View from, std::string_view member) {
    into.erase(member);
    if (from[member].exists()) into.set(member, from[member].to_value());
  };
  for (const std::string_view member : {"labels", "annotations"}) take(masked["metadata"], old["metadata"], member);
  for (const std::string_view member : {"affinity", "nodeSelector", "tolerations", "schedulingGates"})
    take(masked["spec"], old["spec"], member);
  for (const std::string_view list : {"containers", "initContainers"}) {
    Value* containers = masked["spec"].find(list);
    const View before = old["spec"][list];
    if (containers == nullptr || !containers->is_array() || containers->items().size() != before.size()) continue;
    for (size_t i = 0; i < before.size(); ++i) take(containers->items()[i], before.at(i), "resources");
  }
  return masked;
}

/// The number of an Indexed job's completions moves with its parallelism; any other's stays.
void validate_completions(View spec, View was, const Path& path, ErrorList& errors) {
  if (spec["completionMode"].as_string() != "Indexed")
    return validation::immutable(spec["completions"], was["completions"], path, errors);
  if (spec["completions"] == was["completions"] || !spec["completions"].is_int()) return;
  if (!(spec["completions"] == spec["parallelism"]))
    errors.invalid(path, spec["completions"], "can only be modified in tandem with spec.parallelism");
}

void validate_job_update(View job, View old, ErrorList& errors) {
  const Path path("spec");
  const View spec = job["spec"], was = old["spec"];
  validate_completions(spec, was, path.child("completions"), errors);
  validation::immutable(spec["selector"], was["selector"], path.child("selector"), errors);
  const bool suspended = was["suspend"].as_bool() && !old["status"]["startTime"].is_string();
  const Value masked =
      suspended ? with_what_may_change(spec["template"], was["template"]) : spec["template"].to_value();
  const Path pod = path.child("template");
  if (!(View(masked) == was["template"])) {
    if (suspended)
      errors.invalid(pod.child("spec"), spec["template"]["spec"], "field is immutable");
    else
      errors.invalid(pod, spec["template"], "field is immutable");
  }
  validation::immutable(spec["completionMode"], was["completionMode"], path.child("completionMode"), errors);
  if (!(spec["podFailurePolicy"] == was["podFailurePolicy"]))
    errors.invalid(path.child("podFailurePolicy"), shown_failure_policy(spec["podFailurePolicy"]),
                   "field is immutable");
  for (const std::string_view member : {"backoffLimitPerIndex", "managedBy", "successPolicy"})
    validation::immutable(spec[member], was[member], path.child(member), errors);
}

constexpr std::array<std::string_view, 1> kJobFields = {"status.successful"};

// ---- CronJobs ----

void validate_schedule(std::string_view schedule, const Path& path, ErrorList& errors) {
  if (schedule.empty()) return errors.required(path, "");
  if (const auto parsed = object::CronSchedule::parse(schedule); !parsed)
    errors.invalid(path, schedule, parsed.error().message);
  if (schedule.find("TZ") != std::string_view::npos)
    errors.invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
}

/// One part of the name of a zone, as it stands between slashes.
bool is_zone_part(std::string_view part) {
  constexpr size_t kLongest = 14;
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-' || c == '+';
  };
  return part != "." && part != ".." && !part.starts_with('-') && !part.empty() && part.size() <= kLongest &&
         std::ranges::all_of(part, is_plain);
}

void validate_time_zone(View zone, const Path& path, ErrorList& errors) {
  const std::string_view text = zone.as_string();
  if (!zone.is_string()) return;
  if (text.empty()) return errors.invalid(path, zone, "timeZone must be nil or non-empty string");
  const std::string unknown = fmt::format("unknown time zone {}", text);
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('/', at), text.size());
    if (!is_zone_part(text.substr(at, end - at))) return errors.invalid(path, zone, unknown);
    at = end + 1;
  }
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (std::ranges::equal(text, std::string_view("local"), same))
    errors.invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  if (text != "Local" && !object::TimeZone::load(text)) errors.invalid(path, zone, unknown);
}

void validate_cron_job(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  validate_schedule(spec["schedule"].as_string(), path.child("schedule"), errors);
  validation::nonnegative(spec["startingDeadlineSeconds"], path.child("startingDeadlineSeconds"), errors);
  validate_time_zone(spec["timeZone"], path.child("timeZone"), errors);
  const std::string_view policy = spec["concurrencyPolicy"].as_string();
  const Path policy_path = path.child("concurrencyPolicy");
  if (policy.empty())
    errors.required(policy_path, "");
  else if (policy != "Allow" && policy != "Forbid" && policy != "Replace")
    errors.not_supported(policy_path, policy, {"Allow", "Forbid", "Replace"});
  const Path job = path.child("jobTemplate");
  const Path job_spec = job.child("spec");
  const View wanted = spec["jobTemplate"]["spec"];
  validate_job_spec(wanted, job_spec, errors);
  if (wanted["selector"].is_object())
    errors.invalid(job_spec.child("selector"), wanted["selector"], "`selector` will be auto-generated");
  if (wanted["manualSelector"].as_bool())
    errors.not_supported(job_spec.child("manualSelector"), wanted["manualSelector"],
                         std::array<std::string_view, 2>{"nil", "false"});
  for (const std::string_view limit : {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
    validation::nonnegative(spec[limit], path.child(limit), errors);
}

void validate_new_cron_job(View object, ErrorList& errors) {
  constexpr size_t kLongestName = 52;  // its jobs add eleven characters
  validate_cron_job(object, errors);
  const std::string_view name = object::name_of(object);
  const Path metadata("metadata");
  if (name.size() > kLongestName) errors.invalid(metadata.child("name"), name, "must be no more than 52 characters");
}

}  // namespace

KindBehaviour job() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = prepare_job;
  behaviour.selectable_fields = kJobFields;
  behaviour.field = [](View job, std::string_view) { return std::to_string(job["status"]["succeeded"].as_int()); };
  behaviour.orphans_by_default = true;
  behaviour.orphaning_warning =
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or "
      "set propagationPolicy=Orphan to suppress this warning";
  behaviour.validate = validate_job;
  behaviour.validate_update = validate_job_update;
  behaviour.row = rows::job;
  return behaviour;
}

KindBehaviour cron_job() {
  KindBehaviour behaviour;
  behaviour.validate = validate_new_cron_job;
  behaviour.validate_changed = validate_cron_job;
  behaviour.row = rows::cron_job;
  return behaviour;
}

}  // namespace proa::api::kinds
