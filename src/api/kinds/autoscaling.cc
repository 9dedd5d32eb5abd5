// HorizontalPodAutoscalers. Source: pkg/apis/autoscaling/validation.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/quantity.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

void path_segment(View value, const Path& path, std::string_view missing, ErrorList& errors) {
  const std::string_view text = value.as_string();
  if (text.empty()) return errors.required(path, missing);
  for (const auto& why : schema::path_segment_name_errors(text)) errors.invalid(path, text, why);
}

/// What is scaled is of a group; what is measured may be of the core.
void validate_reference(View reference, bool of_a_group, const Path& path, ErrorList& errors) {
  path_segment(reference["kind"], path.child("kind"), "", errors);
  path_segment(reference["name"], path.child("name"), "", errors);
  const std::string version = reference["apiVersion"].str();
  if (std::ranges::count(version, '/') > 1)
    errors.invalid(path.child("apiVersion"), version, "unexpected GroupVersion string: " + version);
  else if (of_a_group && version.find('/') == std::string::npos)
    errors.invalid(path.child("apiVersion"), version, "apiVersion must specify API group");
}

void positive(View quantity, const Path& path, ErrorList& errors) {
  if (!quantity.is_string()) return;
  const auto parsed = object::Quantity::parse(quantity.as_string());
  if (parsed && (parsed->is_zero() || parsed->is_negative())) errors.invalid(path, quantity, "must be positive");
}

void validate_target(View target, const Path& path, ErrorList& errors) {
  const std::string_view type = target["type"].as_string();
  if (type.empty()) errors.required(path.child("type"), "must specify a metric target type");
  if (type != "Utilization" && type != "Value" && type != "AverageValue")
    errors.invalid(path.child("type"), type, "must be either Utilization, Value, or AverageValue");
  positive(target["value"], path.child("value"), errors);
  positive(target["averageValue"], path.child("averageValue"), errors);
  const View utilization = target["averageUtilization"];
  if (utilization.is_int() && utilization.as_int() < 1)
    errors.invalid_number(path.child("averageUtilization"), utilization.as_int(), "must be greater than 0");
}

bool has(View object, std::string_view member) { return object[member].exists() && !object[member].is_null(); }

void validate_resource_target(View source, const Path& path, ErrorList& errors) {
  const Path target = path.child("target");
  const View wanted = source["target"];
  validate_target(wanted, target, errors);
  if (!has(wanted, "averageUtilization") && !has(wanted, "averageValue"))
    errors.required(target.child("averageUtilization"), "must set either a target raw value or a target utilization");
  if (has(wanted, "averageUtilization") && has(wanted, "averageValue"))
    errors.forbidden(target.child("averageValue"), "may not set both a target raw value and a target utilization");
}

void validate_source(std::string_view kind, View source, const Path& path, ErrorList& errors) {
  if (kind == "resource" || kind == "containerResource") {
    if (source["name"].as_string().empty()) errors.required(path.child("name"), "must specify a resource name");
    if (kind == "containerResource") {
      const std::string_view container = source["container"].as_string();
      if (container.empty())
        errors.required(path.child("container"), "must specify a container");
      else
        validation::dns1123_label(container, path.child("container"), errors);
    }
    return validate_resource_target(source, path, errors);
  }
  if (kind == "object") validate_reference(source["describedObject"], false, path.child("describedObject"), errors);
  const Path metric = path.child("metric"), target = path.child("target");
  path_segment(source["metric"]["name"], metric.child("name"), "must specify a metric name", errors);
  const View wanted = source["target"];
  validate_target(wanted, target, errors);
  const bool value = has(wanted, "value"), average = has(wanted, "averageValue");
  const Path average_path = target.child("averageValue");
  if (kind == "pods" && !average) errors.required(average_path, "must specify a positive target averageValue");
  if (kind == "object" && !value && !average)
    errors.required(average_path, "must set either a target value or averageValue");
  if (kind != "external") return;
  if (!value && !average)
    errors.required(average_path, "must set either a target value for metric or a per-pod target");
  if (value && average)
    errors.forbidden(target.child("value"), "may not set both a target value for metric and a per-pod target");
}

struct Source {
  std::string_view type, member;
};
constexpr std::array<Source, 5> kSources = {{{"Object", "object"},
                                             {"External", "external"},
                                             {"Pods", "pods"},
                                             {"Resource", "resource"},
                                             {"ContainerResource", "containerResource"}}};
constexpr std::array<std::string_view, 5> kTypes = {"ContainerResource", "External", "Object", "Pods", "Resource"};

void validate_metric(View metric, const Path& path, ErrorList& errors) {
  const std::string_view type = metric["type"].as_string();
  const Path type_path = path.child("type");
  if (type.empty()) errors.required(type_path, "must specify a metric source type");
  std::string_view expected;
  for (const Source& source : kSources)
    if (source.type == type) expected = source.member;
  if (expected.empty()) errors.not_supported(type_path, type, kTypes);
  int present = 0;
  for (const Source& source : kSources)
    if (metric[source.member].is_object() && ++present == 1)
      validate_source(source.member, metric[source.member], path.child(source.member), errors);
  if (expected.empty())
    errors.not_supported(type_path, type, kTypes);
  else if (!metric[expected].is_object())
    errors.required(path.child(expected), "must populate information for the given metric source");
  if (present == 1) return;
  for (const Source& source : kSources)
    if (source.member != expected && metric[source.member].is_object())
      errors.forbidden(path.child(source.member), "must populate the given metric source only");
}

void validate_policy(View policy, const Path& path, ErrorList& errors) {
  constexpr int64_t kLongest = 1800;
  const std::string_view type = policy["type"].as_string();
  if (type != "Pods" && type != "Percent") errors.not_supported(path.child("type"), type, {"Percent", "Pods"});
  const int64_t value = policy["value"].as_int(), period = policy["periodSeconds"].as_int();
  if (value <= 0) errors.invalid_number(path.child("value"), value, "must be greater than zero");
  if (period <= 0) errors.invalid_number(path.child("periodSeconds"), period, "must be greater than zero");
  if (period > kLongest)
    errors.invalid_number(path.child("periodSeconds"), period,
                          fmt::format("must be less than or equal to {}", kLongest));
}

void validate_rules(View rules, const Path& path, ErrorList& errors) {
  constexpr int64_t kLongest = 3600;
  if (!rules.is_object()) return;
  const View window = rules["stabilizationWindowSeconds"];
  const Path window_path = path.child("stabilizationWindowSeconds");
  if (window.is_int() && window.as_int() < 0)
    errors.invalid_number(window_path, window.as_int(), "must be greater than or equal to zero");
  if (window.is_int() && window.as_int() > kLongest)
    errors.invalid_number(window_path, window.as_int(), fmt::format("must be less than or equal to {}", kLongest));
  const std::string_view select = rules["selectPolicy"].as_string();
  if (rules["selectPolicy"].is_string() && select != "Max" && select != "Min" && select != "Disabled")
    errors.not_supported(path.child("selectPolicy"), select, {"Disabled", "Max", "Min"});
  const Path policies = path.child("policies");
  if (rules["policies"].empty()) errors.required(policies, "must specify at least one Policy");
  size_t index = 0;
  for (const View policy : rules["policies"].items()) validate_policy(policy, policies.index(index++), errors);
  if (const View tolerance = rules["tolerance"]; tolerance.is_string())
    if (const auto parsed = object::Quantity::parse(tolerance.as_string()); parsed && parsed->is_negative())
      errors.invalid(path.child("tolerance"), tolerance, schema::kNotNegative);
}

void validate(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  const View least = spec["minReplicas"];
  const int64_t most = spec["maxReplicas"].as_int();
  const Path most_path = path.child("maxReplicas");
  if (least.is_int() && least.as_int() < 1)
    errors.invalid_number(path.child("minReplicas"), least.as_int(), "must be greater than or equal to 1");
  if (most == 0) errors.required(most_path, "must be set and greater than 0");
  if (most < 0) errors.invalid_number(most_path, most, "must be greater than or equal to 1");
  if (least.is_int() && most < least.as_int())
    errors.invalid_number(most_path, most, "must be greater than or equal to `minReplicas`");
  validate_reference(spec["scaleTargetRef"], true, path.child("scaleTargetRef"), errors);
  const Path metrics = path.child("metrics");
  size_t index = 0;
  bool outside = false;
  for (const View metric : spec["metrics"].items()) {
    validate_metric(metric, metrics.index(index++), errors);
    outside |= metric["type"].as_string() == "Object" || metric["type"].as_string() == "External";
  }
  if (least.is_int() && least.as_int() == 0 && !outside)
    errors.forbidden(metrics,
                     "must specify at least one Object or External metric to support scaling to zero replicas");
  const Path behavior = path.child("behavior");
  validate_rules(spec["behavior"]["scaleUp"], behavior.child("scaleUp"), errors);
  validate_rules(spec["behavior"]["scaleDown"], behavior.child("scaleDown"), errors);
}

void validate_status(View object, View, ErrorList& errors) {
  const Path status("status");
  for (const std::string_view count : {"currentReplicas", "desiredReplicas"})
    validation::nonnegative(object["status"][count], status.child(count), errors);
}

}  // namespace

KindBehaviour horizontal_pod_autoscaler() {
  KindBehaviour behaviour;
  behaviour.validate = validate;
  behaviour.validates_alone = true;
  behaviour.validate_status_update = validate_status;
  behaviour.row = rows::horizontal_pod_autoscaler;
  return behaviour;
}

}  // namespace proa::api::kinds
