#include "schema/strategic_order.h"

#include <fmt/format.h>

#include "schema/strategic_merge.h"

namespace proa::schema {
namespace {

using object::Value;
using object::View;
using Items = Value::Array;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kMap = "map[string]interface {}";

/// The one fault that upstream lays on the client, without saying which it is.
Error list_of_lists() {
  return Error(Status{
      .code = 422, .reason = "Invalid", .message = "the server rejected our request due to an error in our request"});
}

bool is_deleted(View item) { return item[kDirective].as_string() == "delete"; }

long index_of(View list, View item, std::string_view merge_key) {
  long index = 0;
  for (View other : list.items()) {
    const bool found = merge_key.empty() ? other == item : other[merge_key] == item[merge_key];
    if (found) return index;
    ++index;
  }
  return -1;
}

/// As upstream sorts: what the order does not know goes before all that stands in front of it.
void sort_like(Items& items, View order, std::string_view merge_key) {
  const auto goes_before = [&](const Value& a, const Value& b) {
    const long ia = index_of(order, a, merge_key), ib = index_of(order, b, merge_key);
    return ia < 0 || ib < 0 || ia < ib;
  };
  for (size_t i = 1; i < items.size(); ++i) {
    for (size_t j = i; j > 0 && goes_before(items[j], items[j - 1]); --j) std::swap(items[j], items[j - 1]);
  }
}

Result<void> check_named(View list, std::string_view merge_key) {
  for (const View item : list.items()) {
    if (!item.is_object()) return wrong_kind_of_argument(kMap, item);
    if (!item.has(merge_key)) return no_merge_key(item, merge_key);
  }
  return {};
}

/// Is `item` of the list? Error: it has no merge key, or the list holds something before it that is no map.
Result<bool> is_listed(View item, View list, std::string_view merge_key) {
  if (merge_key.empty()) return index_of(list, item, merge_key) >= 0;
  if (!item.is_object()) return wrong_kind_of_argument(kMap, item);
  if (!item.has(merge_key)) return no_merge_key(item, merge_key);
  size_t at = 0;
  for (const View other : list.items()) {
    if (!other.is_object()) return merge_error(fmt::format("value for key {} is not a map", at));
    if (same_item(other, item, merge_key)) return true;
    ++at;
  }
  return false;
}

/// Looks for `item` from `at` on, which is moved behind it.
Result<bool> is_ahead(View item, View order, size_t& at, std::string_view merge_key) {
  while (at < order.size()) {
    const View other = order.at(at++);
    if (!merge_key.empty()) {
      if (!other.is_object()) return wrong_kind_of_argument(kMap, other);
      if (!item.has(merge_key)) return no_merge_key(item, merge_key);
      if (!other.has(merge_key)) return no_merge_key(other, merge_key);
    }
    if (same_item(other, item, merge_key)) return true;
  }
  return false;
}

/// The two lists as one. Neither changes its own order.
Value interleaved(Items others, Items named, View original, std::string_view merge_key) {
  Value out = Value::array();
  size_t i = 0, j = 0;
  while (i < others.size() || j < named.size()) {
    bool other_first = j >= named.size();
    if (!other_first && i < others.size()) {
      const long a = index_of(original, others[i], merge_key), b = index_of(original, named[j], merge_key);
      other_first = a >= 0 && b >= 0 && a < b;
    }
    out.push_back(std::move(other_first ? others[i++] : named[j++]));
  }
  return out;
}

}  // namespace

Error merge_error(std::string text) { return Error(Status{.code = 500, .reason = "", .message = std::move(text)}); }

Error no_merge_key(View item, std::string_view merge_key) {
  return merge_error(fmt::format("map: {} does not contain declared merge key: {}", go_value(item), merge_key));
}

Error wrong_kind_of_argument(std::string_view expected, View actual) {
  const std::string_view found = actual.exists() && !actual.is_null() ? go_type(actual) : "%!s(<nil>)";
  return merge_error(fmt::format("expected a {}, but received a {}", expected, found));
}

bool same_item(View a, View b, std::string_view merge_key) {
  return merge_key.empty() ? a == b : a.has(merge_key) && a[merge_key] == b[merge_key];
}

Result<void> check_items(View original, View patch) {
  std::string_view seen;
  for (const View list : {original, patch}) {
    for (const View item : list.items()) {
      if (seen.empty() && item.is_array()) return list_of_lists();
      if (!seen.empty() && go_type(item) != seen) {
        return merge_error(
            fmt::format("list element types are not identical: [{} {}]", go_value(original), go_value(patch)));
      }
      seen = go_type(item);
    }
  }
  if (seen.empty()) return merge_error("no elements in any of the given slices");
  return {};
}

Result<void> check_order(View patch, View order, std::string_view merge_key) {
  if (patch.empty() || order.empty()) return {};
  size_t at = 0;
  for (const View item : patch.items()) {
    if (!merge_key.empty() && !item.is_object()) return wrong_kind_of_argument(kMap, item);
    // Past the end of the order a directive is as wrong as any other item.
    if (at < order.size() ? item[kDirective].exists() : is_deleted(item)) continue;
    const auto found = is_ahead(item, order, at, merge_key);
    if (!found) return Error(found.error());
    if (*found) continue;
    return merge_error(fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                                   go_value(patch), go_value(order)));
  }
  return {};
}

Result<Value> in_order(Items merged, View order, View original, std::string_view merge_key) {
  Items named, others;
  for (Value& item : merged) {
    const auto listed = is_listed(item, order, merge_key);
    if (!listed) return Error(listed.error());
    (*listed ? named : others).push_back(std::move(item));
  }
  if (!merge_key.empty()) {
    for (const View list : {order, original}) {
      if (auto ok = check_named(list, merge_key); !ok) return Error(ok.error());
    }
  }
  sort_like(named, order, merge_key);
  sort_like(others, original, merge_key);
  return interleaved(std::move(others), std::move(named), original, merge_key);
}

}  // namespace proa::schema
