#include "api/kinds/validation.h"

#include <charconv>

#include "object/selector.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

constexpr std::string_view kPercentText =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')";

void add_wrong(const schema::Messages& messages, std::string_view text, const Path& path, ErrorList& errors) {
  for (const auto& message : messages) errors.invalid(path, text, message);
}

bool is_percent(std::string_view text) {
  if (text.size() < 2 || text.back() != '%') return false;
  for (const char c : text.substr(0, text.size() - 1))
    if (c < '0' || c > '9') return false;
  return true;
}

void validate_restart_and_deadline(View spec, std::string_view owner, const Path& path, ErrorList& errors) {
  const std::string_view restart = spec["restartPolicy"].as_string();
  if (restart != "Always") errors.not_supported(path.child("restartPolicy"), restart, {"Always"});
  if (spec["activeDeadlineSeconds"].is_int())
    errors.forbidden(path.child("activeDeadlineSeconds"),
                     "activeDeadlineSeconds in " + std::string(owner) + " is not Supported");
}

}  // namespace

void nonnegative(View value, const Path& path, ErrorList& errors) {
  if (value.is_int() && value.as_int() < 0)
    errors.invalid_number(path, value.as_int(), "must be greater than or equal to 0");
}

void int_or_percent(View value, const Path& path, ErrorList& errors) {
  if (value.is_string()) {
    if (!is_percent(value.as_string())) errors.invalid(path, value, kPercentText);
  } else {
    nonnegative(value, path, errors);
  }
}

void immutable(View value, View old, const Path& path, ErrorList& errors) {
  const bool both_absent = (!value.exists() || value.is_null()) && (!old.exists() || old.is_null());
  if (!both_absent && !(value == old)) errors.invalid(path, value, "field is immutable");
}

object::Value shown(View value, std::initializer_list<Shown> members) {
  object::Value out = object::Value::object();
  for (const Shown& member : members) {
    std::string title(member.name);
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
    const View found = value[member.name];
    out.set(title, found.exists() ? found.to_value() : member.zero);
  }
  return out;
}

object::Value shown_list(View list, object::Value (*item)(View)) {
  if (!list.is_array()) return {nullptr};
  object::Value out = object::Value::array();
  for (const View one : list.items()) out.push_back(item(one));
  return out;
}

void dns1123_label(std::string_view text, const Path& path, ErrorList& errors) {
  add_wrong(schema::dns1123_label_errors(text), text, path, errors);
}

void labels(View labels, const Path& path, ErrorList& errors) {
  for (const auto& [name, value] : labels.members()) {
    add_wrong(schema::qualified_name_errors(name), name, path, errors);
    add_wrong(schema::label_value_errors(value.as_string()), value.as_string(), path, errors);
  }
}

void label_selector(View selector, const Path& path, ErrorList& errors) {
  const Path match_labels = path.child("matchLabels");
  labels(selector["matchLabels"], match_labels, errors);
  const Path expressions = path.child("matchExpressions");
  size_t index = 0;
  for (View expression : selector["matchExpressions"].items()) {
    const Path at = expressions.index(index++);
    const std::string_view op = expression["operator"].as_string();
    const Path values = at.child("values");
    if (op == "In" || op == "NotIn") {
      if (expression["values"].empty()) errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (!expression["values"].empty())
        errors.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
      errors.invalid(at.child("operator"), op, "not a valid selector operator");
    }
    add_wrong(schema::qualified_name_errors(expression["key"].as_string()), expression["key"].as_string(),
              at.child("key"), errors);
    size_t value_index = 0;
    for (View value : expression["values"].items())
      add_wrong(schema::label_value_errors(value.as_string()), value.as_string(), values.index(value_index++), errors);
  }
}

void port_number(View port, const Path& path, ErrorList& errors) {
  for (const auto& message : schema::port_number_errors(port.as_int()))
    errors.invalid_number(path, port.as_int(), message);
}

void port_number_or_name(View port, const Path& path, ErrorList& errors) {
  if (port.is_string()) {
    add_wrong(schema::port_name_errors(port.as_string()), port.as_string(), path, errors);
  } else {
    port_number(port, path, errors);
  }
}

void workload_selector(View selector, std::string_view what, const Path& path, ErrorList& errors) {
  if (!selector.is_object()) {
    errors.required(path, "");
    return;
  }
  label_selector(selector, path, errors);
  if (selector["matchLabels"].empty() && selector["matchExpressions"].empty())
    errors.invalid(path, selector, "empty selector is invalid for " + std::string(what));
}

void pod_template(View pod_template, const Path& path, ErrorList& errors) {
  // Upstream leaves the "metadata" out of the path.
  labels(pod_template["metadata"]["labels"], path.child("labels"), errors);
  pod_spec(pod_template["spec"], path.child("spec"), errors);
}

void pod_template_under_selector(View pod_template, View selector, std::string_view owner, const Path& path,
                                 ErrorList& errors) {
  ErrorList wrong;
  label_selector(selector, Path(), wrong);
  if (!wrong.empty() && owner != "DaemonSet") {
    const Path whole("spec");
    errors.invalid(whole.child("selector"), selector, owner == "ReplicaSet" ? "invalid label selector" : "");
    if (owner != "ReplicaSet") validate_restart_and_deadline(pod_template["spec"], owner, path.child("spec"), errors);
    return;
  }
  const auto parsed = object::LabelSelector::from_object(selector);
  const View found = pod_template["metadata"]["labels"];
  const Path metadata = path.child("metadata");
  if (wrong.empty() && !parsed.selects_everything() && !parsed.matches(found))
    errors.invalid(metadata.child("labels"), found, "`selector` does not match template `labels`");
  validation::pod_template(pod_template, path, errors);
  validate_restart_and_deadline(pod_template["spec"], owner, path.child("spec"), errors);
}

}  // namespace proa::api::validation
