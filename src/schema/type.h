// Type and Field: handles on the schema's facts about one message and one of its members. Two words each, passed
// by value, readable from any thread; they last as long as their table (the built-in one: the whole program).
//
//   Type spec = builtin_type("io.k8s.api.apps.v1.DeploymentSpec");
//   Field f = spec.field("template");      // f.type().field("spec")...
//   for (Field f : spec.fields()) ...      // in the order in which Go writes the JSON
#pragma once

#include <cstdint>
#include <string_view>

#include "object/names.h"
#include "schema/table.h"

namespace proa::schema {

class Field;

/// Which JSON a type has. Only a struct has fields of its own in JSON; all have them on the protobuf wire.
enum class Form : uint8_t {
  kStruct,
  kTime,       // "2006-01-02T15:04:05Z", null when zero
  kMicroTime,  // with six digits of fraction
  kDuration,   // "1h0m0s"
  kIntOrString,
  kQuantity,      // "500m"; a number is taken too
  kRawExtension,  // any JSON
  kFieldsV1,      // JSON object, kept as raw text
  kJson,          // any JSON (apiextensions' JSON)
  kSchemaOrBool,  // JSONSchemaProps, or true/false
  kSchemaOrArray,
  kSchemaOrStringArray,
  kStrings,  // message with one repeated string, in JSON a plain array (ExtraValue, Verbs)
};

/// What one element (of a single field, a list, or a map's values) is.
enum class Scalar : uint8_t { kMessage, kString, kBool, kInt32, kInt64, kUint32, kUint64, kFloat, kDouble, kBytes };

enum class Shape : uint8_t { kSingle, kList, kMap };

/// `+listType` of a list: who owns its items in server-side apply.
enum class ListType : uint8_t { kAtomic, kSet, kMap, kUnset };

template <class Item>
class Range;

class Type {
 public:
  Type() = default;
  Type(const table::Table* table, uint32_t index) : table_(table), rec_(&table->types[index]) {}

  explicit operator bool() const { return rec_ != nullptr; }
  bool operator==(const Type& other) const { return rec_ == other.rec_; }

  std::string_view name() const { return table_->text(rec_->name); }        // "DeploymentSpec"
  std::string_view model() const { return table_->text(rec_->model); }      // "io.k8s.api.apps.v1.DeploymentSpec"
  std::string_view go_name() const { return table_->text(rec_->go_name); }  // "v1.DeploymentSpec"
  std::string_view doc() const { return table_->text(rec_->doc); }
  /// JSON of x-kubernetes-unions; empty for most.
  std::string_view unions() const { return table_->text(rec_->unions); }
  Form form() const { return static_cast<Form>(rec_->form); }

  /// Members in JSON order, those of inlined messages among them.
  Range<Field> fields() const;
  /// By name of the JSON member; an empty Field when there is none.
  Field field(object::Key name) const;
  /// By protobuf number, among the members of the message itself (not those of inlined messages).
  Field field_by_number(uint32_t number) const;
  /// Inlined messages: on the wire they are messages of their own, in JSON their members lie among ours.
  size_t inline_count() const { return rec_->inlines.count; }
  Type inline_type(size_t i) const { return Type(table_, inline_rec(i).type); }
  uint32_t inline_number(size_t i) const { return inline_rec(i).number; }
  /// +structType=atomic: server-side apply takes it whole.
  bool is_atomic() const { return (rec_->flags & 1) != 0; }
  /// Have this type, or any below it, defaults?
  bool has_defaults_below() const { return (rec_->flags & 2) != 0; }

  const table::Table* table() const { return table_; }
  const table::TypeRec& rec() const { return *rec_; }

 private:
  const table::InlineRec& inline_rec(size_t i) const { return table_->inlines[rec_->inlines.first + i]; }

  const table::Table* table_ = nullptr;
  const table::TypeRec* rec_ = nullptr;
};

class Field {
 public:
  enum Flag : uint16_t {
    kPointer = 1,        // Go holds a pointer: absent differs from zero, and zero is written
    kOmitEmpty = 2,      // Go leaves the zero value out
    kOmitZero = 4,       // Go leaves the zero struct out
    kRequired = 8,       // listed under `required` in OpenAPI
    kReplaceKeys = 16,   // +patchStrategy=retainKeys
    kMerge = 32,         // +patchStrategy=merge
    kAtomicStruct = 64,  // +structType=atomic, +mapType=atomic
    kPacked = 128,       // a packed list of numbers on the wire (proto3)
    kReplace = 512,      // +patchStrategy=replace: a patch replaces the struct instead of merging it
    kGranular = 256,     // +mapType=granular
  };

  Field() = default;
  Field(const table::Table* table, const table::FieldRec* rec) : table_(table), rec_(rec) {}
  explicit operator bool() const { return rec_ != nullptr; }

  std::string_view name() const { return table_->text(rec_->name); }
  object::Key key() const { return object::Key(name(), rec_->hash); }
  uint32_t name_hash() const { return rec_->hash; }
  std::string_view doc() const { return table_->text(rec_->doc); }
  /// The type of an element, when that is a message; else an empty Type.
  Type type() const { return rec_->type == table::kNone ? Type() : Type(table_, rec_->type); }
  Scalar scalar() const { return static_cast<Scalar>(rec_->scalar); }
  Shape shape() const { return static_cast<Shape>(rec_->shape); }
  bool is_list() const { return shape() == Shape::kList; }
  bool is_map() const { return shape() == Shape::kMap; }
  bool has(Flag flag) const { return (rec_->flags & flag) != 0; }
  uint32_t number() const { return rec_->number; }
  /// Lies it in an inlined message on the wire?
  bool is_inlined() const { return rec_->via != 0; }
  /// The embedded Go structs it comes from ("VolumeSource"), or nothing.
  std::string_view via_path() const { return table_->text(rec_->via_path); }

  // Merging. Strategic merge patch: `patch_merge_key()` is empty when lists are replaced.
  std::string_view patch_merge_key() const { return table_->text(rec_->merge_key); }
  bool merges() const { return has(kMerge); }
  bool retains_keys() const { return has(kReplaceKeys); }
  // Server-side apply.
  ListType list_type() const { return static_cast<ListType>(rec_->list_type); }
  size_t list_key_count() const { return rec_->list_keys.count; }
  std::string_view list_key(size_t i) const { return table_->text(table_->string_list[rec_->list_keys.first + i]); }
  bool is_atomic() const { return has(kAtomicStruct); }

  size_t enum_count() const { return rec_->enums.count; }
  std::string_view enum_value(size_t i) const { return table_->text(table_->string_list[rec_->enums.first + i]); }
  /// JSON text of the default that OpenAPI shows; empty when there is none.
  std::string_view openapi_default() const { return table_->text(rec_->openapi_default); }
  /// The same of a list's items or a map's values.
  std::string_view element_default() const { return table_->text(rec_->element_default); }
  /// "[]v1.Container", and "v1.Container": as Go's error messages name them.
  std::string_view go_type() const { return table_->text(rec_->go_type); }
  std::string_view go_element() const { return table_->text(rec_->go_elem); }
  /// nullptr when the schema tells no facts for validation.
  const table::RuleRec* rule() const { return rec_->rule == table::kNone ? nullptr : &table_->rules[rec_->rule]; }
  const table::Table* table() const { return table_; }
  const table::FieldRec* rec() const { return rec_; }

 private:
  const table::Table* table_ = nullptr;
  const table::FieldRec* rec_ = nullptr;
};

/// Iterates fields in order.
template <>
class Range<Field> {
 public:
  struct Iterator {
    const table::Table* table;
    const table::FieldRec* at;
    Field operator*() const { return Field(table, at); }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  Range(const table::Table* table, std::span<const table::FieldRec> fields) : table_(table), fields_(fields) {}
  Iterator begin() const { return {table_, fields_.data()}; }
  Iterator end() const { return {table_, fields_.data() + fields_.size()}; }
  size_t size() const { return fields_.size(); }
  Field operator[](size_t i) const { return Field(table_, &fields_[i]); }

 private:
  const table::Table* table_;
  std::span<const table::FieldRec> fields_;
};

inline Range<Field> Type::fields() const {
  return {table_, table_->fields.subspan(rec_->fields.first, rec_->fields.count)};
}

/// A built-in type by its model name; an empty Type when there is none. Also CRI's and containerd's messages:
/// "runtime.v1.PodSandboxConfig", "containerd.services.events.v1.Envelope".
Type builtin_type(std::string_view model);

}  // namespace proa::schema
