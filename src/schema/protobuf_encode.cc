#include <algorithm>
#include <bit>
#include <vector>

#include "base/base64.h"
#include "object/json.h"
#include "object/time.h"
#include "schema/protobuf.h"
#include "schema/wire.h"

namespace proa::schema {
namespace {

using object::Kind;
using object::View;
using namespace wire;

constexpr std::string_view kMagic("k8s\0", 4);

void put_element(std::string& out, uint32_t number, View value, Field f);

void put_time(std::string& out, View value) {
  const auto time = object::parse_instant(value.as_string());
  if (!time) return;
  put_int(out, 1, time->seconds);
  put_int(out, 2, time->nanos);
}

void put_json(std::string& out, View value) {
  if (!value.is_null()) put_bytes(out, 1, value.kind() == Kind::kRaw ? std::string(value.as_raw()) : to_json(value));
}

void put_schema_or(std::string& out, View value, Type type) {
  if (value.kind() == Kind::kBool) return put_int(out, 1, value.as_bool());
  const bool or_bool = type.form() == Form::kSchemaOrBool;
  const Type schema = type.field("schema").type();
  if (value.is_object()) {
    if (or_bool) put_int(out, 1, 1);
    return put_message(out, or_bool ? 2 : 1, [&] { encode_protobuf(value, schema, out); });
  }
  for (const View item : value.items()) {
    if (type.form() == Form::kSchemaOrArray) {
      put_message(out, 2, [&] { encode_protobuf(item, schema, out); });
    } else {
      put_bytes(out, 2, item.as_string());
    }
  }
}

void put_single_number(std::string& out, uint32_t number, View value, Scalar scalar) {
  if (scalar == Scalar::kDouble) {
    put_tag(out, number, kFixed64);
    const auto bits = std::bit_cast<uint64_t>(value.as_double());
    out.append(reinterpret_cast<const char*>(&bits), 8);
  } else if (scalar == Scalar::kFloat) {
    put_tag(out, number, kFixed32);
    const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value.as_double()));
    out.append(reinterpret_cast<const char*>(&bits), 4);
  } else {
    put_int(out, number, value.as_int());
  }
}

void put_element(std::string& out, uint32_t number, View value, Field f) {
  switch (f.scalar()) {
    case Scalar::kMessage: return put_message(out, number, [&] { encode_protobuf(value, f.type(), out); });
    case Scalar::kString: return put_bytes(out, number, value.as_string());
    case Scalar::kBool: return put_int(out, number, value.as_bool());
    case Scalar::kBytes: return put_bytes(out, number, base::base64_decode(value.as_string()).value_or(std::string()));
    default: return put_single_number(out, number, value, f.scalar());
  }
}

void put_packed(std::string& out, View list, Field f) {
  put_message(out, f.number(), [&] {
    for (const View item : list.items()) {
      std::string one;
      put_element(one, 1, item, f);  // a tag of one byte, and the number
      out.append(one, 1);
    }
  });
}

void put_field(std::string& out, View value, Field f) {
  switch (f.shape()) {
    case Shape::kSingle: return put_element(out, f.number(), value, f);
    case Shape::kList:
      if (f.has(Field::kPacked) && !value.empty()) return put_packed(out, value, f);
      for (const View item : value.items()) put_element(out, f.number(), item, f);
      return;
    case Shape::kMap:
      for (const auto [key, entry] : value.members()) {
        put_message(out, f.number(), [&, key = key, entry = entry] {
          put_bytes(out, 1, key);
          put_element(out, 2, entry, f);
        });
      }
      return;
  }
}

/// Members and inlined messages by number, as Go's generated code writes them.
void put_struct(std::string& out, View value, Type type) {
  struct Part {
    uint32_t number;
    View value;
    Field field;  // none: an inlined message
    Type inlined;
  };
  std::vector<Part> parts;
  parts.reserve(value.size() + type.inline_count());
  for (const auto [name, member] : value.members()) {
    const Field f = type.field(name);
    if (f && f.number() != 0 && !f.is_inlined() && !member.is_null()) parts.push_back({f.number(), member, f, {}});
  }
  for (size_t i = 0; i < type.inline_count(); ++i) {
    parts.push_back({type.inline_number(i), value, {}, type.inline_type(i)});
  }
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
  for (const Part& p : parts) {
    if (p.field) {
      put_field(out, p.value, p.field);
    } else {
      put_message(out, p.number, [&] { put_struct(out, p.value, p.inlined); });
    }
  }
}

}  // namespace

void encode_protobuf(View value, Type type, std::string& out) {
  switch (type.form()) {
    case Form::kStruct: return put_struct(out, value, type);
    case Form::kTime:
    case Form::kMicroTime: return put_time(out, value);
    case Form::kDuration: return put_int(out, 1, object::parse_go_duration(value.as_string()).value_or(0));
    case Form::kIntOrString:
      put_int(out, 1, value.is_string());
      put_int(out, 2, value.as_int());
      return put_bytes(out, 3, value.as_string());
    case Form::kQuantity: return put_bytes(out, 1, value.as_string());
    case Form::kRawExtension:
    case Form::kFieldsV1:
    case Form::kJson: return put_json(out, value);
    case Form::kSchemaOrBool:
    case Form::kSchemaOrArray:
    case Form::kSchemaOrStringArray: return put_schema_or(out, value, type);
    case Form::kStrings:
      for (const View item : value.items()) put_bytes(out, 1, item.as_string());
      return;
  }
}

void encode_envelope(View object, Type type, std::string& out) {
  out.append(kMagic);
  put_message(out, 1, [&] {
    put_bytes(out, 1, object["apiVersion"].as_string());
    put_bytes(out, 2, object["kind"].as_string());
  });
  put_message(out, 2, [&] { encode_protobuf(object, type, out); });
  put_bytes(out, 3, "");
  put_bytes(out, 4, "");
}

bool has_protobuf_magic(std::string_view body) { return body.starts_with(kMagic); }

}  // namespace proa::schema
