#include <functional>
#include <string_view>

#include "api/http_verbs.h"
#include "api/subresources.h"

namespace proa::api {
namespace {

/// The subresources that read and write the object itself, with a strategy of their own.
void serve_object_subresource(const ExchangePtr& exchange) {
  const std::string& verb = exchange->route.verb;
  if (verb == "get") return serve_get(exchange);
  if (verb == "update") return serve_update(exchange);
  if (verb == "patch") return serve_patch(exchange);
  exchange->fail({.code = 405,
                  .reason = "MethodNotAllowed",
                  .message = "the server does not allow this method on the requested resource"});
}

struct Handler {
  std::string_view name;
  void (*serve)(const ExchangePtr&);
};

constexpr Handler kHandlers[] = {{"status", serve_object_subresource},
                                 {"ephemeralcontainers", serve_object_subresource},
                                 {"resize", serve_object_subresource},
                                 {"approval", serve_object_subresource},
                                 {"scale", serve_scale},
                                 {"binding", serve_binding},
                                 {"eviction", serve_eviction},
                                 {"token", serve_token},
                                 {"finalize", serve_finalize},
                                 {"log", serve_pod_log},
                                 {"exec", serve_pod_exec},
                                 {"attach", serve_pod_exec},
                                 {"portforward", serve_pod_port_forward}};

}  // namespace

void serve_subresource(const ExchangePtr& exchange) {
  const std::string& name = exchange->route.subresource;
  if (exchange->target.kind->subresource(name) == nullptr) return exchange->fail(base::no_such_endpoint());
  for (const Handler& handler : kHandlers)
    if (handler.name == name) return handler.serve(exchange);
  exchange->fail(base::no_such_endpoint());
}

}  // namespace proa::api
