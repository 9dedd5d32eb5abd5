#include "api/chain.h"

#include <fmt/format.h>

#include "api/exchange.h"
#include "api/http_verbs.h"
#include "api/server_endpoints.h"

namespace proa::api {
namespace {

constexpr int64_t kMutatingLimit = 200, kReadOnlyLimit = 400;  // as kube-apiserver's defaults

bool is_long_running(const Route& route) {
  return route.verb == "watch" || route.subresource == "log" || route.subresource == "exec" ||
         route.subresource == "attach" || route.subresource == "portforward" || route.subresource == "proxy";
}

bool is_read(const Route& route) {
  return route.verb == "get" || route.verb == "list" || route.verb == "watch" || !route.is_resource;
}

/// Below a group that is served, what is not there is told as a Status; elsewhere, as by any web server.
void answer_missing(Exchange& exchange) {
  const std::string_view path = exchange.request->path;
  const auto begins = [&](const std::string& prefix) { return path.starts_with(prefix + "/"); };
  bool served = begins("/api");
  for (const schema::GroupInfo& group : exchange.core.registry.groups())
    served = served || (!group.group.empty() && begins("/apis/" + group.group));
  if (served) return exchange.fail(base::no_such_endpoint());
  exchange.send_text(404, "404 page not found\n");
}

/// Too many at once are told to come back; the cluster's own clients always get in.
class Seat {
 public:
  Seat(Core& core, const Exchange& exchange)
      : count_(is_read(exchange.route) ? core.metrics.inflight_read_only : core.metrics.inflight_mutating),
        limit_(is_read(exchange.route) ? kReadOnlyLimit : kMutatingLimit),
        counts_(!is_long_running(exchange.route)) {
    if (counts_) taken_ = ++count_;
  }
  ~Seat() {
    if (counts_) --count_;
  }
  bool has_room(const auth::User& user) const {
    return !counts_ || taken_ <= limit_ || user.in_group("system:masters") || user.in_group("system:nodes");
  }

 private:
  std::atomic<int64_t>& count_;
  const int64_t limit_;
  const bool counts_;
  int64_t taken_ = 0;
};

Result<void> find_target(Exchange& exchange) {
  Core& core = exchange.core;
  const Route& route = exchange.route;
  schema::KindRef kind = core.registry.find_resource(route.group, route.version, route.resource);
  if (kind == nullptr) return Error(base::no_such_endpoint());
  exchange.target = {.kind = kind,
                     .stored = core.stored_kind(kind),
                     .ns = kind->namespaced ? route.ns : std::string(),
                     .name = route.name,
                     .subresource = route.subresource};
  const bool is_namespace = route.group.empty() && route.resource == "namespaces";
  if (!kind->namespaced && !route.ns.empty() && !is_namespace) return Error(base::no_such_endpoint());
  return {};
}

Result<void> agree_on_media(Exchange& exchange) {
  auto media = negotiate(exchange.request->header("accept"));
  if (!media) return Error(media.error());
  exchange.media = *media;
  const std::string include = exchange.query().get("includeObject");
  if (media->shape == Shape::kTable && !include.empty() && include != "None" && include != "Metadata" &&
      include != "Object")
    return Error(base::bad_request(
        fmt::format("Unable to convert to Table as requested: includeObject: Invalid value: \"{}\": must be "
                    "'Metadata', 'Object', 'None', or empty",
                    include)));
  if (query_flag(exchange.query(), "pretty")) exchange.media.pretty = true;
  return {};
}

}  // namespace

void handle(Core& core, const Gates& gates, http::RequestPtr request, http::ResponseWriterPtr writer) {
  const auto exchange = std::make_shared<Exchange>(core, std::move(request), std::move(writer));
  exchange->gates = &gates;
  exchange->arrived = core.clock.monotonic();
  exchange->route = parse_route(exchange->request->method, exchange->request->path, exchange->query());

  auto user = gates.authenticate(*exchange->request);
  if (!user) return exchange->fail(user.error());
  exchange->call->user = std::move(*user);
  exchange->call->registry = &core.registry;
  const Seat seat(core, *exchange);
  if (!seat.has_room(exchange->call->user))
    return exchange->fail(base::too_many_requests("Too many requests, please try again later.", 1));
  if (auto ok = gates.authorize(exchange->call->user, exchange->route, exchange->request->path); !ok)
    return exchange->fail(ok.error());
  if (!exchange->route.is_resource) {
    if (!serve_other(exchange)) answer_missing(*exchange);
    return;
  }
  if (!core.registry.has_group_version(exchange->route.group, exchange->route.version))
    return answer_missing(*exchange);
  if (auto ok = find_target(*exchange); !ok) return exchange->fail(ok.error());
  if (auto ok = agree_on_media(*exchange); !ok) return exchange->fail(ok.error());
  serve_resource(exchange);
}

}  // namespace proa::api
