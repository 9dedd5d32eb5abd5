#include <fmt/format.h>

#include "api/body.h"
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/patch.h"
#include "object/selector.h"
#include "schema/decode.h"

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

Result<Value> patched_scale(View old, const schema::KindInfo& kind, bool json_patch, View patch) {
  const Value scale = scale_of(old, kind);
  return json_patch ? object::apply_json_patch(scale, patch) : object::merge_patch(scale, patch);
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
    const std::string_view name = object::name_of(View(*scale));
    if (!name.empty() && name != target.name)
      return exchange->fail(base::bad_request(
          fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, target.name)));
    return apply_change(core, target, exchange->call, scale_change(target, std::move(*scale)), {}, done);
  }
  if (verb != "patch")
    return exchange->fail({.code = 405,
                           .reason = "MethodNotAllowed",
                           .message = "the server does not allow this method on the requested resource"});
  auto patch = read_tree(request.body, BodyFormat::kJson);
  if (!patch) return exchange->fail(base::bad_request(patch.error().message));
  const bool json_patch = request.header("content-type").starts_with("application/json-patch+json");
  Change change = [target, json_patch, patch = std::move(*patch)](View old) -> Result<Value> {
    auto scale = patched_scale(old, *target.kind, json_patch, patch);
    if (!scale) return scale;
    if (auto ok = schema::decode(*scale, scale_type()); !ok) return Error(ok.error());
    return scale_change(target, std::move(*scale))(old);
  };
  apply_change(core, target, exchange->call, std::move(change), {}, done);
}

}  // namespace proa::api
