#include <fmt/format.h>

#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/meta.h"
#include "object/time.h"
#include "schema/decode.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

/// PodScheduled becomes true with the binding.
void set_scheduled(Value& pod, object::TimeNs now) {
  Value& conditions = pod["status"]["conditions"];
  if (!conditions.is_array()) conditions = Value::array();
  Value scheduled = Value::object({{"type", "PodScheduled"}});
  scheduled.set("status", "True");
  scheduled.set("lastProbeTime", nullptr);
  scheduled.set("lastTransitionTime", object::format_time(now));
  for (Value& condition : conditions.items()) {
    if (View(condition)["type"].as_string() != "PodScheduled") continue;
    condition = std::move(scheduled);
    return;
  }
  conditions.push_back(std::move(scheduled));
}

Result<Value> bound(const Target& target, View pod, View binding, object::TimeNs now) {
  const auto refuse = [&](const std::string& why) -> Result<Value> {
    return Error(base::conflict({"", "pods/binding"}, target.name, why));
  };
  const std::string_view uid = binding["metadata"]["uid"].as_string();
  if (!uid.empty() && uid != object::uid_of(pod))
    return refuse(
        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, object::uid_of(pod)));
  if (object::is_deleting(pod))
    return refuse(fmt::format("pod {} is being deleted, cannot be assigned to a host", target.name));
  const std::string_view node = pod["spec"]["nodeName"].as_string();
  if (!node.empty()) return refuse(fmt::format("pod {} is already assigned to node \"{}\"", target.name, node));
  if (!pod["spec"]["schedulingGates"].empty())
    return refuse(fmt::format("pod {} has non-empty .spec.schedulingGates", target.name));
  Value out = pod.to_value();
  out["spec"].set("nodeName", binding["target"]["name"].as_string());
  for (const auto [name, value] : object::annotations_of(binding).members())
    out["metadata"]["annotations"].set(name, value.to_value());
  set_scheduled(out, now);
  return out;
}

}  // namespace

void bind_pod(Core& core, Target target, CallPtr call, const Value& binding, StoredDone done) {
  const View view(binding);
  const std::string_view kind = view["target"]["kind"].as_string();
  if (view["target"]["name"].as_string().empty())
    return done(Error(Status{.code = 500, .reason = "", .message = "target.name: Required value"}));
  if (!kind.empty() && kind != "Node")
    return done(
        Error(Status{.code = 500,
                     .reason = "",
                     .message = fmt::format(
                         "target.kind: Unsupported value: \"{}\": supported values: \"Node\", \"<empty>\"", kind)}));
  target.subresource = "binding";
  Change change = [target, binding, &core](View old) { return bound(target, old, binding, core.now()); };
  // As upstream, who binds a pod does not become the manager of what that sets.
  apply_change(core, target, std::move(call), std::move(change), {.manages_fields = true}, std::move(done));
}

void serve_binding(const ExchangePtr& exchange) {
  if (exchange->route.verb != "create")
    return exchange->fail(base::method_not_supported(exchange->target.resource(), exchange->route.verb));
  if (auto ok = read_write_options(*exchange, "CreateOptions"); !ok) return exchange->fail(ok.error());
  auto binding = read_subresource_object(*exchange, "", "v1", "Binding");
  if (!binding) return exchange->fail(binding.error());
  if (auto ok = check_name(*exchange, *binding, "Binding"); !ok) return exchange->fail(ok.error());
  bind_pod(exchange->core, exchange->target, exchange->call, *binding, [exchange](Result<Stored> result) {
    if (!result) return exchange->fail(result.error());
    Value status = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
    status.set("status", "Success");
    status.set("code", 201);
    exchange->send_value(201, status, meta_type("Status"));
  });
}

}  // namespace proa::api
