#include "schema/field_error.h"

#include <algorithm>

#include "fmt/format.h"
#include "object/go_text.h"
#include "object/json.h"

namespace proa::schema {
namespace {

/// The bad value as field.Error prints it.
std::string shown(object::View value) {
  switch (value.kind()) {
    case object::Kind::kString: return go_quote(value.as_string());
    case object::Kind::kAbsent: return "null";
    default: return object::to_json(value);
  }
}

std::string with_detail(std::string message, std::string_view detail) {
  if (!detail.empty()) message.append(": ").append(detail);
  return message;
}

}  // namespace

std::string go_quote(std::string_view text) { return object::go_quoted(text); }

void Path::write(std::string& out) const {
  if (parent_ != nullptr) parent_->write(out);
  switch (form_) {
    case kRoot: return;
    case kChild:
      if (!out.empty()) out += '.';
      out += name_;
      return;
    case kKey: out.append("[").append(name_).append("]"); return;
    case kIndex: out += fmt::format("[{}]", index_); return;
  }
}

std::string Path::to_string() const {
  std::string out;
  write(out);
  return out;
}

void ErrorList::add(std::string_view reason, const Path& path, std::string message) {
  errors_.push_back({std::string(reason), path.to_string(), std::move(message)});
}

void ErrorList::required(const Path& path, std::string_view detail) {
  add("FieldValueRequired", path, with_detail("Required value", detail));
}

void ErrorList::invalid(const Path& path, object::View value, std::string_view detail) {
  add("FieldValueInvalid", path, with_detail("Invalid value: " + shown(value), detail));
}

void ErrorList::invalid(const Path& path, std::string_view text, std::string_view detail) {
  add("FieldValueInvalid", path, with_detail("Invalid value: " + go_quote(text), detail));
}

void ErrorList::invalid_here(const Path& path, std::string_view detail) {
  add("FieldValueInvalid", path, with_detail("Invalid value", detail));
}

void ErrorList::invalid_number(const Path& path, int64_t value, std::string_view detail) {
  add("FieldValueInvalid", path, with_detail(fmt::format("Invalid value: {}", value), detail));
}

void ErrorList::not_supported(const Path& path, object::View value, std::span<const std::string_view> supported) {
  std::string detail;
  for (const std::string_view s : supported) {
    detail += detail.empty() ? "supported values: " : ", ";
    detail += go_quote(s);
  }
  add("FieldValueNotSupported", path, with_detail("Unsupported value: " + shown(value), detail));
}

void ErrorList::not_supported(const Path& path, std::string_view text, std::span<const std::string_view> supported) {
  not_supported(path, object::View(object::Value(text)), supported);
}

void ErrorList::not_supported(const Path& path, std::string_view text,
                              std::initializer_list<std::string_view> supported) {
  not_supported(path, text, std::span<const std::string_view>(supported.begin(), supported.size()));
}

void ErrorList::duplicate(const Path& path, object::View value) {
  add("FieldValueDuplicate", path, "Duplicate value: " + shown(value));
}

void ErrorList::duplicate(const Path& path, std::string_view text) {
  add("FieldValueDuplicate", path, "Duplicate value: " + go_quote(text));
}

void ErrorList::not_found(const Path& path, std::string_view text) {
  add("FieldValueNotFound", path, "Not found: " + go_quote(text));
}

void ErrorList::forbidden(const Path& path, std::string_view detail) {
  add("FieldValueForbidden", path, with_detail("Forbidden", detail));
}

void ErrorList::too_long(const Path& path, size_t max_bytes) {
  add("FieldValueTooLong", path,
      fmt::format("Too long: may not be more than {} {}", max_bytes, max_bytes == 1 ? "byte" : "bytes"));
}

void ErrorList::too_many(const Path& path, size_t actual, size_t max) {
  add("FieldValueTooMany", path,
      fmt::format("Too many: {}: must have at most {} {}", actual, max, max == 1 ? "item" : "items"));
}

void ErrorList::too_few(const Path& path, size_t actual, size_t min) {
  add("FieldValueTooFew", path,
      fmt::format("Too few: {}: must have at least {} {}", actual, min, min == 1 ? "item" : "items"));
}

void ErrorList::type_invalid(const Path& path, std::string_view text, std::string_view detail) {
  add("FieldValueTypeInvalid", path, with_detail("Invalid value: " + go_quote(text), detail));
}

void ErrorList::internal(const Path& path, std::string_view detail) {
  add("InternalError", path, with_detail("Internal error", detail));
}

void ErrorList::append(const ErrorList& other) {
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
}

ErrorList ErrorList::without(const ErrorList& other) const {
  ErrorList out;
  for (const FieldError& e : errors_) {
    const bool known = std::ranges::any_of(
        other.errors_, [&](const FieldError& o) { return o.field == e.field && o.message == e.message; });
    if (!known) out.errors_.push_back(e);
  }
  return out;
}

std::vector<base::StatusCause> ErrorList::causes() const {
  std::vector<base::StatusCause> out;
  for (const FieldError& e : errors_) out.push_back({e.reason, e.message, e.field});
  return out;
}

}  // namespace proa::schema
