#include "object/patch.h"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "object/json.h"

namespace proa::object {
namespace {

constexpr size_t kMaxOperations = 10'000;
/// All that the copies of one patch may amount to, in bytes of JSON: as much as a request's body.
constexpr size_t kMaxCopied = 3 * 1024 * 1024;

Error does_not_apply() {
  return Error(Status{.code = 422,
                      .reason = "Invalid",
                      .message = "the server rejected our request due to an error in our request",
                      .details = {}});
}

std::string_view go_kind(View view) {
  switch (view.kind()) {
    case Kind::kString: return "string";
    case Kind::kBool: return "bool";
    case Kind::kInt:
    case Kind::kDouble: return "number";
    case Kind::kArray: return "array";
    default: return "object";
  }
}

Error wrong_form(View found, std::string_view wanted) {
  return Error(base::bad_request(
      fmt::format("error decoding patch: json: cannot unmarshal {} into Go value of type {}", go_kind(found), wanted)));
}

/// The members of an operation are texts.
Result<void> check_texts(View operation) {
  for (const std::string_view name : {"op", "path", "from"}) {
    const View member = operation[name];
    if (member.exists() && !member.is_null() && !member.is_string())
      return Error(base::bad_request(fmt::format(
          "error decoding patch: json: cannot unmarshal {} into Go struct field jsonPatchOp.{} of type string",
          go_kind(member), name)));
  }
  return {};
}

/// A JSON pointer in parts: "/a~1b/0" is {"a/b", "0"}. What stands before the first slash is passed over; nothing
/// when there is no slash.
std::optional<std::vector<std::string>> parts_of(std::string_view pointer) {
  const size_t slash = pointer.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::vector<std::string> parts;
  for (size_t i = slash; i < pointer.size(); ++i) {
    const std::string_view rest = pointer.substr(i);
    if (rest[0] == '/') {
      parts.emplace_back();
    } else if (rest.starts_with("~0") || rest.starts_with("~1")) {
      parts.back() += pointer[++i] == '1' ? '/' : '~';
    } else {
      parts.back() += rest[0];
    }
  }
  return parts;
}

/// Where `part` points to in an array; -1 is its last item. Nothing when that is not below `size`.
std::optional<size_t> index_in(std::string_view part, size_t size) {
  if (part.starts_with('+') && !part.starts_with("+-")) part.remove_prefix(1);
  int64_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  const auto count = static_cast<int64_t>(size);
  if (index < 0) index += count;
  if (index < 0 || index >= count) return std::nullopt;
  return static_cast<size_t>(index);
}

/// Applies operations to one value, which it owns.
class Patcher {
 public:
  explicit Patcher(Value root) : root_(std::move(root)) {}

  bool apply(View operation) {
    const std::string_view op = operation["op"].as_string();
    const View path = operation["path"], from = operation["from"];
    if (!path.is_string()) return false;
    if (op == "add") return add(path.as_string(), operation["value"].to_value());
    if (op == "remove") return remove(path.as_string());
    if (op == "replace") return replace(path.as_string(), operation["value"]);
    if (op == "test") return test(path.as_string(), operation["value"]);
    if (!from.is_string()) return false;
    if (op == "copy") return copy(from.as_string(), path.as_string());
    return op == "move" && move(from.as_string(), path.as_string());
  }

  Value take() { return std::move(root_); }

 private:
  /// The container that holds what `pointer` names, and the last part of it.
  struct Place {
    Value* container = nullptr;
    std::string key;
    explicit operator bool() const { return container != nullptr; }
  };

  Place find(std::string_view pointer) {
    std::optional<std::vector<std::string>> parts = parts_of(pointer);
    if (!parts) return {};
    Value* at = &root_;
    for (size_t i = 0; i + 1 < parts->size(); ++i) {
      Value* next = nullptr;
      if (!get({at, (*parts)[i]}, next) || next == nullptr) return {};
      at = next;
    }
    if (!at->is_object() && !at->is_array()) return {};
    return {at, std::move(parts->back())};
  }

  /// False: no such item. A member that is missing is no error: `found` is then nullptr.
  static bool get(const Place& place, Value*& found) {
    if (place.container->is_object()) {
      found = place.container->find(place.key);
      return true;
    }
    if (!place.container->is_array()) return false;
    auto& items = place.container->items();
    const auto index = index_in(place.key, items.size());
    if (index) found = &items[*index];
    return index.has_value();
  }

  static bool add_at(const Place& place, Value value) {
    if (place.container->is_object()) {
      place.container->set(place.key, std::move(value));
      return true;
    }
    auto& items = place.container->items();
    const auto index = place.key == "-" ? items.size() : index_in(place.key, items.size() + 1);
    if (!index) return false;
    items.insert(items.begin() + static_cast<long>(*index), std::move(value));
    return true;
  }

  bool add(std::string_view path, Value value) {
    const Place place = find(path);
    return place && add_at(place, std::move(value));
  }

  bool remove(std::string_view path) {
    const Place place = find(path);
    if (!place) return false;
    if (place.container->is_object()) return place.container->erase(place.key);
    auto& items = place.container->items();
    const auto index = index_in(place.key, items.size());
    if (index) items.erase(items.begin() + static_cast<long>(*index));
    return index.has_value();
  }

  bool replace(std::string_view path, View value) {
    if (path.empty()) {
      if (!value.is_object() && !value.is_array()) return false;
      root_ = value.to_value();
      return true;
    }
    const Place place = find(path);
    Value* found = nullptr;
    if (!place || !get(place, found)) return false;
    (found != nullptr ? *found : (*place.container)[place.key]) = value.to_value();
    return true;
  }

  bool test(std::string_view path, View value) {
    if (path.empty()) return View(root_) == value;
    const Place place = find(path);
    Value* found = nullptr;
    if (!place || !get(place, found)) return false;
    if (found == nullptr || found->is_null()) return !value.exists() || value.is_null();
    return View(*found) == value;
  }

  bool copy(std::string_view from, std::string_view path) {
    const Place source = find(from);
    Value* found = nullptr;
    if (!source || !get(source, found)) return false;
    Value value = found == nullptr ? Value() : *found;
    copied_ += to_json(value).size();
    return copied_ <= kMaxCopied && add(path, std::move(value));
  }

  bool move(std::string_view from, std::string_view path) {
    const Place source = find(from);
    Value* found = nullptr;
    if (!source || !get(source, found) || found == nullptr) return false;
    Value value = std::move(*found);
    return remove(from) && add(path, std::move(value));
  }

  Value root_;
  size_t copied_ = 0;
};

/// Nulls in objects are gone, at every level.
Value pruned(View value) {
  if (value.is_array()) {
    Value out = Value::array();
    for (const View item : value.items()) out.push_back(pruned(item));
    return out;
  }
  if (!value.is_object()) return value.to_value();
  Value out = Value::object();
  for (const auto [name, member] : value.members()) {
    if (!member.is_null()) out.set(name, pruned(member));
  }
  return out;
}

void merge_into(Value& out, View patch) {
  for (const auto [name, value] : patch.members()) {
    if (value.is_null()) {
      out.erase(name);
      continue;
    }
    Value& member = out[name];
    if (!member.is_object()) {
      member = pruned(value);
    } else if (value.is_object()) {
      merge_into(member, value);
    } else {
      member = value.to_value();
    }
  }
}

}  // namespace

Result<Value> apply_json_patch(View original, View operations) {
  if (!operations.is_array() && !operations.is_null()) return wrong_form(operations, "[]handlers.jsonPatchOp");
  if (operations.size() > kMaxOperations) {
    return Error(base::request_entity_too_large(fmt::format(
        "The allowed maximum operations in a JSON patch is {}, got {}", kMaxOperations, operations.size())));
  }
  Patcher patcher(original.to_value());
  for (const View operation : operations.items()) {
    if (!operation.is_object() && !operation.is_null()) return wrong_form(operation, "handlers.jsonPatchOp");
    if (auto ok = check_texts(operation); !ok) return Error(ok.error());
  }
  for (const View operation : operations.items()) {
    if (!patcher.apply(operation)) return does_not_apply();
  }
  return patcher.take();
}

Result<Value> merge_patch(View original, View patch) {
  if (patch.is_null()) return Error(base::bad_request("Invalid JSON Patch"));
  if (!patch.is_object()) return wrong_form(patch, "map[string]interface {}");
  Value out = original.is_object() ? original.to_value() : Value::object();
  merge_into(out, patch);
  return out;
}

}  // namespace proa::object
