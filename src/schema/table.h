// The layout of the schema table: what schema/compile.py writes and the classes of type.h and registry.h read in
// place. Nothing is parsed or relocated at start: the table lies in the program's read-only data, and a page of
// it costs memory only once it is read. Offsets are relative to the section they belong to. Private to this room.
//
// A change here is a change in schema/compile.py (its struct formats name these records).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace proa::schema::table {

inline constexpr uint32_t kNone = 0xffffffffu;
inline constexpr uint32_t kMagic = 0x41504b31u;

/// A piece of the string pool.
struct Str {
  uint32_t offset;
  uint32_t size;
};

/// A run of records in some section.
struct Run {
  uint32_t first;
  uint32_t count;
};

struct TypeRec {
  Str name;     // "DeploymentSpec"
  Str model;    // "io.k8s.api.apps.v1.DeploymentSpec"
  Str go_name;  // "v1.DeploymentSpec", as Go's error messages print it
  Str doc;
  Str unions;          // JSON for OpenAPI's x-kubernetes-unions, or empty
  Run fields;          // in the order of the JSON
  Run inlines;         // Inline records: messages whose members lie among ours
  Run defaults;        // Default records, in the order of application
  uint32_t by_hash;    // first of fields.count entries in the u16 index section, sorted by name hash
  uint32_t by_number;  // the same, sorted by (via, number); those of inlined messages are found in their own types
  uint8_t form;        // schema::Form
  uint8_t flags;       // 1: atomic, 2: it or a type below has defaults
  uint16_t pad;
};

struct FieldRec {
  Str name;       // of the JSON member
  uint32_t hash;  // object::name_hash(name)
  uint32_t type;  // of the element where it is a message, else kNone
  Str go_type;    // "int32", "[]v1.Container": of the whole field
  Str go_elem;    // of one element or map value
  Str doc;
  Str merge_key;
  Str via_path;         // Go names of the embedded structs it comes from: "RuleWithOperations.Rule"
  Str openapi_default;  // JSON text
  Str element_default;  // the same, of a list's items or a map's values
  Run list_keys;        // in the string list section
  Run enums;            // in the string list section
  uint32_t rule;        // Rule record, or kNone
  uint16_t number;      // of the protobuf field; 0: not on the wire
  uint16_t via;         // 1 + place among the owner's inlines of the message that it lies in on the wire; 0: directly
  uint16_t flags;
  uint8_t scalar;  // schema::Scalar
  uint8_t shape;   // schema::Shape
  uint8_t list_type;
  uint8_t pad[3];
};

struct InlineRec {
  Str name;  // Go's name of the embedded struct: "VolumeSource"
  uint32_t type;
  uint16_t number;
  uint16_t pad;
};

/// One default: at `path` below the type, `value` where nothing (or Go's zero) stands, if `when` holds.
struct DefaultRec {
  Str path;   // dotted
  Str value;  // JSON text
  Str when;   // "type=RollingUpdate", "type!=X", or empty
  Str rule;   // instead of path and value: a named rule of defaulting_rules.cc
};

/// Facts that the protos do not tell, for validation.
struct RuleRec {
  Str format;  // "dns1123Label", ...
  int64_t minimum;
  int64_t maximum;
  uint32_t max_items;
  uint32_t max_length;
  uint32_t flags;  // 1: required, 2: has minimum, 4: has maximum, 8: enums are checked on the empty text too
  uint32_t pad;
  Run enums;     // the values that are taken, in the order of the message; in the string list section
  Str required;  // what follows `Required value: `, or empty
};

struct ColumnRec {
  Str name;
  Str type;
  Str format;
  Str path;  // JSONPath without braces, empty: computed by code
  Str doc;
  uint32_t priority;
};

struct SubresourceRec {
  Str name;
  Str group, version, kind;
  uint32_t verbs;
  uint32_t type;          // of the body it answers with, or kNone
  uint32_t request_type;  // of the body it takes (eviction, binding, token), or kNone
  uint32_t pad;
};

struct KindRec {
  Str group, version, kind, list_kind, plural, singular;
  Run short_names, categories;  // string list section
  Run subresources;
  Run columns;
  Str storage;  // "GROUP/VERSION" in which it is kept
  uint32_t verbs;
  uint32_t type, list_type;
  uint32_t flags;  // 1: namespaced
  uint32_t group_priority, version_priority;
};

struct Section {
  uint32_t offset;  // from the header
  uint32_t count;   // records (bytes, in the string pool)
};

struct Header {
  uint32_t magic;
  uint32_t size;
  Section strings, types, fields, inlines, defaults, rules, columns, subresources, kinds, string_list, index;
};

/// The sections of one table as spans. The built-in table lasts as long as the program.
struct Table {
  std::string_view strings;
  std::span<const TypeRec> types;
  std::span<const FieldRec> fields;
  std::span<const InlineRec> inlines;
  std::span<const DefaultRec> defaults;
  std::span<const RuleRec> rules;
  std::span<const ColumnRec> columns;
  std::span<const SubresourceRec> subresources;
  std::span<const KindRec> kinds;
  std::span<const Str> string_list;
  std::span<const uint16_t> index;

  std::string_view text(Str s) const { return strings.substr(s.offset, s.size); }
};

/// The table of the built-in kinds.
const Table& builtin();

}  // namespace proa::schema::table
