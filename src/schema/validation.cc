#include "schema/validation.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "schema/formats.h"
#include "schema/zero.h"

namespace proa::schema {
namespace {

using object::View;

// RuleRec::flags
constexpr uint32_t kRequired = 1, kMinimum = 2, kMaximum = 4, kEnumEmpty = 8;

void check_bounds(View value, const table::RuleRec& rule, const Path& path, ErrorList& errors) {
  const int64_t n = value.as_int();
  const bool low = (rule.flags & kMinimum) != 0 && n < rule.minimum;
  const bool high = (rule.flags & kMaximum) != 0 && n > rule.maximum;
  if (low) {
    errors.invalid_number(path, n, fmt::format("must be greater than or equal to {}", rule.minimum));
  } else if (high) {
    errors.invalid_number(path, n, fmt::format("must be less than or equal to {}", rule.maximum));
  }
}

bool check_enum(std::string_view text, Field f, const Path& path, ErrorList& errors) {
  std::vector<std::string_view> supported;
  const table::Run run = f.rule()->enums;
  for (const table::Str s : f.table()->string_list.subspan(run.first, run.count)) {
    supported.push_back(f.table()->text(s));
    if (supported.back() == text) return true;
  }
  errors.not_supported(path, text, supported);
  return false;
}

void check_element(View value, Field f, const Path& path, ErrorList& errors) {
  if (f.scalar() == Scalar::kMessage) {
    if (f.type().form() == Form::kStruct) validate_by_schema(value, f.type(), path, errors);
    return;
  }
  const table::RuleRec* rule = f.rule();
  if (rule == nullptr) return;
  const std::string_view text = value.as_string();
  if (rule->enums.count != 0 && value.is_string() && (!text.empty() || (rule->flags & kEnumEmpty) != 0) &&
      !check_enum(text, f, path, errors))
    return;
  if (value.is_int()) check_bounds(value, *rule, path, errors);
  if (!value.is_string() || text.empty()) return;
  if (rule->max_length != 0 && text.size() > rule->max_length) return errors.too_long(path, rule->max_length);
  for (const std::string& why : format_errors(f.table()->text(rule->format), text)) errors.invalid(path, text, why);
}

void check_field(View value, Field f, const Path& path, ErrorList& errors) {
  const table::RuleRec* rule = f.rule();
  if (rule != nullptr && (rule->flags & kRequired) != 0 && is_zero(value, f)) {
    return errors.required(path, f.table()->text(rule->required));
  }
  if (!value.exists() || value.is_null()) return;
  if (f.shape() == Shape::kSingle) return check_element(value, f, path, errors);
  if (rule != nullptr && rule->max_items != 0 && value.size() > rule->max_items) {
    return errors.too_many(path, value.size(), rule->max_items);
  }
  size_t i = 0;
  for (const View item : value.items()) check_element(item, f, path.index(i++), errors);
  for (const auto [key, entry] : value.members()) check_element(entry, f, path.key(key), errors);
}

}  // namespace

void validate_by_schema(View value, Type type, const Path& path, ErrorList& errors) {
  for (const Field f : type.fields()) check_field(value[f.key()], f, path.child(f.name()), errors);
}

}  // namespace proa::schema
