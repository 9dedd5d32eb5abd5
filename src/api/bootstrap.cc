#include "api/bootstrap.h"

#include <charconv>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "api/body.h"
#include "api/event_expiry.h"
#include "api/verbs.h"
#include "auth/bootstrap_policy.h"
#include "object/json.h"
#include "schema/defaulting.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

/// What is already claimed, before anybody asks for more.
void fill_allocators(Core& core) {
  core.world().scan("", "services", "", [&](const object::Document& service) {
    const View spec = service.root()["spec"];
    for (const View ip : spec["clusterIPs"].items()) (void)core.allocators.claim_ip(ip.as_string());
    for (const View port : spec["ports"].items())
      if (const int64_t node_port = port["nodePort"].as_int(); node_port > 0)
        (void)core.allocators.claim_port(static_cast<int>(node_port));
    if (const int64_t port = spec["healthCheckNodePort"].as_int(); port > 0)
      (void)core.allocators.claim_port(static_cast<int>(port));
    return true;
  });
}

Value named(std::string_view api_version, std::string_view kind, std::string_view ns, std::string_view name) {
  Value out = Value::object({{"kind", kind}, {"apiVersion", api_version}});
  out["metadata"].set("name", name);
  if (!ns.empty()) out["metadata"].set("namespace", ns);
  return out;
}

int port_of(std::string_view url) {
  const size_t colon = url.rfind(':');
  int port = 0;
  if (colon != std::string_view::npos) std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  return port > 0 ? port : 6443;
}

Value kubernetes_service(const Core& core) {
  Value service = named("v1", "Service", "default", "kubernetes");
  service["metadata"]["labels"] = Value::object({{"component", "apiserver"}, {"provider", "kubernetes"}});
  Value& spec = service["spec"];
  spec = Value::object({{"type", "ClusterIP"}, {"clusterIP", core.allocators.first_ip()}, {"sessionAffinity", "None"}});
  spec["clusterIPs"].push_back(core.allocators.first_ip());
  spec["ports"].push_back(Value::object(
      {{"name", "https"}, {"protocol", "TCP"}, {"port", 443}, {"targetPort", port_of(core.options.server_url)}}));
  return service;
}

Value priority_class(std::string_view name, int64_t value, std::string_view description) {
  Value out = named("scheduling.k8s.io/v1", "PriorityClass", "", name);
  out.set("value", value);
  out.set("description", description);
  return out;
}

Value root_certificate(const Core& core, std::string_view ns) {
  Value out = named("v1", "ConfigMap", ns, "kube-root-ca.crt");
  out["metadata"]["annotations"].set("kubernetes.io/description",
                                     "Contains a CA bundle that can be used to verify the kube-apiserver when using "
                                     "internal endpoints such as the internal service IP or kubernetes.default.svc. "
                                     "No other usage is guaranteed across distributions of Kubernetes clusters.");
  out["data"].set("ca.crt", core.options.root_ca_pem);
  return out;
}

std::vector<Value> wanted(const Core& core) {
  std::vector<Value> out;
  for (const char* ns : {"kube-system", "kube-public", "kube-node-lease", "default"})
    out.push_back(named("v1", "Namespace", "", ns));
  out.push_back(priority_class("system-node-critical", 2000001000,
                               "Used for system critical pods that must not be moved from their current node."));
  out.push_back(priority_class(
      "system-cluster-critical", 2000000000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."));
  out.push_back(kubernetes_service(core));
  for (const char* ns : {"kube-system", "kube-public", "kube-node-lease", "default"}) {
    out.push_back(named("v1", "ServiceAccount", ns, "default"));
    if (!core.options.root_ca_pem.empty()) out.push_back(root_certificate(core, ns));
  }
  for (Value& rule : auth::bootstrap_policy()) out.push_back(std::move(rule));
  return out;
}

/// Counts answers: all objects are asked for at once, so that they share commits.
struct Progress {
  explicit Progress(std::function<void(Result<void>)> the_done) : done(std::move(the_done)) {}
  std::function<void(Result<void>)> done;
  std::mutex mutex;
  size_t waiting = 1;  // the asking itself
  std::optional<Status> failure;

  void answer(const Result<Stored>& result) {
    std::optional<Status> failed;
    {
      const std::lock_guard lock(mutex);
      if (!result && !result.error().is("AlreadyExists") && !failure) failure = result.error();
      if (--waiting > 0) return;
      failed = failure;
    }
    if (failed) return done(Error(*failed));
    done({});
  }
};
using ProgressPtr = std::shared_ptr<Progress>;

void make(Core& core, const ProgressPtr& progress, Value object) {
  const View view(object);
  const schema::KindRef kind = core.registry.find_kind(view["apiVersion"].as_string(), view["kind"].as_string());
  if (kind == nullptr) return;
  Target target{.kind = kind,
                .stored = core.stored_kind(kind),
                .ns = view["metadata"]["namespace"].str(),
                .name = view["metadata"]["name"].str(),
                .subresource = ""};
  if (core.store.latest(target.key()) != nullptr) return;
  auto call = std::make_shared<Call>();
  call->user = {.name = "system:apiserver", .groups = {"system:masters"}};
  call->field_manager = "kube-apiserver";
  {
    const std::lock_guard lock(progress->mutex);
    ++progress->waiting;
  }
  if (auto ok = decode_object(object, *kind, kind->type, {}, *call); !ok) return progress->answer(Error(ok.error()));
  schema::apply_defaults(object, kind->type, core.now());
  target.name.clear();
  create(core, std::move(target), std::move(call), std::move(object),
         [progress](Result<Stored> result) { progress->answer(result); });
}

}  // namespace

void bootstrap(Core& core, std::function<void(Result<void>)> done) {
  fill_allocators(core);
  core.expiry().note();  // events from before a restart
  const auto progress = std::make_shared<Progress>(std::move(done));
  for (Value& object : wanted(core)) make(core, progress, std::move(object));
  progress->answer(Stored{});
}

}  // namespace proa::api
