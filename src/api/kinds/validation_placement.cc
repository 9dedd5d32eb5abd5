// Where a pod may go: node selectors, affinity, spreading.
#include <array>
#include <string>

#include "api/kinds/validation.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

void label_name(std::string_view text, const Path& path, ErrorList& errors) {
  for (const auto& why : schema::qualified_name_errors(text)) errors.invalid(path, text, why);
}

void requirement(View wanted, bool check_values, const Path& path, ErrorList& errors) {
  const std::string_view op = wanted["operator"].as_string();
  const Path values = path.child("values");
  const size_t count = wanted["values"].size();
  if (op == "In" || op == "NotIn") {
    if (count == 0) errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (count > 0) errors.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (op == "Gt" || op == "Lt") {
    if (count != 1) errors.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
  label_name(wanted["key"].as_string(), path.child("key"), errors);
  if (!check_values) return;
  size_t index = 0;
  for (const View value : wanted["values"].items()) {
    const Path at = values.index(index++);
    for (const auto& why : schema::label_value_errors(value.as_string())) errors.invalid(at, value.as_string(), why);
  }
}

void field_requirement(View wanted, const Path& path, ErrorList& errors) {
  const std::string_view op = wanted["operator"].as_string(), key = wanted["key"].as_string();
  if (op != "In" && op != "NotIn")
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  else if (wanted["values"].size() != 1)
    errors.required(path.child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (key != "metadata.name") errors.invalid(path.child("key"), key, "not a valid field selector key");
}

void selector_term(View term, bool check_values, const Path& path, ErrorList& errors) {
  const Path expressions = path.child("matchExpressions"), fields = path.child("matchFields");
  size_t index = 0;
  for (const View one : term["matchExpressions"].items())
    requirement(one, check_values, expressions.index(index++), errors);
  index = 0;
  for (const View one : term["matchFields"].items()) field_requirement(one, fields.index(index++), errors);
}

void weight(View term, const Path& path, ErrorList& errors) {
  const int64_t weight = term["weight"].as_int();
  if (weight <= 0 || weight > 100) errors.invalid_number(path.child("weight"), weight, "must be in the range 1-100");
}

void node_affinity(View affinity, const Path& path, ErrorList& errors) {
  const View required = affinity["requiredDuringSchedulingIgnoredDuringExecution"];
  if (required.is_object())
    node_selector(required, path.child("requiredDuringSchedulingIgnoredDuringExecution"), errors);
  const Path preferred = path.child("preferredDuringSchedulingIgnoredDuringExecution");
  size_t index = 0;
  for (const View term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const Path at = preferred.index(index++);
    weight(term, at, errors);
    selector_term(term["preference"], false, at.child("preference"), errors);
  }
}

void pod_term(View term, const Path& path, ErrorList& errors) {
  for (const std::string_view selector : {"labelSelector", "namespaceSelector"})
    label_selector(term[selector], path.child(selector), errors);
  for (const View ns : term["namespaces"].items()) dns1123_label(ns.as_string(), path.child("namespace"), errors);
  const std::string_view key = term["topologyKey"].as_string();
  if (key.empty()) errors.required(path.child("topologyKey"), "can not be empty");
  label_name(key, path.child("topologyKey"), errors);
}

void pod_affinity(View affinity, const Path& path, ErrorList& errors) {
  const Path required = path.child("requiredDuringSchedulingIgnoredDuringExecution");
  const Path preferred = path.child("preferredDuringSchedulingIgnoredDuringExecution");
  size_t index = 0;
  for (const View term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items())
    pod_term(term, required.index(index++), errors);
  index = 0;
  for (const View term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const Path at = preferred.index(index++);
    weight(term, at, errors);
    pod_term(term["podAffinityTerm"], at.child("podAffinityTerm"), errors);
  }
}

bool same_kind(View a, View b) {
  return a["topologyKey"] == b["topologyKey"] && a["whenUnsatisfiable"] == b["whenUnsatisfiable"];
}

void spread_policy(View policy, const Path& path, ErrorList& errors) {
  const std::string_view text = policy.as_string();
  if (policy.is_string() && text != "Honor" && text != "Ignore") errors.not_supported(path, text, {"Honor", "Ignore"});
}

void spread_constraint(View constraints, size_t index, const Path& path, ErrorList& errors) {
  const View one = constraints.at(index);
  const std::string_view key = one["topologyKey"].as_string(), when = one["whenUnsatisfiable"].as_string();
  if (one["maxSkew"].as_int() <= 0)
    errors.invalid_number(path.child("maxSkew"), one["maxSkew"].as_int(), "must be greater than zero");
  if (key.empty()) errors.required(path.child("topologyKey"), "can not be empty");
  if (when != "DoNotSchedule" && when != "ScheduleAnyway")
    errors.not_supported(path.child("whenUnsatisfiable"), when, {"DoNotSchedule", "ScheduleAnyway"});
  for (size_t i = index + 1; i < constraints.size(); ++i) {
    if (!same_kind(one, constraints.at(i))) continue;
    errors.duplicate(path.child("{topologyKey, whenUnsatisfiable}"),
                     "{" + std::string(key) + ", " + std::string(when) + "}");
    break;
  }
  if (const View domains = one["minDomains"]; domains.is_int()) {
    const Path at = path.child("minDomains");
    if (domains.as_int() <= 0) errors.invalid_number(at, domains.as_int(), "must be greater than zero");
    if (when != "DoNotSchedule")
      errors.invalid_number(at, domains.as_int(),
                            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + std::string(when));
  }
  spread_policy(one["nodeAffinityPolicy"], path.child("nodeAffinityPolicy"), errors);
  spread_policy(one["nodeTaintsPolicy"], path.child("nodeTaintsPolicy"), errors);
  label_selector(one["labelSelector"], path.child("labelSelector"), errors);
}

}  // namespace

void node_selector(View selector, const Path& path, ErrorList& errors) {
  const Path terms = path.child("nodeSelectorTerms");
  if (selector["nodeSelectorTerms"].empty()) return errors.required(terms, "must have at least one node selector term");
  size_t index = 0;
  for (const View term : selector["nodeSelectorTerms"].items()) selector_term(term, true, terms.index(index++), errors);
}

void affinity(View affinity, const Path& path, ErrorList& errors) {
  node_affinity(affinity["nodeAffinity"], path.child("nodeAffinity"), errors);
  pod_affinity(affinity["podAffinity"], path.child("podAffinity"), errors);
  pod_affinity(affinity["podAntiAffinity"], path.child("podAntiAffinity"), errors);
}

void spread_constraints(View constraints, const Path& path, ErrorList& errors) {
  for (size_t i = 0; i < constraints.size(); ++i) spread_constraint(constraints, i, path.index(i), errors);
}

}  // namespace proa::api::validation
