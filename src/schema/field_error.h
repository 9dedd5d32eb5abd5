// Validation errors in Kubernetes' form: a path, a kind of error, the bad value, a detail. The texts are those of
// k8s.io/apimachinery pkg/util/validation/field.
//
//   ErrorList errors;
//   Path spec("spec");
//   errors.required(spec.child("selector"), "");                     // spec.selector: Required value
//   errors.invalid(spec.child("replicas"), View(v), "must be ...");  // spec.replicas: Invalid value: -1: must be ...
//   if (!errors.empty()) return base::invalid(group, kind, name, errors.causes());
//
// Plain values; one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/view.h"

namespace proa::schema {

/// Where in the object: `spec.template.spec.containers[0].name`, `metadata.labels[app]`. Cheap: a path under
/// construction points at its parent, which must outlive it (they live on the stack of a validator). The text is
/// made only when an error is.
class Path {
 public:
  Path() = default;  // the object itself
  explicit Path(std::string_view name) : name_(name), form_(kChild) {}

  Path child(std::string_view name) const { return Path(this, name, kChild); }
  Path index(size_t i) const { return Path(this, i); }
  Path key(std::string_view key) const { return Path(this, key, kKey); }
  std::string to_string() const;

 private:
  enum Form : uint8_t { kRoot, kChild, kKey, kIndex };
  Path(const Path* parent, std::string_view name, Form form) : parent_(parent), name_(name), form_(form) {}
  Path(const Path* parent, size_t index) : parent_(parent), index_(index), form_(kIndex) {}
  void write(std::string& out) const;

  const Path* parent_ = nullptr;
  std::string_view name_;
  size_t index_ = 0;
  Form form_ = kRoot;
};

struct FieldError {
  std::string reason;  // "FieldValueRequired", "FieldValueInvalid", ...
  std::string field;
  std::string message;  // without the field: `Invalid value: -1: must be greater than or equal to 0`
  std::string to_string() const { return field + ": " + message; }
};

class ErrorList {
 public:
  /// `Required value`, or `Required value: DETAIL`.
  void required(const Path& path, std::string_view detail);
  /// `Invalid value: "x": DETAIL`. Text is quoted as Go's %q, numbers and booleans bare, objects as JSON.
  void invalid(const Path& path, object::View value, std::string_view detail);
  void invalid(const Path& path, std::string_view text, std::string_view detail);
  /// `Invalid value: DETAIL`: upstream leaves the value out.
  void invalid_here(const Path& path, std::string_view detail);
  void invalid_number(const Path& path, int64_t value, std::string_view detail);
  /// `Unsupported value: "x": supported values: "A", "B"`. Give the values in the order wanted (upstream sorts).
  void not_supported(const Path& path, object::View value, std::span<const std::string_view> supported);
  void not_supported(const Path& path, std::string_view text, std::span<const std::string_view> supported);
  void not_supported(const Path& path, std::string_view text, std::initializer_list<std::string_view> supported);
  /// `Duplicate value: "x"`
  void duplicate(const Path& path, object::View value);
  void duplicate(const Path& path, std::string_view text);
  /// `Not found: "x"`
  void not_found(const Path& path, std::string_view text);
  /// `Forbidden: DETAIL`
  void forbidden(const Path& path, std::string_view detail);
  /// `Too long: may not be more than N bytes`
  void too_long(const Path& path, size_t max_bytes);
  /// `Too many: 5: must have at most 3 items`
  void too_many(const Path& path, size_t actual, size_t max);
  /// `Too few: 0: must have at least 1 item`
  void too_few(const Path& path, size_t actual, size_t min);
  /// `Invalid value: "x": DETAIL`, with the reason FieldValueTypeInvalid.
  void type_invalid(const Path& path, std::string_view text, std::string_view detail);
  /// `Internal error: DETAIL`
  void internal(const Path& path, std::string_view detail);

  void append(const ErrorList& other);
  /// Those that `other` does not have too.
  ErrorList without(const ErrorList& other) const;

  bool empty() const { return errors_.empty(); }
  size_t size() const { return errors_.size(); }
  const std::vector<FieldError>& errors() const { return errors_; }
  /// For base::invalid(): it prefixes each with its field, and says once what stands here twice.
  std::vector<base::StatusCause> causes() const;

 private:
  void add(std::string_view reason, const Path& path, std::string message);
  std::vector<FieldError> errors_;
};

/// Go's %q.
std::string go_quote(std::string_view text);

}  // namespace proa::schema
