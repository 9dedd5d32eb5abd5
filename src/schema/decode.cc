#include "schema/decode.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "base/base64.h"
#include "fmt/format.h"
#include "object/quantity.h"
#include "object/time.h"
#include "schema/time_text.h"
#include "schema/zero.h"

namespace proa::schema {
namespace {

using object::Kind;
using object::Value;
using object::View;

constexpr size_t kMaxFields = 128;

/// Where the decoder stands: one frame per member, list item and map entry, on the stack.
struct Frame {
  const Frame* up = nullptr;
  Type owner;  // of a member: the struct it belongs to
  Field field;
  std::string_view key = {};  // of a map entry
  ptrdiff_t index = -1;       // of a list item
};

/// `spec.containers[0].name`: the place as strict decoding names it.
std::string place(const Frame* at) {
  if (at == nullptr) return "";
  std::string out = place(at->up);
  if (at->index >= 0) return out + fmt::format("[{}]", at->index);
  if (!out.empty()) out += '.';
  return out.append(at->field ? at->field.name() : at->key);
}

/// `spec.volumes.VolumeSource.hostPath`: the place as encoding/json names it, without indices and keys.
std::string go_place(const Frame* at) {
  std::string out = at->up ? go_place(at->up) : "";
  if (!at->field) return out;
  if (!out.empty()) out += '.';
  if (!at->field.via_path().empty() && at->field.is_inlined()) out.append(at->field.via_path()) += '.';
  return out.append(at->field.name());
}

std::string_view json_word(View value) {
  switch (value.kind()) {
    case Kind::kBool: return "bool";
    case Kind::kInt:
    case Kind::kDouble: return "number";
    case Kind::kString: return "string";
    case Kind::kArray: return "array";
    default: return "object";
  }
}

/// Is what was said about a field written as it is?
bool stays(const Value* said, Field f) {
  if (said == nullptr || said->is_null()) return false;
  // A struct that is always written need not be looked through.
  const bool always = !is_left_out(f) && f.shape() == Shape::kSingle;
  return always || !is_zero(*said, f);
}

/// Whether an object has exactly its members already, in order: what we wrote ourselves comes back so.
bool is_as_kept(const Value& object, Range<Field> fields, std::span<Value* const> found) {
  size_t next = 0;
  const auto& members = object.members();
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool null_stays =
        found[i] != nullptr && found[i]->is_null() && !is_left_out(fields[i]) && zero_value(fields[i]).is_null();
    if (null_stays || stays(found[i], fields[i])) {
      if (next == members.size() || found[i] != &members[next].value) return false;
      ++next;
    } else if (found[i] != nullptr || !is_left_out(fields[i])) {
      return false;
    }
  }
  return next == members.size();
}

class Decoder {
 public:
  explicit Decoder(DecodeReport* report) : report_(report) {}
  const std::string& error() const { return error_; }

  void struct_(Value& value, Type type, const Frame* at, std::string_view go_type);

 private:
  void field(Value& value, Field f, const Frame* at);
  void list(Value& value, Field f, const Frame* at);
  void map(Value& value, Field f, const Frame* at);
  void element(Value& value, Field f, const Frame* at, std::string_view go_type);
  void message(Value& value, Type type, const Frame* at, std::string_view go_type);
  void integer(Value& value, Scalar scalar, const Frame* at, std::string_view go_type);
  void bytes(Value& value, const Frame* at, std::string_view go_type);
  void time(Value& value, bool micro, const Frame* at);
  void duration(Value& value, const Frame* at);
  void int_or_string(Value& value, const Frame* at);
  void quantity(Value& value);
  void strings(Value& value, const Frame* at, std::string_view go_type);
  void schema_or_array(Value& value, Type type, const Frame* at);
  void mismatch(std::string_view word, const Frame* at, std::string_view go_type);
  /// Of these Go goes on, and reports the first.
  void complain(std::string why) {
    if (error_.empty()) error_ = std::move(why);
  }
  /// Types that read themselves (times, quantities) end the reading: theirs is the error, whatever came before.
  void fail(std::string why) {
    if (!ended_) error_ = std::move(why);
    ended_ = true;
  }
  void fail_as_mismatch(std::string_view word, const Frame* at, std::string_view go_type) {
    if (!ended_) error_.clear();
    mismatch(word, at, go_type);
    ended_ = true;
  }

  DecodeReport* report_;
  std::string error_;
  bool ended_ = false;
};

void Decoder::mismatch(std::string_view word, const Frame* at, std::string_view go_type) {
  if (!error_.empty()) return;
  const Frame* owner = at;
  while (owner != nullptr && !owner->field) owner = owner->up;
  if (owner == nullptr) {
    error_ = fmt::format("json: cannot unmarshal {} into Go value of type {}", word, go_type);
  } else {
    error_ = fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", word, owner->owner.name(),
                         go_place(at), go_type);
  }
}

void Decoder::struct_(Value& value, Type type, const Frame* at, std::string_view go_type) {
  if (!value.is_object()) return mismatch(json_word(value), at, go_type);
  const auto fields = type.fields();
  assert(fields.size() <= kMaxFields);
  std::array<Value*, kMaxFields> found;
  std::fill_n(found.begin(), fields.size(), nullptr);
  const table::FieldRec* first = &type.table()->fields[type.rec().fields.first];
  for (auto& [name, member] : value.members()) {
    const Field f = type.field(object::Key(name.text(), name.hash()));
    if (!f) {
      const Frame here{at, type, {}, name.text()};
      if (report_) report_->unknown.push_back(fmt::format("unknown field \"{}\"", place(&here)));
      continue;
    }
    const Frame here{at, type, f};
    field(member, f, &here);
    found[f.rec() - first] = &member;
  }
  if (is_as_kept(value, fields, found)) return;
  Value::Object kept;
  kept.reserve(value.members().size() + 2);
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field f = fields[i];
    if (stays(found[i], f)) {
      kept.push_back({object::Name(f.key()), std::move(*found[i])});
    } else if (!is_left_out(f)) {
      kept.push_back({object::Name(f.key()), zero_value(f)});
    }
  }
  value = Value(std::move(kept));
}

void Decoder::field(Value& value, Field f, const Frame* at) {
  if (value.is_null()) return;
  switch (f.shape()) {
    case Shape::kSingle: return element(value, f, at, f.go_type());
    case Shape::kList: return list(value, f, at);
    case Shape::kMap: return map(value, f, at);
  }
}

void Decoder::list(Value& value, Field f, const Frame* at) {
  if (!value.is_array()) return mismatch(json_word(value), at, f.go_type());
  ptrdiff_t i = 0;
  for (Value& item : value.items()) {
    const Frame here{at, {}, {}, {}, i++};
    if (item.is_null()) {
      item = zero_element(f);
    } else {
      element(item, f, &here, f.go_element());
    }
  }
}

void Decoder::map(Value& value, Field f, const Frame* at) {
  if (!value.is_object()) return mismatch(json_word(value), at, f.go_type());
  for (auto& [name, entry] : value.members()) {
    const Frame here{at, {}, {}, name.text()};
    if (entry.is_null()) {
      entry = zero_element(f);
    } else {
      element(entry, f, &here, f.go_element());
    }
  }
  auto& members = value.members();
  const auto less = [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); };
  if (!std::is_sorted(members.begin(), members.end(), less)) std::stable_sort(members.begin(), members.end(), less);
}

void Decoder::element(Value& value, Field f, const Frame* at, std::string_view go_type) {
  const Kind kind = value.kind();
  switch (f.scalar()) {
    case Scalar::kMessage: return message(value, f.type(), at, go_type);
    case Scalar::kString:
      if (kind != Kind::kString) mismatch(json_word(value), at, go_type);
      return;
    case Scalar::kBool:
      if (kind != Kind::kBool) mismatch(json_word(value), at, go_type);
      return;
    case Scalar::kFloat:
    case Scalar::kDouble:
      if (kind != Kind::kInt && kind != Kind::kDouble) mismatch(json_word(value), at, go_type);
      return;
    case Scalar::kBytes: return bytes(value, at, go_type);
    default: return integer(value, f.scalar(), at, go_type);
  }
}

void Decoder::integer(Value& value, Scalar scalar, const Frame* at, std::string_view go_type) {
  const View view(value);
  if (view.kind() == Kind::kDouble) {
    const double d = view.as_double();
    if (d != std::floor(d) || std::fabs(d) > 9e15) {
      return mismatch(fmt::format("number {}", d), at, go_type);
    }
    value = static_cast<int64_t>(d);
  } else if (view.kind() != Kind::kInt) {
    return mismatch(json_word(view), at, go_type);
  }
  const int64_t i = View(value).as_int();
  const bool fits = scalar == Scalar::kInt32    ? i == static_cast<int32_t>(i)
                    : scalar == Scalar::kUint32 ? i == static_cast<int64_t>(static_cast<uint32_t>(i))
                    : scalar == Scalar::kUint64 ? i >= 0
                                                : true;
  if (!fits) mismatch(fmt::format("number {}", i), at, go_type);
}

void Decoder::bytes(Value& value, const Frame* at, std::string_view go_type) {
  if (!value.is_string()) return mismatch(json_word(value), at, go_type);
  const size_t bad = base64_error(value.string());
  if (bad != std::string_view::npos) return complain(fmt::format("illegal base64 data at input byte {}", bad));
  // Written again where it may not be canonical: line breaks, stray bits before the padding.
  if (value.string().find_first_of("=\r\n") == std::string::npos) return;
  if (auto decoded = base::base64_decode(value.string())) value = base::base64_encode(*decoded);
}

void Decoder::message(Value& value, Type type, const Frame* at, std::string_view go_type) {
  switch (type.form()) {
    case Form::kStruct: return struct_(value, type, at, go_type);
    case Form::kTime: return time(value, false, at);
    case Form::kMicroTime: return time(value, true, at);
    case Form::kDuration: return duration(value, at);
    case Form::kIntOrString: return int_or_string(value, at);
    case Form::kQuantity: return quantity(value);
    case Form::kStrings: return strings(value, at, go_type);
    case Form::kSchemaOrBool:
      if (value.kind() == Kind::kBool) return;
      if (!value.is_object()) return fail("boolean or JSON schema expected");
      return struct_(value, type.field("schema").type(), at, go_type);
    case Form::kSchemaOrArray:
    case Form::kSchemaOrStringArray: return schema_or_array(value, type, at);
    case Form::kRawExtension:
    case Form::kFieldsV1:
    case Form::kJson: return;
  }
}

void Decoder::time(Value& value, bool micro, const Frame* at) {
  if (!value.is_string()) return fail_as_mismatch(json_word(value), at, "string");
  if (std::string why = go_time_error(value.string(), micro); !why.empty()) return fail(std::move(why));
  const auto parsed = object::parse_instant(value.string());
  if (!parsed) return;
  if (parsed->is_zero()) {
    value = nullptr;
  } else {
    value = micro ? object::format_micro_time(*parsed) : object::format_time(*parsed);
  }
}

void Decoder::duration(Value& value, const Frame* at) {
  if (!value.is_string()) return fail_as_mismatch(json_word(value), at, "string");
  const auto parsed = object::parse_go_duration(value.string());
  if (!parsed) return fail(fmt::format("time: invalid duration \"{}\"", value.string()));
  value = object::format_go_duration(*parsed);
}

void Decoder::int_or_string(Value& value, const Frame* at) {
  if (value.is_string()) return;
  const std::string before = ended_ ? "" : std::exchange(error_, {});
  integer(value, Scalar::kInt32, at, "int32");
  ended_ = !error_.empty();
  if (!ended_) error_ = before;
}

void Decoder::quantity(Value& value) {
  std::string text = value.is_string()               ? value.string()
                     : value.kind() == Kind::kInt    ? fmt::format("{}", View(value).as_int())
                     : value.kind() == Kind::kDouble ? fmt::format("{}", View(value).as_double())
                                                     : "?";
  const auto first = text.find_first_not_of(" \t\r\n");
  const auto last = text.find_last_not_of(" \t\r\n");
  text = first == std::string::npos ? "" : text.substr(first, last - first + 1);
  auto parsed = object::Quantity::parse(text);
  if (!parsed) return fail(parsed.error().message);
  value = parsed->to_string();
}

void Decoder::strings(Value& value, const Frame* at, std::string_view go_type) {
  if (!value.is_array()) return mismatch(json_word(value), at, go_type);
  for (Value& item : value.items()) {
    if (item.is_null()) {
      item = "";
    } else if (!item.is_string()) {
      mismatch(json_word(item), at, "string");
    }
  }
}

void Decoder::schema_or_array(Value& value, Type type, const Frame* at) {
  const Type schema = type.field("schema").type();
  if (value.is_object()) return struct_(value, schema, at, schema.go_name());
  if (!value.is_array()) return fail("array or JSON schema expected");
  ptrdiff_t i = 0;
  for (Value& item : value.items()) {
    const Frame here{at, {}, {}, {}, i++};
    if (type.form() == Form::kSchemaOrArray) {
      struct_(item, schema, &here, schema.go_name());
    } else if (!item.is_string()) {
      mismatch(json_word(item), &here, "string");
    }
  }
}

void prune_field(Value& value, Field f) {
  if (f.scalar() != Scalar::kMessage || f.type().form() != Form::kStruct) return;
  if (f.is_list() && value.is_array()) {
    for (Value& item : value.items()) prune(item, f.type());
  } else if (f.is_map() && value.is_object()) {
    for (auto& [name, entry] : value.members()) prune(entry, f.type());
  } else if (f.shape() == Shape::kSingle) {
    prune(value, f.type());
  }
}

}  // namespace

Result<void> decode(Value& value, Type type, DecodeReport* report) {
  Decoder decoder(report);
  decoder.struct_(value, type, nullptr, type.go_name());
  if (!decoder.error().empty()) return Error(base::bad_request(decoder.error()));
  return {};
}

Status cannot_be_handled(const KindInfo& kind, std::string_view why) {
  return base::bad_request(
      fmt::format("{} in version \"{}\" cannot be handled as a {}: {}", kind.kind, kind.version, kind.kind, why));
}

std::string strict_decoding_error(std::span<const std::string> duplicates, std::span<const std::string> unknown) {
  std::string out = "strict decoding error: ";
  std::string_view separator;
  for (const auto& part : {duplicates, unknown}) {
    for (const std::string& text : part) {
      out.append(separator).append(text);
      separator = ", ";
    }
  }
  return out;
}

void prune(Value& value, Type type) {
  if (!value.is_object() || type.form() != Form::kStruct) return;
  std::erase_if(value.members(), [&](auto& member) {
    const Field f = type.field(object::Key(member.name.text(), member.name.hash()));
    if (!f) return true;
    prune_field(member.value, f);
    return false;
  });
}

}  // namespace proa::schema
