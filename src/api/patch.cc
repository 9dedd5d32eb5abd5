#include "object/patch.h"

#include <fmt/format.h>

#include "api/apply.h"
#include "api/body.h"
#include "api/convert.h"
#include "api/verbs.h"
#include "api/write.h"
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

/// A patch can't make another kind of the object: a strategic one is not heard, another is refused.
Result<void> settle_kind(Value& object, const schema::KindInfo& kind, bool strategic, const std::string& shown,
                         const Call& call) {
  const View sent_kind = View(object)["kind"], sent_version = View(object)["apiVersion"];
  if (!strategic) {
    const std::string why = wrong_kind(sent_kind.as_string(kind.kind),
                                       sent_version.exists() ? sent_version.str() : kind.api_version(), kind, call);
    if (!why.empty()) return Error(bad_patch(shown, why));
  }
  object.set("kind", kind.kind);
  object.set("apiVersion", kind.api_version());
  return {};
}

/// What the patched tree is as an object of the kind: checked, pruned, normalised.
Result<void> decode_patched(Value& object, const schema::KindInfo& kind, const std::string& shown, bool strategic,
                            Call& call) {
  schema::DecodeReport report;
  if (auto ok = schema::decode(object, kind.type, &report); !ok)
    return Error(bad_patch(shown, strategic ? as_converter_says(ok.error().message) : ok.error().message));
  const std::vector<std::string>& repeated = call.patch_complaints;
  if (report.unknown.empty() && repeated.empty()) return {};
  if (call.field_validation == FieldValidation::kStrict)
    return Error(bad_patch(shown, schema::strict_decoding_error(repeated, report.unknown)));
  if (call.field_validation == FieldValidation::kWarn) {
    call.warnings = repeated;
    call.warnings.insert(call.warnings.end(), report.unknown.begin(), report.unknown.end());
  }
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
  auto object = patched_tree(kind, original, patch, *target.kind, call);
  if (!object) return object;
  if (auto ok = check_names(target, *object); !ok) return Error(ok.error());
  schema::apply_defaults(*object, target.kind->type, core.now());
  convert(*object, *target.kind, *target.stored);
  return object;
}

}  // namespace

Result<Value> patched_tree(PatchKind kind, View original, View patch, const schema::KindInfo& info, Call& call) {
  auto object = merged(kind, original, patch, info);
  if (!object) return object;
  const bool strategic = kind == PatchKind::kStrategic;
  std::string shown;
  if (strategic)
    shown = schema::go_value(patch);
  else
    object::write_json(*object, shown);
  if (auto ok = settle_kind(*object, info, strategic, shown, call); !ok) return Error(ok.error());
  keep_reset_of_managers(*object);
  if (auto ok = decode_patched(*object, info, shown, strategic, call); !ok) return Error(ok.error());
  return object;
}

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
