#include <fmt/format.h>

#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/meta.h"
#include "object/selector.h"
#include "object/time.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr size_t kMostUnconfirmed = 2000;  // evictions that the budget's controller has not counted yet
constexpr int kRetrySeconds = 10;

bool is_ready(View pod) {
  for (const View c : pod["status"]["conditions"].items())
    if (c["type"].as_string() == "Ready") return c["status"].as_string() == "True";
  return false;
}

/// A pod that does no work costs nothing.
bool needs_no_budget(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Pending" || phase == "Succeeded" || phase == "Failed" || object::is_deleting(pod);
}

/// A pod that is not ready may go where enough others are, or where the budget says that it always may.
bool goes_uncounted(View pod, View budget) {
  if (is_ready(pod)) return false;
  if (budget["spec"]["unhealthyPodEvictionPolicy"].as_string() == "AlwaysAllow") return true;
  const int64_t wanted = budget["status"]["desiredHealthy"].as_int();
  return wanted > 0 && budget["status"]["currentHealthy"].as_int() >= wanted;
}

Status would_violate(std::string why, int retry_seconds) {
  Status status =
      base::too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.", retry_seconds);
  status.details.causes.push_back({"DisruptionBudget", std::move(why), ""});
  return status;
}

/// The budget after one more disruption; an error when it has none to give.
Result<Value> with_one_less(View budget, std::string_view pod, object::TimeNs now) {
  const View status = budget["status"];
  const std::string name(object::name_of(budget));
  const int64_t allowed = status["disruptionsAllowed"].as_int();
  const auto forbid = [&](std::string_view why) {
    return Error(base::forbidden({"policy", "poddisruptionbudgets"}, name, std::string(why)));
  };
  if (status["observedGeneration"].as_int() < object::generation_of(budget))
    return Error(would_violate(fmt::format("The disruption budget {} is still being processed by the server.", name),
                               kRetrySeconds));
  if (allowed < 0) return forbid("pdb disruptions allowed is negative");
  if (status["disruptedPods"].size() > kMostUnconfirmed)
    return forbid("DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  if (allowed == 0)
    return Error(would_violate(fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", name,
                                           status["desiredHealthy"].as_int(), status["currentHealthy"].as_int()),
                               0));
  Value changed = budget.to_value();
  changed["status"]["disruptionsAllowed"] = allowed - 1;
  changed["status"]["disruptedPods"][object::Key(pod)] = object::format_time(now);
  return changed;
}

/// The budget that has to give, if any; an error where there are several.
Result<object::Document> budget_of(Core& core, const Target& target, View pod) {
  object::Document found;
  bool several = false;
  core.world().scan("policy", "poddisruptionbudgets", target.ns, [&](const object::Document& budget) {
    if (!object::LabelSelector::from_object(budget["spec"]["selector"]).matches(object::labels_of(pod))) return true;
    several = static_cast<bool>(found);
    found = budget;
    return !several;
  });
  if (several)
    return Error(base::internal_error(
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
  return found;
}

void delete_pod(const ExchangePtr& exchange, View options) {
  DeleteRequest request;
  if (options["gracePeriodSeconds"].is_int()) request.grace_period_seconds = options["gracePeriodSeconds"].as_int();
  request.uid = options["preconditions"]["uid"].str();
  request.propagation_policy = options["propagationPolicy"].str();
  Target target = exchange->target;
  target.subresource.clear();
  remove(exchange->core, std::move(target), exchange->call, std::move(request), [exchange](Result<Deleted> result) {
    if (!result) return exchange->fail(result.error());
    Value status = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
    status.set("status", "Success");
    status.set("code", 201);
    exchange->send_value(201, status, meta_type("Status"));
  });
}

/// Takes one disruption from the budget; then `go_on`.
void take_from(const ExchangePtr& exchange, const object::Document& budget, std::move_only_function<void()> go_on) {
  Core& core = exchange->core;
  Target target;
  target.kind = core.registry.find_kind("policy/v1", "PodDisruptionBudget");
  target.stored = core.stored_kind(target.kind);
  target.ns = exchange->target.ns;
  target.name = object::name_of(budget.root());
  target.subresource = "status";
  Change change = [pod = exchange->target.name, &core](View old) { return with_one_less(old, pod, core.now()); };
  apply_change(core, std::move(target), exchange->call, std::move(change), {},
               [exchange, go_on = std::move(go_on)](Result<Stored> taken) mutable {
                 if (!taken) return exchange->fail(taken.error());
                 go_on();
               });
}

}  // namespace

void serve_eviction(const ExchangePtr& exchange) {
  if (exchange->route.verb != "create")
    return exchange->fail(base::method_not_supported(exchange->target.resource(), exchange->route.verb));
  if (auto ok = read_write_options(*exchange, "CreateOptions"); !ok) return exchange->fail(ok.error());
  Core& core = exchange->core;
  auto eviction = read_subresource_object(*exchange, "policy", "v1", "Eviction");
  if (!eviction) return exchange->fail(eviction.error());
  if (auto ok = check_name(*exchange, *eviction, "Eviction"); !ok) return exchange->fail(ok.error());
  const store::EntryPtr pod = core.store.snapshot()->get(exchange->target.key());
  if (pod == nullptr) return exchange->fail(base::not_found(exchange->target.resource(), exchange->target.name));
  for (const View item : View(*eviction)["deleteOptions"]["dryRun"].items())
    exchange->call->dry_run |= item.as_string() == "All";
  auto go_on = [exchange, eviction = std::move(*eviction)] { delete_pod(exchange, View(eviction)["deleteOptions"]); };
  const View root = pod->document.root();
  if (needs_no_budget(root)) return go_on();
  const auto budget = budget_of(core, exchange->target, root);
  if (!budget) return exchange->fail(budget.error());
  if (!*budget || goes_uncounted(root, budget->root())) return go_on();
  take_from(exchange, *budget, std::move(go_on));
}

}  // namespace proa::api
