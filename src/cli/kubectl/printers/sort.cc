#include "cli/kubectl/printers/sort.h"

#include <fmt/format.h>

#include "cli/kubectl/printers/jsonpath.h"
#include "object/go_text.h"
#include "object/quantity.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

bool less(View a, View b) {
  if (!a.exists()) return true;
  if (!b.exists()) return false;
  if (a.is_string() && b.is_string()) {
    const auto qa = object::Quantity::parse(a.as_string());
    const auto qb = object::Quantity::parse(b.as_string());
    return qa && qb ? *qa < *qb : a.as_string() < b.as_string();
  }
  if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
  return a.as_double() < b.as_double();
}

/// Stable, like Go's sort on lists of up to twelve items, and by a relation that is no order where fields are missing.
Try<void> sort(std::vector<Value>& items, const std::string& field, std::string_view inside) {
  auto relaxed = relaxed_path(field);
  if (!relaxed) return Failed(relaxed.error());
  auto path = JsonPath::parse(*relaxed);
  if (!path) return Failed(path.error());
  path->allow_missing(true);
  struct Keyed {
    Value key;
    bool has;
    Value item;
  };
  std::vector<Keyed> keyed;
  bool once = false;
  for (Value& item : items) {
    const View object = inside.empty() ? View(item) : View(item)[inside];
    auto found = path->find(object);
    if (!found) return Failed(found.error());
    const bool has = !found->empty() && !(*found)[0].empty();
    once = once || has;
    Keyed one{has ? (*found)[0][0].to_value() : Value(), has, {}};
    one.item = std::move(item);
    keyed.push_back(std::move(one));
  }
  const bool unknown = !keyed.empty() && !once;
  for (size_t i = 1; i < keyed.size() && !unknown; ++i)
    for (size_t j = i; j > 0; --j) {
      const View a = keyed[j].has ? View(keyed[j].key) : View();
      const View b = keyed[j - 1].has ? View(keyed[j - 1].key) : View();
      if (!less(a, b) || (!a.exists() && !b.exists())) break;
      std::swap(keyed[j], keyed[j - 1]);
    }
  for (size_t i = 0; i < keyed.size(); ++i) items[i] = std::move(keyed[i].item);
  if (unknown)
    return fail(
        fmt::format("couldn't find any field with path {} in the list of objects", object::go_quoted(*relaxed)));
  return {};
}

}  // namespace

Try<void> sort_objects(std::vector<Value>& objects, const std::string& field) { return sort(objects, field, ""); }

Try<void> sort_rows(Value& table, const std::string& field) {
  Value* rows = table.find("rows");
  if (rows == nullptr || !rows->is_array()) return {};
  return sort(rows->items(), field, "object");
}

}  // namespace proa::cli::kubectl
