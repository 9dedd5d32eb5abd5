#include "object/selector.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace proa::object {
namespace {

using Op = LabelSelector::Op;
using Requirement = LabelSelector::Requirement;

std::optional<int64_t> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool holds(const Requirement& requirement, std::string_view value) {
  return std::ranges::find(requirement.values, value) != requirement.values.end();
}

bool satisfies(const Requirement& requirement, View labels) {
  const View label = labels[Key(requirement.key)];
  const bool has = label.exists();
  switch (requirement.op) {
    case Op::kIn: return has && holds(requirement, label.as_string());
    case Op::kNotIn: return !has || !holds(requirement, label.as_string());
    case Op::kExists: return has;
    case Op::kDoesNotExist: return !has;
    default: break;
  }
  if (!has || requirement.values.size() != 1) return false;
  const std::optional<int64_t> value = number_in(label.as_string());
  const std::optional<int64_t> bound = number_in(requirement.values[0]);
  if (!value || !bound) return false;
  return requirement.op == Op::kGreaterThan ? *value > *bound : *value < *bound;
}

Requirement equals(std::string_view key, std::string_view value) {
  return {std::string(key), Op::kIn, {std::string(value)}, true};
}

std::optional<Op> op_named(std::string_view name) {
  if (name == "In") return Op::kIn;
  if (name == "NotIn") return Op::kNotIn;
  if (name == "Exists") return Op::kExists;
  if (name == "DoesNotExist") return Op::kDoesNotExist;
  if (name == "Gt") return Op::kGreaterThan;  // node selectors have these two
  if (name == "Lt") return Op::kLessThan;
  return std::nullopt;
}

std::string text_of(const Requirement& requirement) {
  const std::string values = fmt::format("{}", fmt::join(requirement.values, ","));
  switch (requirement.op) {
    case Op::kIn:
      if (requirement.exact) return requirement.key + "=" + values;
      return requirement.key + " in (" + values + ")";
    case Op::kNotIn:
      if (requirement.exact) return requirement.key + "!=" + values;
      return requirement.key + " notin (" + values + ")";
    case Op::kExists: return requirement.key;
    case Op::kDoesNotExist: return "!" + requirement.key;
    case Op::kGreaterThan: return requirement.key + ">" + values;
    case Op::kLessThan: return requirement.key + "<" + values;
  }
  return {};
}

}  // namespace

LabelSelector LabelSelector::nothing() {
  LabelSelector selector;
  selector.nothing_ = true;
  return selector;
}

LabelSelector LabelSelector::from_object(View selector) {
  if (!selector.is_object()) return nothing();
  LabelSelector made;
  for (const auto [key, value] : selector["matchLabels"].members()) {
    made.requirements_.push_back(equals(key, value.as_string()));
  }
  for (const View expression : selector["matchExpressions"].items()) {
    const std::optional<Op> op = op_named(expression["operator"].as_string());
    if (!op) return nothing();
    Requirement requirement{expression["key"].str(), *op, {}};
    for (const View value : expression["values"].items()) requirement.values.push_back(value.str());
    std::ranges::sort(requirement.values);
    made.requirements_.push_back(std::move(requirement));
  }
  std::ranges::stable_sort(made.requirements_, {}, &Requirement::key);
  return made;
}

LabelSelector LabelSelector::from_map(View map) {
  if (map.empty()) return nothing();
  LabelSelector made;
  for (const auto [key, value] : map.members()) made.requirements_.push_back(equals(key, value.as_string()));
  std::ranges::stable_sort(made.requirements_, {}, &Requirement::key);
  return made;
}

bool LabelSelector::matches(View labels) const {
  if (nothing_) return false;
  return std::ranges::all_of(requirements_, [labels](const Requirement& r) { return satisfies(r, labels); });
}

std::string LabelSelector::to_string() const {
  std::string text;
  for (const Requirement& requirement : requirements_) {
    if (!text.empty()) text += ',';
    text += text_of(requirement);
  }
  return text;
}

}  // namespace proa::object
