#include <fmt/format.h>

#include "api/body.h"
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "api/write.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

schema::Type scale_type() { return schema::builtin_type("io.k8s.api.autoscaling.v1.Scale"); }

const schema::KindInfo& scale_kind() {
  static const schema::KindInfo kind = [] {
    schema::KindInfo info;
    info.group = "autoscaling";
    info.version = "v1";
    info.kind = "Scale";
    info.plural = "scales";
    info.namespaced = true;
    info.type = scale_type();
    return info;
  }();
  return kind;
}

/// replicationcontrollers select by a plain map, the others by a LabelSelector.
std::string selector_text(View selector) {
  if (selector.has("matchLabels") || selector.has("matchExpressions"))
    return object::LabelSelector::from_object(selector).to_string();
  return object::LabelSelector::from_map(selector).to_string();
}

void answer(const ExchangePtr& exchange, Result<Stored> result) {
  if (!result) return exchange->fail(result.error());
  exchange->send_value(200, scale_of(result->document.root(), *exchange->target.kind), scale_type());
}

/// The uid that a client names is that of the object under the scale. Patches and updates say that in their own ways.
Result<void> check_uid(const Target& target, View wanted, View old, bool patching) {
  const std::string_view uid = object::uid_of(wanted), is = object::uid_of(old);
  if (uid.empty() || uid == is) return {};
  const std::string why = fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, is);
  if (patching) return Error(base::conflict({target.kind->group, target.kind->plural + "/scale"}, target.name, why));
  return Error(base::conflict(target.resource(), target.name,
                              fmt::format("StorageError: invalid object, Code: 4, Key: /{}/{}/{}, ResourceVersion: 0, "
                                          "AdditionalErrorMsg: {}",
                                          target.kind->plural, target.ns, target.name, why)));
}

/// A patch of a scale. Who applies one merges it.
Change scale_patch(const Target& target, PatchKind kind, const CallPtr& call, Value patch) {
  if (kind == PatchKind::kApply) kind = PatchKind::kMerge;
  return [target, kind, call, patch = std::move(patch)](View old) -> Result<Value> {
    auto scale = patched_tree(kind, scale_of(old, *target.kind), patch, scale_kind(), *call);
    if (!scale) return scale;
    if (auto ok = check_names(target, *scale); !ok) return Error(ok.error());
    if (auto ok = check_uid(target, *scale, old, true); !ok) return Error(ok.error());
    return scale_change(target, std::move(*scale))(old);
  };
}

}  // namespace

Value scale_of(View object, const schema::KindInfo& kind) {
  Value out = Value::object({{"kind", "Scale"}, {"apiVersion", "autoscaling/v1"}});
  Value& metadata = out["metadata"] = Value::object();
  const View from = object["metadata"];
  for (const char* member : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
    if (const View value = from[std::string_view(member)]) metadata.set(std::string_view(member), value.to_value());
  out["spec"] = Value::object();
  if (const int64_t replicas = object["spec"]["replicas"].as_int(); replicas != 0)
    out["spec"].set("replicas", replicas);
  Value& status = out["status"] = Value::object();
  status.set("replicas", object["status"]["replicas"].as_int());
  if (const std::string selector = selector_text(object["spec"]["selector"]); !selector.empty())
    status.set("selector", selector);
  (void)kind;
  return out;
}

Change scale_change(const Target& target, Value scale) {
  return [target, scale = std::move(scale)](View old) -> Result<Value> {
    const View wanted(scale);
    if (auto ok = check_uid(target, wanted, old, false); !ok) return Error(ok.error());
    const std::string_view version = wanted["metadata"]["resourceVersion"].as_string();
    if (!version.empty() && version != old["metadata"]["resourceVersion"].as_string())
      return Error(base::modified_conflict(target.resource(), target.name));
    const int64_t replicas = wanted["spec"]["replicas"].as_int();
    if (replicas < 0)
      return Error(base::invalid(
          "autoscaling", "Scale", target.name,
          {{"FieldValueInvalid", fmt::format("Invalid value: {}: must be greater than or equal to 0", replicas),
            "spec.replicas"}}));
    Value object = old.to_value();
    object["spec"].set("replicas", replicas);
    return object;
  };
}

void serve_scale(const ExchangePtr& exchange) {
  const std::string& verb = exchange->route.verb;
  Core& core = exchange->core;
  const Target& target = exchange->target;
  if (verb == "get") return answer(exchange, get(core, target));
  if (auto ok = read_write_options(*exchange, "UpdateOptions"); !ok) return exchange->fail(ok.error());
  const http::Request& request = *exchange->request;
  const auto done = [exchange](Result<Stored> result) { answer(exchange, std::move(result)); };
  if (verb == "update") {
    const auto format = body_format(request.header("content-type"));
    if (!format) return exchange->fail(format.error());
    auto scale = read_object(request.body, *format, scale_kind(), scale_type(), *exchange->call);
    if (!scale) return exchange->fail(scale.error());
    if (auto ok = check_names(target, *scale); !ok) return exchange->fail(ok.error());
    return apply_change(core, target, exchange->call, scale_change(target, std::move(*scale)), {}, done);
  }
  if (verb != "patch")
    return exchange->fail({.code = 405,
                           .reason = "MethodNotAllowed",
                           .message = "the server does not allow this method on the requested resource"});
  const auto kind = patch_kind_of(*exchange);
  if (!kind) return exchange->fail(kind.error());
  auto patch = read_patch(*exchange, *kind);
  if (!patch) return exchange->fail(patch.error());
  apply_change(core, target, exchange->call, scale_patch(target, *kind, exchange->call, std::move(*patch)), {}, done);
}

}  // namespace proa::api
