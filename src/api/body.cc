#include "api/body.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "object/json.h"
#include "object/yaml.h"
#include "schema/decode.h"
#include "schema/field_error.h"
#include "schema/protobuf.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

std::string_view go_kind(std::string_view json) {
  if (json == "number") return "int64";
  if (json == "object") return "map";
  return json == "array" ? "slice" : json;
}

/// The beginning of a body as errors show it: text where it looks like JSON, else hexadecimal.
std::string summary(std::string_view body) {
  constexpr size_t kMost = 30;
  if (body.empty()) return "<empty>";
  const std::string_view head = body.substr(0, kMost);
  std::string out;
  if (body.front() == '{')
    out = head;
  else
    for (const char c : head) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return body.size() > kMost ? out + " ..." : out;
}

Status unrecognized(const schema::KindInfo& kind, const Status& why, std::string_view body) {
  return base::bad_request(fmt::format("the object provided is unrecognized (must be of type {}): {} ({})", kind.kind,
                                       why.message, summary(body)));
}

std::string_view json_kind(View value) {
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  return value.kind() == object::Kind::kBool ? "bool" : "number";
}

/// apiVersion and kind of the data against the endpoint's.
Result<void> check_kind(Value& value, const schema::KindInfo& kind, const Call& call) {
  const std::string version = kind.api_version();
  const std::string sent_kind = View(value)["kind"].str().empty() ? kind.kind : View(value)["kind"].str();
  const std::string sent_version = View(value)["apiVersion"].str().empty() ? version : View(value)["apiVersion"].str();
  if (const std::string why = wrong_kind(sent_kind, sent_version, kind, call); !why.empty())
    return Error(base::bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}", sent_kind,
                                               schema::parse_api_version(sent_version).version, kind.kind, why)));
  value.erase("kind");
  value.erase("apiVersion");
  auto& members = value.members();
  members.insert(members.begin(),
                 {{object::Name("kind"), Value(kind.kind)}, {object::Name("apiVersion"), Value(version)}});
  return {};
}

}  // namespace

std::string wrong_kind(std::string_view sent_kind, std::string_view sent_version, const schema::KindInfo& kind,
                       const Call& call) {
  if (sent_kind == kind.kind && sent_version == kind.api_version()) return "";
  if (call.registry == nullptr || call.registry->find_kind(sent_version, sent_kind) == nullptr)
    return fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:111\"",
                       sent_kind, sent_version);
  const std::string package = kind.group.empty() ? "core" : kind.group.substr(0, kind.group.find('.'));
  return fmt::format("converting ({}.{}) to ({}.{}): unknown conversion",
                     schema::parse_api_version(sent_version).version, sent_kind, package, kind.kind);
}

std::string as_converter_says(const std::string& message) {
  const size_t from = message.find("cannot unmarshal "), to = message.rfind(" of type ");
  if (from == std::string::npos || to == std::string::npos) return message;
  const std::string_view rest = std::string_view(message).substr(from + 17);
  const std::string_view had = go_kind(rest.substr(0, rest.find(' '))),
                         wanted = std::string_view(message).substr(to + 9);
  if (wanted.starts_with("[]")) return fmt::format("cannot restore slice from {}", had);
  if (wanted.starts_with("map[")) return fmt::format("cannot restore map from {}", had);
  if (wanted == "string" && had == "int64") return "cannot convert int64 to string";
  if (wanted.find('.') == std::string_view::npos) return fmt::format("unrecognized type: {}", wanted);
  return fmt::format("cannot restore struct from: {}", had);
}

Result<BodyFormat> body_format(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type.empty() || type == "application/json") return BodyFormat::kJson;
  if (type == "application/yaml") return BodyFormat::kYaml;
  if (type == "application/vnd.kubernetes.protobuf") return BodyFormat::kProtobuf;
  return Error(base::unsupported_media_type(
      "the body of the request was in an unknown format - accepted media types include: application/json, "
      "application/yaml, application/vnd.kubernetes.protobuf"));
}

Result<Value> read_object(std::string_view body, BodyFormat format, const schema::KindInfo& kind, schema::Type type,
                          Call& call) {
  if (format == BodyFormat::kProtobuf) {
    auto envelope = schema::open_envelope(body);
    if (!envelope) return Error(unrecognized(kind, envelope.error(), body));
    auto value = schema::decode_protobuf(envelope->raw, type);
    if (!value) return Error(value.error());
    value->set("kind", envelope->kind);
    value->set("apiVersion", envelope->api_version);
    if (auto ok = check_kind(*value, kind, call); !ok) return Error(ok.error());
    return value;
  }
  std::vector<std::string> duplicates;
  const object::ParseOptions options{.duplicates = &duplicates};
  auto value = format == BodyFormat::kJson ? object::parse_json(body, options) : object::parse_yaml(body, options);
  if (!value) {
    Status error = value.error();
    if (format == BodyFormat::kJson) error.message = "couldn't get version/kind; json parse error: " + error.message;
    return Error(unrecognized(kind, error, body));
  }
  if (!value->is_object()) {
    const std::string why = fmt::format(
        "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ "
        "APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
        json_kind(*value));
    return Error(unrecognized(kind, base::bad_request(why), body));
  }
  if (auto ok = decode_object(*value, kind, type, duplicates, call); !ok) return Error(ok.error());
  return value;
}

void keep_reset_of_managers(Value& object) {
  const View managers = View(object)["metadata"]["managedFields"];
  if (managers.is_array() && managers.empty()) object["metadata"].set("managedFields", Value::array({Value::object()}));
}

Result<void> decode_object(Value& value, const schema::KindInfo& kind, schema::Type type,
                           const std::vector<std::string>& duplicates, Call& call) {
  if (auto ok = check_kind(value, kind, call); !ok) return ok;
  keep_reset_of_managers(value);
  schema::DecodeReport report;
  if (auto ok = schema::decode(value, type, &report); !ok)
    return Error(schema::cannot_be_handled(kind, ok.error().message));
  if (duplicates.empty() && report.unknown.empty()) return {};
  if (call.field_validation == FieldValidation::kStrict)
    return Error(schema::cannot_be_handled(kind, schema::strict_decoding_error(duplicates, report.unknown)));
  if (call.field_validation == FieldValidation::kWarn) {
    call.warnings.insert(call.warnings.end(), duplicates.begin(), duplicates.end());
    call.warnings.insert(call.warnings.end(), report.unknown.begin(), report.unknown.end());
  }
  return {};
}

void order_metadata(Value& object) {
  static constexpr std::array<std::string_view, 15> kOrder{"name",
                                                           "generateName",
                                                           "namespace",
                                                           "selfLink",
                                                           "uid",
                                                           "resourceVersion",
                                                           "generation",
                                                           "creationTimestamp",
                                                           "deletionTimestamp",
                                                           "deletionGracePeriodSeconds",
                                                           "labels",
                                                           "annotations",
                                                           "ownerReferences",
                                                           "finalizers",
                                                           "managedFields"};
  Value* metadata = object.find("metadata");
  if (metadata == nullptr || !metadata->is_object()) return;
  const auto rank = [](const object::MemberOf& member) {
    return std::ranges::find(kOrder, member.name.text()) - kOrder.begin();
  };
  if (!std::ranges::is_sorted(metadata->members(), {}, rank)) std::ranges::stable_sort(metadata->members(), {}, rank);
}

Result<Value> read_tree(std::string_view body, BodyFormat format) {
  if (format == BodyFormat::kYaml) return object::parse_yaml(body);
  return object::parse_json(body);
}

}  // namespace proa::api
