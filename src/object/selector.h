// Label and field selectors, parsed once and matched often.
// Source: k8s.io/apimachinery pkg/labels, pkg/fields (grammar and error texts).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/view.h"

namespace proa::object {

class LabelSelector {
 public:
  enum class Op { kIn, kNotIn, kExists, kDoesNotExist, kGreaterThan, kLessThan };
  struct Requirement {
    std::string key;
    Op op;
    std::vector<std::string> values;  // sorted
    /// Written as `=` or `!=`: kIn or kNotIn of one value, but printed so.
    bool exact = false;
    bool operator==(const Requirement&) const = default;
  };

  /// Matches everything.
  LabelSelector() = default;
  /// From text: `app=web,tier in (a, b),!legacy`. Error texts as labels.Parse gives them.
  static Result<LabelSelector> parse(std::string_view text);
  /// From metav1.LabelSelector (matchLabels, matchExpressions). Absent or null selects nothing, {} everything.
  static LabelSelector from_object(View selector);
  /// From a plain map, as Service and ReplicationController have. An empty map selects nothing.
  static LabelSelector from_map(View map);
  static LabelSelector nothing();

  bool matches(View labels) const;
  bool selects_everything() const { return !nothing_ && requirements_.empty(); }
  bool selects_nothing() const { return nothing_; }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  /// Canonical text, as `kubectl describe` and scale.status.selector print it.
  std::string to_string() const;

 private:
  std::vector<Requirement> requirements_;
  bool nothing_ = false;
};

class FieldSelector {
 public:
  struct Term {
    std::string field, value;
    bool negated;
  };
  /// `metadata.name=web,status.phase!=Running`; `==` is `=`; commas and `=` in values are escaped by `\`.
  static Result<FieldSelector> parse(std::string_view text);
  bool empty() const { return terms_.empty(); }
  const std::vector<Term>& terms() const { return terms_; }
  /// `value_of` gives a field's text for the object in question ("" when unset).
  bool matches(const std::function<std::string(std::string_view field)>& value_of) const;
  /// The value that `field` must have, or nullptr: lets a LIST by name become a GET.
  const std::string* required_value(std::string_view field) const;

 private:
  std::vector<Term> terms_;
};

}  // namespace proa::object
