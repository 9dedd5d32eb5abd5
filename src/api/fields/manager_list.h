// The entries of metadata.managedFields while a write works on them. Private to src/api/fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields/field_set.h"
#include "object/time.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/registry.h"

namespace proa::api::fields {

/// Who: entries that agree in all of this are one. Of an Apply the version does not count.
struct ManagerId {
  std::string_view manager, operation;
  std::string api_version;
  std::string_view subresource;
};

struct ManagerEntry {
  ManagerId id;
  std::string_view raw;  // fieldsV1 as it came; `set` is parsed from it when it is needed
  object::View source;   // keeps the text of an untouched entry shared; absent when made here
  std::string time;
  FieldSet set;
  bool parsed = false, touched = false;
  bool applied() const { return id.operation == "Apply"; }
};

class ManagerList {
 public:
  explicit ManagerList(TextArena& arena) : arena_(arena) {}
  bool empty() const { return entries_.empty(); }
  void add(object::View entry);
  std::vector<ManagerEntry>& entries() { return entries_; }
  FieldSet& set_of(ManagerEntry& entry);
  ManagerEntry* find(const ManagerId& id);

  /// Everybody loses these fields.
  void lose(const FieldSet& fields);
  /// `id` has these fields too from now on, and its time is now.
  void gain(const ManagerId& id, const FieldSet& fields, object::TimeNs now);
  /// `id` has exactly these fields.
  void assign(const ManagerId& id, FieldSet fields, object::TimeNs now);
  /// At most so many entries of operation Update: the oldest are merged into "ancient-changes".
  void cap(size_t most);
  /// The array for metadata.managedFields, in upstream's order; null when there are none.
  object::Value encode();

 private:
  TextArena& arena_;
  std::vector<ManagerEntry> entries_;
};

/// Takes metadata.managedFields out of the object.
object::Value take_managed_fields(object::Value& object);
void put_managed_fields(object::Value& object, object::Value list);
/// What a write starts from: the list that was sent, or the live one; both must outlive the result.
ManagerList base_managers(const object::Value& sent, object::View live, bool subresource, TextArena& arena);
/// Fields that this way of writing cannot change: status in a main write, spec in a status write.
void reset_fields(FieldSet& set, const schema::KindInfo& kind, std::string_view subresource);
/// Names, uid and the like belong to nobody.
void strip_meta(FieldSet& set);

}  // namespace proa::api::fields
