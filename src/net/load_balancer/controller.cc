#include "net/load_balancer/controller.h"

#include "base/log.h"

namespace proa::net {

using object::Document;
using object::Value;

namespace {

constexpr runtime::DurationNs kRetry = 5 * runtime::kSecond;

}  // namespace

LoadBalancers::LoadBalancers(client::Client& client, client::Informers& informers, runtime::Executor& executor,
                             std::unique_ptr<PortHolder> ports)
    : client_(client),
      services_(informers.of(client::resources::kServices)),
      executor_(executor),
      events_(client, executor, "service-controller"),
      ports_(std::move(ports)),
      retry_(executor) {
  services_.add_handler([this, alive = std::weak_ptr(alive_)](const Document&, const Document&) {
    if (!alive.expired()) changed();
  });
  informers.when_synced([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    started_ = true;
    changed();
  });
}

LoadBalancers::~LoadBalancers() = default;

void LoadBalancers::changed() {
  if (!started_ || due_) return;
  due_ = true;
  executor_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) sync();
  });
}

void LoadBalancers::sync() {
  due_ = false;
  LoadBalancerInput input;
  input.services = services_.list();
  input.taken = ports_->hold(plan_load_balancers(input).wanted);
  const LoadBalancerPlan plan = plan_load_balancers(input);
  for (const Document& service : plan.grant) set_ingress(service, true);
  for (const Document& service : plan.withdraw) set_ingress(service, false);
  tell_clashes(plan);
  if (input.taken.empty())
    retry_.stop();
  else
    retry_.start(kRetry, [this] { changed(); });
}

void LoadBalancers::set_ingress(const Document& service, bool granted) {
  Value patch = Value::object();
  patch["status"]["loadBalancer"]["ingress"] =
      granted ? Value::array({Value::object({{"hostname", "localhost"}})}) : Value(nullptr);
  const std::string ns = service["metadata"]["namespace"].str(), name = service["metadata"]["name"].str();
  client_.patch(client::resources::kServices, ns, name, client::PatchType::kMerge, std::move(patch), "status",
                [ns, name](Result<Document> done) {
                  // NotFound: it went in the meantime. Anything else comes back with the next change.
                  if (!done && !done.error().is("NotFound"))
                    base::log_warn("net/load_balancer", "a Service's status could not be set",
                                   {{"service", ns + "/" + name}, {"error", done.error().message}});
                });
}

void LoadBalancers::tell_clashes(const LoadBalancerPlan& plan) {
  std::map<std::string, std::string> now;
  for (const LoadBalancerPlan::Clash& clash : plan.clashes) {
    const std::string uid = clash.service["metadata"]["uid"].str();
    const auto before = told_.find(uid);
    if (before == told_.end() || before->second != clash.message)
      events_.record(clash.service.root(), "Warning", "SyncLoadBalancerFailed", clash.message);
    now.emplace(uid, clash.message);
  }
  told_ = std::move(now);
}

}  // namespace proa::net
