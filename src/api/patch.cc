#include "object/patch.h"

#include <fmt/format.h>

#include "api/apply.h"
#include "api/body.h"
#include "api/convert.h"
#include "api/verbs.h"
#include "object/json.h"
#include "object/meta.h"
#include "schema/decode.h"
#include "schema/defaulting.h"
#include "schema/field_error.h"
#include "schema/strategic_merge.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

Status bad_patch(std::string_view shown, std::string_view why) {
  return base::invalid(
      "", "", "", {{"FieldValueInvalid", fmt::format("Invalid value: {}: {}", schema::go_quote(shown), why), "patch"}});
}

std::string_view go_kind(std::string_view json) {
  if (json == "number") return "int64";
  if (json == "object") return "map";
  return json == "array" ? "slice" : json;
}

/// A strategic patch is turned into an object by another reader than JSON's, whose complaints are its own.
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

/// What the patched tree is as an object of the kind: checked, pruned, normalised.
Result<void> decode_patched(Value& object, const schema::KindInfo& kind, const std::string& shown, bool strategic,
                            Call& call) {
  schema::DecodeReport report;
  if (auto ok = schema::decode(object, kind.type, &report); !ok)
    return Error(bad_patch(shown, strategic ? as_converter_says(ok.error().message) : ok.error().message));
  if (report.unknown.empty()) return {};
  if (call.field_validation == FieldValidation::kStrict)
    return Error(bad_patch(shown, schema::strict_decoding_error({}, report.unknown)));
  if (call.field_validation == FieldValidation::kWarn) call.warnings = report.unknown;
  return {};
}

/// A patch may not move the object.
Result<void> check_name(const Target& target, View object) {
  if (object::name_of(object) != target.name)
    return Error(base::bad_request(fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                               object::name_of(object), target.name)));
  if (target.kind->namespaced && object::namespace_of(object) != target.ns)
    return Error(base::bad_request(
        fmt::format("the namespace of the object ({}) does not match the namespace on the request ({})",
                    object::namespace_of(object), target.ns)));
  return {};
}

Result<Value> merged(PatchKind kind, View original, View patch, const schema::KindInfo& info) {
  switch (kind) {
    case PatchKind::kJson: return object::apply_json_patch(original, patch);
    case PatchKind::kMerge: return object::merge_patch(original, patch);
    default: return schema::strategic_merge(original, patch, info.type);
  }
}

Result<Value> patched(Core& core, const Target& target, Call& call, PatchKind kind, View patch, View old) {
  Value original = old.to_value();
  convert(original, *target.stored, *target.kind);
  auto object = merged(kind, original, patch, *target.kind);
  if (!object) return object;
  std::string shown;
  if (kind == PatchKind::kStrategic)
    shown = schema::go_value(patch);
  else
    object::write_json(*object, shown);
  const View after(*object);
  if (after["kind"].as_string() != target.kind->kind || after["apiVersion"].as_string() != target.kind->api_version())
    return Error(
        base::bad_request(fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                                      after["apiVersion"].as_string(), target.kind->api_version())));
  if (auto ok = decode_patched(*object, *target.kind, shown, kind == PatchKind::kStrategic, call); !ok)
    return Error(ok.error());
  if (auto ok = check_name(target, *object); !ok) return Error(ok.error());
  schema::apply_defaults(*object, target.kind->type, core.now());
  convert(*object, *target.kind, *target.stored);
  return object;
}

}  // namespace

void patch(Core& core, Target target, CallPtr call, PatchKind kind, Value patch_body, bool force, StoredDone done) {
  auto body = std::make_shared<const Value>(std::move(patch_body));
  if (kind == PatchKind::kApply)
    return server_side_apply(core, std::move(target), std::move(call), std::move(body), force, std::move(done));
  ChangeOptions options;
  Change change = [&core, target, call, kind, body](View old) {
    return patched(core, target, *call, kind, *body, old);
  };
  apply_change(core, std::move(target), std::move(call), std::move(change), options, std::move(done));
}

}  // namespace proa::api
