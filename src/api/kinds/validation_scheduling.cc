// Where a pod wants to be: affinity and spread.
#include <string>

#include <fmt/format.h>

#include "api/kinds/validation.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

void qualified_name(View text, const Path& path, ErrorList& errors) {
  for (const auto& message : schema::qualified_name_errors(text.as_string()))
    errors.invalid(path, text.as_string(), message);
}

void weight(View term, const Path& path, ErrorList& errors) {
  const int64_t weight = term["weight"].as_int();
  if (weight < 1 || weight > 100) errors.invalid_number(path.child("weight"), weight, "must be in the range 1-100");
}

void node_expression(View expression, const Path& path, ErrorList& errors) {
  const std::string_view op = expression["operator"].as_string();
  const size_t count = expression["values"].size();
  const Path values = path.child("values");
  if (op == "In" || op == "NotIn") {
    if (count == 0) errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (count > 0) errors.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (op == "Gt" || op == "Lt") {
    if (count != 1) errors.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
  qualified_name(expression["key"], path.child("key"), errors);
}

void node_field(View field, const Path& path, ErrorList& errors) {
  const std::string_view op = field["operator"].as_string();
  if (op != "In" && op != "NotIn")
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  else if (field["values"].size() != 1)
    errors.required(path.child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (field["key"].as_string() != "metadata.name")
    errors.invalid(path.child("key"), field["key"].as_string(), "not a valid field selector key");
}

void node_term(View term, const Path& path, ErrorList& errors) {
  const Path expressions = path.child("matchExpressions"), fields = path.child("matchFields");
  size_t index = 0;
  for (View expression : term["matchExpressions"].items())
    node_expression(expression, expressions.index(index++), errors);
  index = 0;
  for (View field : term["matchFields"].items()) node_field(field, fields.index(index++), errors);
}

void node_affinity(View affinity, const Path& path, ErrorList& errors) {
  constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
  if (const View required = affinity[kRequired]; required.is_object()) {
    const Path at = path.child(kRequired);
    const Path terms = at.child("nodeSelectorTerms");
    if (required["nodeSelectorTerms"].empty()) errors.required(terms, "must have at least one node selector term");
    size_t index = 0;
    for (View term : required["nodeSelectorTerms"].items()) node_term(term, terms.index(index++), errors);
  }
  const Path preferred = path.child(kPreferred);
  size_t index = 0;
  for (View term : affinity[kPreferred].items()) {
    const Path at = preferred.index(index++);
    weight(term, at, errors);
    node_term(term["preference"], at.child("preference"), errors);
  }
}

void pod_term(View term, const Path& path, ErrorList& errors) {
  const Path selector = path.child("labelSelector"), spaces = path.child("namespaceSelector");
  label_selector(term["labelSelector"], selector, errors);
  label_selector(term["namespaceSelector"], spaces, errors);
  for (View ns : term["namespaces"].items()) dns1123_label(ns.as_string(), path.child("namespace"), errors);
  const Path key = path.child("topologyKey");
  if (term["topologyKey"].as_string().empty()) errors.required(key, "can not be empty");
  qualified_name(term["topologyKey"], key, errors);
}

void pod_affinity(View affinity, const Path& path, ErrorList& errors) {
  const Path required = path.child("requiredDuringSchedulingIgnoredDuringExecution");
  size_t index = 0;
  for (View term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items())
    pod_term(term, required.index(index++), errors);
  const Path preferred = path.child("preferredDuringSchedulingIgnoredDuringExecution");
  index = 0;
  for (View term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const Path at = preferred.index(index++);
    weight(term, at, errors);
    pod_term(term["podAffinityTerm"], at.child("podAffinityTerm"), errors);
  }
}

void inclusion_policy(View constraint, std::string_view member, const Path& path, ErrorList& errors) {
  const std::string_view policy = constraint[member].as_string();
  if (!policy.empty() && policy != "Honor" && policy != "Ignore")
    errors.not_supported(path.child(member), policy, {"Honor", "Ignore"});
}

void spread_constraint(View constraint, const Path& path, ErrorList& errors) {
  constexpr const char* kPositive = "must be greater than zero";
  const int64_t skew = constraint["maxSkew"].as_int();
  if (skew <= 0) errors.invalid_number(path.child("maxSkew"), skew, kPositive);
  const Path key = path.child("topologyKey");
  if (constraint["topologyKey"].as_string().empty())
    errors.required(key, "can not be empty");
  else
    qualified_name(constraint["topologyKey"], key, errors);
  const std::string_view action = constraint["whenUnsatisfiable"].as_string();
  if (action != "DoNotSchedule" && action != "ScheduleAnyway")
    errors.not_supported(path.child("whenUnsatisfiable"), action, {"DoNotSchedule", "ScheduleAnyway"});
  if (const View least = constraint["minDomains"]; least.is_int()) {
    const Path at = path.child("minDomains");
    if (least.as_int() <= 0) errors.invalid_number(at, least.as_int(), kPositive);
    if (action != "DoNotSchedule")
      errors.invalid_number(at, least.as_int(),
                            fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", action));
  }
  inclusion_policy(constraint, "nodeAffinityPolicy", path, errors);
  inclusion_policy(constraint, "nodeTaintsPolicy", path, errors);
  const Path selector = path.child("labelSelector");
  label_selector(constraint["labelSelector"], selector, errors);
}

}  // namespace

void affinity(View affinity, const Path& path, ErrorList& errors) {
  const Path node = path.child("nodeAffinity"), near = path.child("podAffinity"), far = path.child("podAntiAffinity");
  node_affinity(affinity["nodeAffinity"], node, errors);
  pod_affinity(affinity["podAffinity"], near, errors);
  pod_affinity(affinity["podAntiAffinity"], far, errors);
}

void spread_constraints(View constraints, const Path& path, ErrorList& errors) {
  for (size_t i = 0; i < constraints.size(); ++i) {
    const View constraint = constraints.at(i);
    const Path at = path.index(i);
    spread_constraint(constraint, at, errors);
    for (size_t k = i + 1; k < constraints.size(); ++k)
      if (constraints.at(k)["topologyKey"] == constraint["topologyKey"] &&
          constraints.at(k)["whenUnsatisfiable"] == constraint["whenUnsatisfiable"])
        errors.duplicate(at.child("{topologyKey, whenUnsatisfiable}"),
                         fmt::format("{{{}, {}}}", constraint["topologyKey"].as_string(),
                                     constraint["whenUnsatisfiable"].as_string()));
  }
}

}  // namespace proa::api::validation
