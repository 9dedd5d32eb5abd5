// kubectl create quota, poddisruptionbudget, priorityclass.
#include <regex>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/quantity.h"
#include "object/selector.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;

/// `pods=2,cpu=1`
Try<Value> hard_of(const std::string& text) {
  Value hard = Value::object();
  for (const std::string& pair : split(text, ",")) {
    const auto parts = split(pair, "=");
    if (parts.size() != 2) return fail(fmt::format("Invalid argument syntax {}, expected <resource>=<value>", pair));
    auto quantity = object::Quantity::parse(parts[1]);
    if (!quantity) return fail(quantity.error().message);
    hard.set(object::Key(std::string_view(parts[0])), quantity->to_string());
  }
  return hard;
}

/// A label selector's text as metav1.LabelSelector: equalities are labels, the rest expressions.
Try<Value> selector_of(const std::string& text) {
  using Op = object::LabelSelector::Op;
  auto parsed = object::LabelSelector::parse(text);
  if (!parsed) return fail(fmt::format("couldn't parse the selector string \"{}\": {}", text, parsed.error().message));
  Value labels = Value::object(), expressions = Value::array();
  for (const auto& requirement : parsed->requirements()) {
    if (requirement.op == Op::kGreaterThan || requirement.op == Op::kLessThan)
      return fail(
          fmt::format("\"{}\" isn't supported in label selectors", requirement.op == Op::kGreaterThan ? "gt" : "lt"));
    if (requirement.op == Op::kNotIn && requirement.exact) return fail("\"!=\" is not a valid label selector operator");
    if (requirement.op == Op::kIn && requirement.exact) {
      labels.set(object::Key(std::string_view(requirement.key)), requirement.values[0]);
      continue;
    }
    const char* op = requirement.op == Op::kIn       ? "In"
                     : requirement.op == Op::kNotIn  ? "NotIn"
                     : requirement.op == Op::kExists ? "Exists"
                                                     : "DoesNotExist";
    Value expression = Value::object({{"key", requirement.key}, {"operator", op}});
    if (!requirement.values.empty()) expression["values"] = words(requirement.values);
    expressions.push_back(std::move(expression));
  }
  Value selector = Value::object();
  if (!labels.members().empty()) selector["matchLabels"] = std::move(labels);
  if (!expressions.items().empty()) selector["matchExpressions"] = std::move(expressions);
  return selector;
}

/// A number, or a text where it is none.
Value int_or_text(const std::string& text) {
  const auto number = parse_go_int(text, 32);
  return number ? Value(*number) : Value(text);
}

Try<void> check_budget(const std::string& selector, const std::string& available, const std::string& unavailable) {
  static const std::regex kCount("[0-9]+%?");
  if (selector.empty()) return fail("a selector must be specified");
  if (available.empty() && unavailable.empty())
    return fail("one of min-available or max-unavailable must be specified");
  if (!available.empty() && !unavailable.empty())
    return fail("min-available and max-unavailable cannot be both specified");
  if (!available.empty() && !std::regex_match(available, kCount))
    return fail("invalid format specified for min-available");
  if (!unavailable.empty() && !std::regex_match(unavailable, kCount))
    return fail("invalid format specified for max-unavailable");
  return {};
}

}  // namespace

Try<void> create_quota(Session& session) {
  CreateOptions o;
  std::string hard, scopes;
  FlagSet flags = session.flags();
  flags.text("hard", 0, &hard);
  flags.text("scopes", 0, &scopes);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  Value quota = new_object(session, o, "v1", "ResourceQuota");
  Value& spec = quota["spec"] = Value::object();
  if (!hard.empty()) {
    auto list = hard_of(hard);
    if (!list) return Failed(list.error());
    spec["hard"] = std::move(*list);
  }
  if (!scopes.empty()) {
    const auto list = split(scopes, ",");
    for (const std::string& scope : list)
      if (scope.empty()) return fail(fmt::format("invalid resource quota scope \"{}\"", scope));
    spec["scopes"] = words(list);
  }
  quota["status"] = Value::object();
  return finish_create(session, o, std::move(quota), "quota:");
}

Try<void> create_pod_disruption_budget(Session& session) {
  CreateOptions o;
  std::string available, unavailable, selector;
  FlagSet flags = session.flags();
  flags.text("min-available", 0, &available);
  flags.text("max-unavailable", 0, &unavailable);
  flags.text("selector", 0, &selector);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (auto ok = check_budget(selector, available, unavailable); !ok) return ok;
  auto selects = selector_of(selector);
  if (!selects) return Failed(selects.error());
  Value budget = new_object(session, o, "policy/v1", "PodDisruptionBudget");
  Value& spec = budget["spec"] = Value::object();
  if (!available.empty()) spec["minAvailable"] = int_or_text(available);
  spec["selector"] = std::move(*selects);
  if (!unavailable.empty()) spec["maxUnavailable"] = int_or_text(unavailable);
  budget["status"] =
      Value::object({{"disruptionsAllowed", 0}, {"currentHealthy", 0}, {"desiredHealthy", 0}, {"expectedPods", 0}});
  return finish_create(session, o, std::move(budget), "poddisruptionbudgets:");
}

Try<void> create_priority_class(Session& session) {
  CreateOptions o;
  o.cluster_scoped = true;
  int64_t value = 0;
  bool is_default = false;
  std::string description, preemption = "PreemptLowerPriority";
  FlagSet flags = session.flags();
  flags.integer("value", 0, &value, 32);
  flags.boolean("global-default", 0, &is_default);
  flags.text("description", 0, &description);
  flags.text("preemption-policy", 0, &preemption);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  Value made = new_object(session, o, "scheduling.k8s.io/v1", "PriorityClass");
  made["value"] = value;
  if (is_default) made["globalDefault"] = true;
  if (!description.empty()) made["description"] = description;
  made["preemptionPolicy"] = preemption;
  return finish_create(session, o, std::move(made), "priorityclass:");
}

}  // namespace proa::cli::kubectl
