// What bounds others: disruption budgets, limit ranges, quotas, priority classes. Sources: pkg/apis/policy/validation,
// pkg/apis/scheduling/validation, pkg/apis/core/validation.
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/int_or_string.h"
#include "object/quantity.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Quantity;
using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

bool has(View object, std::string_view member) { return object[member].exists() && !object[member].is_null(); }

void validate_share(View share, const Path& path, ErrorList& errors) {
  if (share.is_string()) {
    const auto wrong = schema::percent_errors(share.as_string());
    for (const auto& why : wrong) errors.invalid(path, share, why);
    if (wrong.empty() && object::scaled_value(share, 100, false).value_or(0) > 100)
      errors.invalid(path, share, "must not be greater than 100%");
  } else {
    validation::nonnegative(share, path, errors);
  }
}

void validate_budget(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  if (has(spec, "minAvailable") && has(spec, "maxUnavailable")) {
    Value shown = Value::object({{"MinAvailable", spec["minAvailable"].to_value()}});
    shown.set("Selector", spec["selector"].to_value());
    shown.set("MaxUnavailable", spec["maxUnavailable"].to_value());
    shown.set("UnhealthyPodEvictionPolicy", spec["unhealthyPodEvictionPolicy"].to_value());
    errors.invalid(path, shown, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const std::string_view share : {"minAvailable", "maxUnavailable"})
    if (has(spec, share)) validate_share(spec[share], path.child(share), errors);
  validation::label_selector(spec["selector"], path.child("selector"), errors);
  const View unhealthy = spec["unhealthyPodEvictionPolicy"];
  const std::string_view policy = unhealthy.as_string();
  if (unhealthy.is_string() && policy != "IfHealthyBudget" && policy != "AlwaysAllow")
    errors.not_supported(path.child("unhealthyPodEvictionPolicy"), policy, {"AlwaysAllow", "IfHealthyBudget"});
}

void validate_budget_status(View object, View, ErrorList& errors) {
  const Path path("status");
  for (const std::string_view count : {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
    validation::nonnegative(object["status"][count], path.child(count), errors);
}

void validate_priority_class(View object, ErrorList& errors) {
  constexpr int64_t kHighest = 1000000000;
  const std::string_view name = object["metadata"]["name"].as_string();
  const bool known = name == "system-cluster-critical" || name == "system-node-critical";
  if (name.starts_with("system-")) {
    const Path metadata("metadata");
    if (!known)
      errors.forbidden(metadata.child("name"),
                       fmt::format("priority class names with 'system-' prefix are reserved for system use only. "
                                   "error: {} is not a known system priority class",
                                   name));
  } else if (object["value"].as_int() > kHighest) {
    errors.forbidden(Path("value"), fmt::format("maximum allowed value of a user defined priority is {}", kHighest));
  }
  const std::string_view policy = object["preemptionPolicy"].as_string();
  const Path path("preemptionPolicy");
  if (!object["preemptionPolicy"].is_string()) return;
  if (policy.empty())
    errors.required(path, "");
  else if (policy != "Never" && policy != "PreemptLowerPriority")
    errors.not_supported(path, policy, {"PreemptLowerPriority", "Never"});
}

void validate_priority_class_update(View object, View old, ErrorList& errors) {
  if (!(object["value"] == old["value"])) errors.forbidden(Path("value"), "may not be changed in an update.");
  validation::immutable(object["preemptionPolicy"], old["preemptionPolicy"], Path("preemptionPolicy"), errors);
}

// ---- Quotas ----

constexpr std::array<std::string_view, 20> kQuotaNames = {"cpu",
                                                          "memory",
                                                          "ephemeral-storage",
                                                          "requests.cpu",
                                                          "requests.memory",
                                                          "requests.storage",
                                                          "requests.ephemeral-storage",
                                                          "limits.cpu",
                                                          "limits.memory",
                                                          "limits.ephemeral-storage",
                                                          "pods",
                                                          "resourcequotas",
                                                          "services",
                                                          "replicationcontrollers",
                                                          "secrets",
                                                          "persistentvolumeclaims",
                                                          "configmaps",
                                                          "services.nodeports",
                                                          "services.loadbalancers",
                                                          "hugepages"};
constexpr std::array<std::string_view, 9> kWholeNumbers = {
    "pods",       "resourcequotas",         "services",           "replicationcontrollers", "secrets",
    "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"};
constexpr std::array<std::string_view, 8> kScopes = {"BestEffort",
                                                     "CrossNamespacePodAffinity",
                                                     "NotBestEffort",
                                                     "NotTerminating",
                                                     "PriorityClass",
                                                     "Terminating",
                                                     "VolumeAttributesClass",
                                                     ""};

bool is_one_of(std::string_view text, std::span<const std::string_view> list) {
  return !text.empty() && std::ranges::find(list, text) != list.end();
}

bool is_quota_name(std::string_view name) {
  return is_one_of(name, kQuotaNames) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
}

void validate_scopes(View spec, const Path& path, ErrorList& errors) {
  const View scopes = spec["scopes"];
  const auto listed = [&](std::string_view wanted) {
    for (const View scope : scopes.items())
      if (scope.as_string() == wanted) return true;
    return false;
  };
  for (const View scope : scopes.items())
    if (!is_one_of(scope.as_string(), kScopes)) errors.invalid(path, scopes, "unsupported scope");
  if (listed("BestEffort") && listed("NotBestEffort")) errors.invalid(path, scopes, "conflicting scopes");
  if (listed("Terminating") && listed("NotTerminating")) errors.invalid(path, scopes, "conflicting scopes");
}

void validate_quota(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  const Path hard = path.child("hard");
  for (const auto& [name, amount] : spec["hard"].members()) {
    const Path at = hard.key(name);
    for (const auto& why : schema::qualified_name_errors(name)) errors.invalid(at, name, why);
    if (name.find('/') == std::string_view::npos && !is_quota_name(name))
      errors.invalid(at, name, "must be a standard resource for quota");
    const auto quantity = Quantity::parse(amount.as_string());
    if (quantity && quantity->is_negative()) errors.invalid(at, amount, schema::kNotNegative);
    if (quantity && is_one_of(name, kWholeNumbers) && amount.as_string().ends_with('m'))
      errors.invalid(at, amount, "must be an integer");
  }
  validate_scopes(spec, path.child("scopes"), errors);
}

void validate_quota_update(View object, View old, ErrorList& errors) {
  const auto sorted = [](View scopes) {
    std::vector<std::string_view> out;
    for (const View scope : scopes.items()) out.push_back(scope.as_string());
    std::ranges::sort(out);
    return out;
  };
  const Path path("spec");
  const View now = object["spec"]["scopes"];
  const Value nothing(nullptr);
  if (sorted(now) != sorted(old["spec"]["scopes"]))
    errors.invalid(path.child("scopes"), now.exists() ? now : View(nothing), "field is immutable");
}

// ---- Limits ----

using Amounts = std::map<std::string, std::string, std::less<>>;

Amounts amounts_of(View map) {
  Amounts out;
  for (const auto& [name, amount] : map.members()) out[std::string(name)] = amount.str();
  return out;
}

struct Order {  // `low` may not exceed `high`; the error stands at `at` and shows `shown`
  std::string_view low, high, at, shown, low_word, high_word;
};
constexpr std::array<Order, 6> kOrders = {{
    {"min", "max", "min", "min", "min value", "max value"},
    {"min", "defaultRequest", "defaultRequest", "defaultRequest", "min value", "default request value"},
    {"defaultRequest", "max", "defaultRequest", "defaultRequest", "default request value", "max value"},
    {"defaultRequest", "default", "defaultRequest", "defaultRequest", "default request value", "default limit value"},
    {"min", "default", "default", "min", "min value", "default value"},
    {"default", "max", "default", "max", "default value", "max value"},
}};

void validate_limit_orders(View limit, const Path& path, ErrorList& errors) {
  std::map<std::string, Amounts, std::less<>> all;
  Amounts names;
  for (const std::string_view list : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
    all[std::string(list)] = amounts_of(limit[list]);
    names.insert(all.find(list)->second.begin(), all.find(list)->second.end());
  }
  for (const auto& [name, unused] : names) {
    const auto amount = [&](std::string_view list) {
      const auto found = all.find(list)->second.find(name);
      return found == all.find(list)->second.end() ? std::string() : found->second;
    };
    for (const Order& order : kOrders) {
      const auto low = Quantity::parse(amount(order.low)), high = Quantity::parse(amount(order.high));
      if (amount(order.low).empty() || amount(order.high).empty() || !low || !high || !(*high < *low)) continue;
      const Path at = path.child(order.at);
      errors.invalid(at.key(name), amount(order.shown),
                     fmt::format("{} {} is greater than {} {}", order.low_word, amount(order.low), order.high_word,
                                 amount(order.high)));
    }
  }
}

void validate_limit_type(View limit, const Path& path, ErrorList& errors) {
  const std::string_view type = limit["type"].as_string();
  const auto wrong = schema::qualified_name_errors(type);
  for (const auto& why : wrong) errors.invalid(path, type, why);
  const bool standard = type == "Pod" || type == "Container" || type == "PersistentVolumeClaim";
  if (wrong.empty() && type.find('/') == std::string_view::npos && !standard)
    errors.invalid(path, type, "must be a standard limit type or fully qualified");
}

void validate_limit_names(View limit, const Path& path, ErrorList& errors) {
  for (const std::string_view list : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
    if (limit["type"].as_string() == "Pod" && list.starts_with("default")) {
      if (!limit[list].empty()) errors.forbidden(path.child(list), "may not be specified when `type` is 'Pod'");
      continue;
    }
    const Path at = path.child(list);
    for (const auto& [name, amount] : limit[list].members())
      for (const auto& why : schema::qualified_name_errors(name)) errors.invalid(at.key(name), name, why);
  }
}

void validate_ratios(View limit, const Path& path, ErrorList& errors) {
  for (const auto& [name, amount] : limit["maxLimitRequestRatio"].members()) {
    const auto ratio = Quantity::parse(amount.as_string());
    if (!ratio) continue;
    if (*ratio < *Quantity::parse("1"))
      errors.invalid(path.key(name), amount, fmt::format("ratio {} is less than 1", amount.as_string()));
    const auto low = Quantity::parse(limit["min"][name].as_string());
    const auto high = Quantity::parse(limit["max"][name].as_string());
    if (!limit["min"].has(name) || !limit["max"].has(name) || !low || !high || low->is_zero()) continue;
    const double most = static_cast<double>(high->milli_value()) / static_cast<double>(low->milli_value());
    if (static_cast<double>(ratio->milli_value()) / 1000 > most)
      errors.invalid(path.key(name), amount,
                     fmt::format("ratio {} is greater than max/min = {:f}", amount.as_string(), most));
  }
}

void validate_limits(View object, ErrorList& errors) {
  const Path spec("spec");
  const Path path = spec.child("limits");
  std::vector<std::string_view> seen;
  size_t index = 0;
  for (const View limit : object["spec"]["limits"].items()) {
    const Path at = path.index(index++);
    const std::string_view type = limit["type"].as_string();
    validate_limit_type(limit, at.child("type"), errors);
    if (std::ranges::find(seen, type) != seen.end()) errors.duplicate(at.child("type"), type);
    seen.push_back(type);
    validate_limit_names(limit, at, errors);
    if (type == "PersistentVolumeClaim" && !limit["min"].has("storage") && !limit["max"].has("storage"))
      errors.required(at.child("limits"),
                      "either minimum or maximum storage value is required, but neither was provided");
    validate_limit_orders(limit, at, errors);
    validate_ratios(limit, at.child("maxLimitRequestRatio"), errors);
  }
}

/// A LimitRange without a name gets one.
void name_limits(Value& object, const WriteContext& context) {
  Value& metadata = object["metadata"];
  if (View(metadata)["name"].as_string().empty()) metadata.set("name", View(metadata)["uid"].str());
  generic_prepare_for_create(object, context);
}

}  // namespace

KindBehaviour pod_disruption_budget() {
  KindBehaviour behaviour;
  behaviour.name_rule = NameRule::kPathSegment;  // upstream checks no more
  behaviour.validate = validate_budget;
  behaviour.validates_alone = true;
  behaviour.validate_status_update = validate_budget_status;
  behaviour.allow_unconditional_update = false;
  behaviour.row = rows::pod_disruption_budget;
  return behaviour;
}

KindBehaviour priority_class() {
  KindBehaviour behaviour;
  behaviour.prepare_for_update = [](Value&, View, const WriteContext&) {};  // the generation stays
  behaviour.validate = validate_priority_class;
  behaviour.validate_changed = [](View, ErrorList&) {};
  behaviour.validates_alone = true;
  behaviour.validate_update = validate_priority_class_update;
  behaviour.row = rows::priority_class;
  return behaviour;
}

KindBehaviour resource_quota() {
  KindBehaviour behaviour;
  behaviour.row = rows::resource_quota;
  behaviour.validate = validate_quota;
  behaviour.validates_alone = true;
  behaviour.validate_update = validate_quota_update;
  behaviour.returns_deleted_object = true;
  return behaviour;
}

KindBehaviour limit_range() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = name_limits;
  behaviour.validate = validate_limits;
  behaviour.validates_alone = true;
  return behaviour;
}

}  // namespace proa::api::kinds
