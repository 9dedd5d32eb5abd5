#include <fmt/format.h>

#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

/// The budget that covers the pod and has nothing left to give; an empty text when the eviction may go on.
Result<void> check_budgets(Core& core, const Target& target, View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  if (phase == "Pending" || phase == "Succeeded" || phase == "Failed" || object::is_deleting(pod)) return {};
  Result<void> verdict;
  int covering = 0;
  core.world().scan("policy", "poddisruptionbudgets", target.ns, [&](const object::Document& budget) {
    const View root = budget.root();
    if (!object::LabelSelector::from_object(root["spec"]["selector"]).matches(object::labels_of(pod))) return true;
    if (++covering > 1) {
      verdict = Error(base::internal_error(
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
      return false;
    }
    if (root["status"]["disruptionsAllowed"].as_int() > 0) return true;
    Status status = base::too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.", 0);
    status.details.causes.push_back(
        {"DisruptionBudget",
         fmt::format("The disruption budget {} needs {} healthy pods and has {} currently", object::name_of(root),
                     root["status"]["desiredHealthy"].as_int(), root["status"]["currentHealthy"].as_int()),
         ""});
    verdict = Error(std::move(status));
    return true;
  });
  return verdict;
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
  if (auto ok = check_budgets(core, exchange->target, pod->document.root()); !ok) return exchange->fail(ok.error());
  const View options = View(*eviction)["deleteOptions"];
  DeleteRequest request;
  if (options["gracePeriodSeconds"].is_int()) request.grace_period_seconds = options["gracePeriodSeconds"].as_int();
  request.uid = options["preconditions"]["uid"].str();
  request.propagation_policy = options["propagationPolicy"].str();
  Target target = exchange->target;
  target.subresource.clear();
  remove(core, std::move(target), exchange->call, std::move(request), [exchange](Result<Deleted> result) {
    if (!result) return exchange->fail(result.error());
    Value status = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
    status.set("status", "Success");
    status.set("code", 201);
    exchange->send_value(201, status, meta_type("Status"));
  });
}

}  // namespace proa::api
