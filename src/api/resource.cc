// From a resource request to its verb's or subresource's handler.
#include <fmt/format.h>

#include "api/escalation.h"
#include "api/http_verbs.h"
#include "api/inaction.h"
#include "api/subresources.h"

namespace proa::api {
namespace {

struct VerbHandler {
  std::string_view verb;
  schema::Verb needed;
  void (*serve)(const ExchangePtr&);
};

constexpr VerbHandler kHandlers[] = {
    {"get", schema::kGet, serve_get},          {"list", schema::kList, serve_list},
    {"watch", schema::kWatch, serve_watch},    {"create", schema::kCreate, serve_create},
    {"update", schema::kUpdate, serve_update}, {"patch", schema::kPatch, serve_patch},
    {"delete", schema::kDelete, serve_delete}, {"deletecollection", schema::kDeleteCollection, serve_delete_collection},
};

const VerbHandler* handler_of(std::string_view verb) {
  for (const VerbHandler& handler : kHandlers)
    if (handler.verb == verb) return &handler;
  return nullptr;
}

void not_allowed(const ExchangePtr& exchange) {
  Status status{.code = 405,
                .reason = "MethodNotAllowed",
                .message = "the server does not allow this method on the requested resource"};
  exchange->fail(status);
}

/// Kinds that upstream warns its users off, whatever they do with them.
void warn_of_deprecation(Exchange& exchange) {
  const schema::KindInfo& kind = *exchange.target.kind;
  if (!kind.group.empty()) return;
  if (kind.kind == "Endpoints")
    exchange.call->warnings.emplace_back("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
  if (kind.kind == "ComponentStatus")
    exchange.call->warnings.emplace_back("v1 ComponentStatus is deprecated in v1.19+");
}

/// A name must be where the verb wants one, and a namespace where objects are made.
bool is_well_addressed(const Exchange& exchange) {
  const Route& route = exchange.route;
  const bool named = !route.name.empty();
  if (route.verb == "create") return !named && (!exchange.target.kind->namespaced || !route.ns.empty());
  if (route.verb == "get" || route.verb == "update" || route.verb == "patch" || route.verb == "delete")
    return named && (!exchange.target.kind->namespaced || !route.ns.empty());
  if (route.verb == "deletecollection") return !exchange.target.kind->namespaced || !route.ns.empty();
  return true;
}

}  // namespace

void serve_resource(const ExchangePtr& exchange) {
  const Route& route = exchange->route;
  warn_of_deprecation(*exchange);
  guard_escalation(*exchange);
  if (!route.subresource.empty()) return serve_subresource(exchange);
  const VerbHandler* handler = handler_of(route.verb);
  if (!exchange->target.kind->stored() && route.verb == "create" && serve_review(exchange)) return;
  if (handler == nullptr || !exchange->target.kind->has_verb(handler->needed) || !is_well_addressed(*exchange))
    return not_allowed(exchange);
  if (route.verb == "create")
    if (std::string idle = inaction_warning(*exchange->target.kind); !idle.empty())
      exchange->call->warnings.push_back(std::move(idle));
  handler->serve(exchange);
}

}  // namespace proa::api
