#include <algorithm>
#include <bit>

#include "base/base64.h"
#include "fmt/format.h"
#include "object/json.h"
#include "object/quantity.h"
#include "object/time.h"
#include "schema/decode.h"
#include "schema/protobuf.h"
#include "schema/wire.h"

namespace proa::schema {
namespace {

using object::Value;
using namespace wire;

constexpr int kMaxDepth = 200;

/// Builds the tree; what Go would leave out or write is decode()'s business afterwards.
class Parser {
 public:
  Value message(std::string_view bytes, Type type, int depth);
  const std::string& error() const { return error_; }

 private:
  void struct_(std::string_view bytes, Type type, Value& into, int depth);
  void field(Reader& in, Field f, Value& into, int depth);
  Value element(Reader& in, Field f, int depth);
  Value number(Reader& in, Scalar scalar);
  void packed(std::string_view bytes, Field f, Value& list);
  void map_entry(std::string_view bytes, Field f, Value& map, int depth);
  Value time(std::string_view bytes, bool micro);
  Value json(std::string_view bytes, bool raw);
  Value int_or_string(std::string_view bytes);
  Value schema_or(std::string_view bytes, Type type, int depth);
  Value strings(std::string_view bytes);
  void fail(std::string why) {
    if (error_.empty()) error_ = std::move(why);
  }
  void check(const Reader& in) {
    if (!in.ok()) fail("unexpected EOF");
  }

  std::string error_;
};

bool fits(Kind kind, Field f) {
  if (f.is_map()) return kind == kBytes;
  switch (f.scalar()) {
    case Scalar::kMessage:
    case Scalar::kString:
    case Scalar::kBytes: return kind == kBytes;
    case Scalar::kDouble: return kind == kFixed64 || (f.is_list() && kind == kBytes);
    case Scalar::kFloat: return kind == kFixed32 || (f.is_list() && kind == kBytes);
    default: return kind == kVarint || (f.is_list() && kind == kBytes);
  }
}

Value Parser::message(std::string_view bytes, Type type, int depth) {
  if (depth > kMaxDepth) {
    fail("proto: nested too deeply");
    return {};
  }
  switch (type.form()) {
    case Form::kStruct: {
      Value out = Value::object();
      struct_(bytes, type, out, depth);
      return out;
    }
    case Form::kTime: return time(bytes, false);
    case Form::kMicroTime: return time(bytes, true);
    case Form::kIntOrString: return int_or_string(bytes);
    case Form::kRawExtension:
    case Form::kJson: return json(bytes, false);
    case Form::kFieldsV1: return json(bytes, true);
    case Form::kSchemaOrBool:
    case Form::kSchemaOrArray:
    case Form::kSchemaOrStringArray: return schema_or(bytes, type, depth);
    case Form::kStrings: return strings(bytes);
    case Form::kDuration:
    case Form::kQuantity: break;
  }
  Reader in(bytes);
  Value out = type.form() == Form::kDuration ? "0s" : "0";
  while (!in.done()) {
    if (in.tag() != 1) {
      in.skip();
    } else if (type.form() == Form::kDuration && in.kind() == kVarint) {
      out = object::format_go_duration(static_cast<int64_t>(in.varint()));
    } else {
      const std::string_view text = in.bytes();
      if (!text.empty()) out = text;
    }
  }
  check(in);
  return out;
}

void Parser::struct_(std::string_view bytes, Type type, Value& into, int depth) {
  Reader in(bytes);
  while (!in.done()) {
    const uint32_t number = in.tag();
    if (!in.ok()) break;
    const Field f = type.field_by_number(number);
    if (f) {
      if (!fits(in.kind(), f)) {
        return fail(fmt::format("proto: wrong wireType = {} for field {}", static_cast<int>(in.kind()), f.name()));
      }
      field(in, f, into, depth);
      continue;
    }
    size_t i = 0;
    while (i < type.inline_count() && type.inline_number(i) != number) ++i;
    if (i < type.inline_count() && in.kind() == kBytes) {
      struct_(in.bytes(), type.inline_type(i), into, depth + 1);
    } else {
      in.skip();
    }
  }
  check(in);
}

void Parser::field(Reader& in, Field f, Value& into, int depth) {
  if (f.shape() == Shape::kSingle) {
    into.set(f.key(), element(in, f, depth));
    return;
  }
  Value& member = into[f.key()];
  if (f.is_map()) {
    if (!member.is_object()) member = Value::object();
    return map_entry(in.bytes(), f, member, depth);
  }
  const bool is_number =
      f.scalar() != Scalar::kMessage && f.scalar() != Scalar::kString && f.scalar() != Scalar::kBytes;
  if (is_number && in.kind() == kBytes) return packed(in.bytes(), f, member);
  member.push_back(element(in, f, depth));
}

Value Parser::element(Reader& in, Field f, int depth) {
  switch (f.scalar()) {
    case Scalar::kMessage: return message(in.bytes(), f.type(), depth + 1);
    case Scalar::kString: return in.bytes();
    case Scalar::kBytes: return base::base64_encode(in.bytes());
    default: return number(in, f.scalar());
  }
}

Value Parser::number(Reader& in, Scalar scalar) {
  switch (scalar) {
    case Scalar::kBool: return in.varint() != 0;
    case Scalar::kDouble: return std::bit_cast<double>(in.fixed64());
    case Scalar::kFloat: return static_cast<double>(std::bit_cast<float>(in.fixed32()));
    case Scalar::kInt32: return static_cast<int64_t>(static_cast<int32_t>(in.varint()));
    default: return static_cast<int64_t>(in.varint());
  }
}

void Parser::packed(std::string_view bytes, Field f, Value& list) {
  Reader in(bytes);
  while (!in.done()) list.push_back(number(in, f.scalar()));
  check(in);
}

void Parser::map_entry(std::string_view bytes, Field f, Value& map, int depth) {
  Reader in(bytes);
  std::string key;
  Value value = f.scalar() == Scalar::kString ? Value("") : Value();
  while (!in.done()) {
    const uint32_t number = in.tag();
    if (number == 1 && in.kind() == kBytes) {
      key = in.bytes();
    } else if (number == 2) {
      value = element(in, f, depth);
    } else {
      in.skip();
    }
  }
  check(in);
  map.set(key, std::move(value));
}

Value Parser::time(std::string_view bytes, bool micro) {
  Reader in(bytes);
  int64_t seconds = 0, nanos = 0;
  while (!in.done()) {
    const uint32_t number = in.tag();
    if (in.kind() != kVarint || number > 2) {
      in.skip();
    } else {
      (number == 1 ? seconds : nanos) = static_cast<int64_t>(in.varint());
    }
  }
  check(in);
  // The years 0 to 9999 can be written; what lies outside is cut to that.
  constexpr int64_t kFirst = -62'167'219'200, kLast = 253'402'300'799;
  const object::Instant time{std::clamp(seconds, kFirst, kLast), std::clamp<int64_t>(nanos, 0, object::kSecondNs - 1)};
  if (bytes.empty() || time.is_zero()) return nullptr;
  return micro ? object::format_micro_time(time) : object::format_time(time);
}

Value Parser::json(std::string_view bytes, bool raw) {
  Reader in(bytes);
  std::string_view text;
  while (!in.done()) {
    if (in.tag() == 1 && in.kind() == kBytes) {
      text = in.bytes();
    } else {
      in.skip();
    }
  }
  check(in);
  if (text.empty()) return nullptr;
  if (raw) return Value::raw(std::string(text));
  auto parsed = object::parse_json(text);
  if (parsed) return std::move(*parsed);
  fail(parsed.error().message);
  return nullptr;
}

Value Parser::int_or_string(std::string_view bytes) {
  Reader in(bytes);
  bool is_string = false;
  int64_t number = 0;
  std::string_view text;
  while (!in.done()) {
    switch (in.tag()) {
      case 1: is_string = in.varint() != 0; break;
      case 2: number = static_cast<int32_t>(in.varint()); break;
      case 3: text = in.bytes(); break;
      default: in.skip();
    }
  }
  check(in);
  return is_string ? Value(text) : Value(number);
}

Value Parser::schema_or(std::string_view bytes, Type type, int depth) {
  const bool or_bool = type.form() == Form::kSchemaOrBool;
  const Type schema = type.field("schema").type();
  Reader in(bytes);
  Value out = or_bool ? Value(false) : Value();
  while (!in.done()) {
    const uint32_t number = in.tag();
    if (number == 1 && or_bool) {
      if (const bool allows = in.varint() != 0; !out.is_object()) out = allows;
    } else if (number == (or_bool ? 2u : 1u)) {
      out = message(in.bytes(), schema, depth + 1);
    } else if (number == 2) {
      if (!out.is_array()) out = Value::array();
      const std::string_view item = in.bytes();
      out.push_back(type.form() == Form::kSchemaOrArray ? message(item, schema, depth + 1) : Value(item));
    } else {
      in.skip();
    }
  }
  check(in);
  return out;
}

Value Parser::strings(std::string_view bytes) {
  Reader in(bytes);
  Value out = Value::array();
  while (!in.done()) {
    if (in.tag() == 1 && in.kind() == kBytes) {
      out.push_back(in.bytes());
    } else {
      in.skip();
    }
  }
  check(in);
  return out;
}

Result<Value> parse(std::string_view bytes, Type type, const Envelope* envelope) {
  Parser parser;
  Value out = parser.message(bytes, type, 0);
  if (!parser.error().empty()) return Error(base::bad_request(parser.error()));
  if (envelope != nullptr && out.is_object()) {
    out.set("kind", envelope->kind);
    out.set("apiVersion", envelope->api_version);
  }
  if (type.form() == Form::kStruct) {
    if (auto done = decode(out, type); !done) return Error(done.error());
  }
  return out;
}

}  // namespace

Result<Value> decode_protobuf(std::string_view bytes, Type type) { return parse(bytes, type, nullptr); }

Result<Value> decode_envelope(const Envelope& envelope, Type type) { return parse(envelope.raw, type, &envelope); }

Result<Envelope> open_envelope(std::string_view body) {
  if (!has_protobuf_magic(body)) {
    return Error(
        base::bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"));
  }
  Envelope out;
  Reader in(body.substr(4));
  while (!in.done()) {
    const uint32_t number = in.tag();
    if (in.kind() != kBytes) {
      in.skip();
      continue;
    }
    const std::string_view bytes = in.bytes();
    if (number == 2) out.raw = bytes;
    if (number == 4) out.content_type = bytes;
    if (number != 1) continue;
    Reader meta(bytes);
    while (!meta.done()) {
      const uint32_t inner = meta.tag();
      const std::string_view text = meta.kind() == kBytes ? meta.bytes() : (meta.skip(), std::string_view());
      if (inner == 1) out.api_version = text;
      if (inner == 2) out.kind = text;
    }
  }
  if (!in.ok()) return Error(base::bad_request("unexpected EOF"));
  return out;
}

}  // namespace proa::schema
