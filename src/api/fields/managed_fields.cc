#include "api/fields/managed_fields.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/fields/field_diff.h"
#include "api/fields/manager_list.h"
#include "object/document.h"
#include "schema/decode.h"

namespace proa::api::fields {
namespace {

using object::Value;
using object::View;

object::Document make_empty_object(schema::Type type) {
  Value nothing = Value::object();
  (void)schema::decode(nothing, type);
  return object::Document::freeze(nothing);
}

/// The object as Go would write it with nothing set: what a create is compared with.
object::Document empty_object(const schema::KindInfo& kind) {
  if (kind.custom) return make_empty_object(kind.type);
  static std::mutex mutex;
  static std::map<std::string_view, object::Document> known;  // models are unique and last as long as the program
  const std::lock_guard lock(mutex);
  auto& document = known[kind.type.model()];
  if (!document) document = make_empty_object(kind.type);
  return document;
}

}  // namespace

void update_managed_fields(Value& object, View live, const schema::KindInfo& kind, const Writer& writer) {
  TextArena arena;
  const Value sent = take_managed_fields(object);
  const bool create = !live.exists();
  ManagerList managers = base_managers(sent, live, !writer.subresource.empty(), arena);
  // Who took the tracking away (an empty list) does not get it back by a later update.
  if (!create && managers.empty()) return;
  object::Document empty;
  if (create) {
    empty = empty_object(kind);
    live = empty.root();
  }
  Diff change = diff(live, object, kind.type, arena);
  reset_fields(change.changed, kind, writer.subresource);
  reset_fields(change.removed, kind, writer.subresource);
  const bool anything = !change.changed.empty() || !change.removed.empty();
  if (anything) {
    managers.lose(change.changed);
    managers.lose(change.removed);
    strip_meta(change.changed);
    if (!change.changed.empty())
      managers.gain({.manager = writer.manager.empty() ? "unknown" : writer.manager,
                     .operation = "Update",
                     .api_version = kind.api_version(),
                     .subresource = writer.subresource},
                    change.changed, writer.now);
    managers.cap(10);
  }
  put_managed_fields(object, managers.encode());
}

bool same_but_times(View a, View b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const View x = a.at(i), y = b.at(i);
    for (const char* member : {"manager", "operation", "apiVersion", "subresource", "fieldsV1"})
      if (!(x[std::string_view(member)] == y[std::string_view(member)])) return false;
  }
  return true;
}

}  // namespace proa::api::fields
