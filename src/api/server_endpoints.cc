#include "api/server_endpoints.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/discovery.h"
#include "object/json.h"
#include "schema/openapi.h"

namespace proa::api {
namespace {

using object::Value;

/// `/readyz`, or one check of it, `/readyz/ping`. False: there is no such check.
bool serve_health(const ExchangePtr& exchange, const std::vector<std::string_view>& parts) {
  static constexpr std::array<std::string_view, 5> kChecks = {"ping", "log", "etcd", "store", "informer-sync"};
  const std::string_view which = parts[0];
  if (parts.size() > 2 || (parts.size() == 2 && std::ranges::find(kChecks, parts[1]) == kChecks.end())) return false;
  const bool ready = which != "readyz" || exchange->core.ready;
  if (exchange->query().find("verbose") == nullptr && ready) return exchange->send_text(200, "ok"), true;
  std::string body = "[+]ping ok\n[+]log ok\n[+]store ok\n";
  if (which == "readyz") body += ready ? "[+]informer-sync ok\n" : "[-]start-up failed: reason withheld\n";
  body += fmt::format("{} check {}\n", which, ready ? "passed" : "failed");
  exchange->send_text(ready ? 200 : 500, std::move(body));
  return true;
}

void serve_version(const ExchangePtr& exchange) {
  if (exchange->route.verb != "get" && exchange->route.verb != "head")
    return exchange->fail({.code = 405,
                           .reason = "MethodNotAllowed",
                           .message = "the server does not allow this method on the requested resource"});
  const std::string& version = exchange->core.options.version;  // "v1.36.3"
  const size_t dot = version.find('.');
  const std::string minor = version.substr(dot + 1, version.find('.', dot + 1) - dot - 1);
  Value out = Value::object({{"major", version.substr(1, dot - 1)}, {"minor", minor}});
  out.set("emulationMajor", version.substr(1, dot - 1));
  out.set("emulationMinor", minor);
  out.set("gitVersion", version);
  for (const char* name : {"gitCommit", "gitTreeState", "buildDate", "goVersion"}) out.set(std::string_view(name), "");
  out.set("compiler", "gcc");
  out.set("platform", "linux/amd64");
  std::string body;
  object::write_json_indented(out, body, 2, false);
  exchange->send_json(200, std::move(body));
}

/// Large, and the same until a custom kind comes or goes.
class Documents {
 public:
  template <class Make>
  http::SharedBytes get(const schema::Registry& registry, const std::string& name, Make make) {
    const std::lock_guard lock(mutex_);
    const auto key = std::pair(&registry, registry.generation());
    if (key != key_) documents_.clear();
    key_ = key;
    http::SharedBytes& bytes = documents_[name];
    if (bytes == nullptr) bytes = http::share(make());
    return bytes;
  }

 private:
  std::mutex mutex_;
  std::pair<const schema::Registry*, uint64_t> key_;
  std::map<std::string, http::SharedBytes> documents_;
};

Documents& documents() {
  static Documents all;
  return all;
}

void send_document(const ExchangePtr& exchange, std::string content_type, http::SharedBytes body) {
  const std::string etag = fmt::format("\"{:016X}\"", std::hash<std::string_view>()(*body));
  http::Headers headers{
      {"content-type", std::move(content_type)}, {"cache-control", "no-cache, private"}, {"etag", etag}};
  headers.emplace_back("vary", "Accept");
  const bool known = exchange->request->header("if-none-match") == etag;
  exchange->answered = known ? 304 : 200;
  exchange->writer->send(exchange->answered, std::move(headers), known ? http::share("") : std::move(body));
}

void serve_openapi_v2(const ExchangePtr& exchange) {
  const schema::Registry& registry = exchange->core.registry;
  if (exchange->request->header("accept").find("proto-openapi") != std::string_view::npos)
    return send_document(exchange, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
                         documents().get(registry, "v2pb", [&] { return schema::openapi_v2_protobuf(registry); }));
  send_document(exchange, "application/json",
                documents().get(registry, "v2", [&] { return schema::openapi_v2_json(registry); }));
}

/// `/openapi/v3/apis/apps/v1`, `/openapi/v3/api/v1`.
bool serve_openapi_v3(const ExchangePtr& exchange, std::string_view path) {
  const schema::Registry& registry = exchange->core.registry;
  if (path.empty() || path == "/") {
    send_document(exchange, "application/json",
                  documents().get(registry, "v3", [&] { return schema::openapi_v3_index(registry); }));
    return true;
  }
  std::string group, version;
  if (path.starts_with("/api/")) {
    version = path.substr(5);
  } else if (path.starts_with("/apis/")) {
    const auto parsed = schema::parse_api_version(path.substr(6));
    group = parsed.group;
    version = parsed.version;
  }
  http::SharedBytes body =
      documents().get(registry, std::string(path), [&] { return schema::openapi_v3(registry, group, version); });
  if (body->empty()) return false;
  send_document(exchange, "application/json", std::move(body));
  return true;
}

bool serve_token_keys(const ExchangePtr& exchange, std::string_view path) {
  const Core& core = exchange->core;
  if (core.tokens == nullptr) return false;
  if (path == "/openid/v1/jwks") {
    exchange->send(200, "application/jwk-set+json", http::share(core.tokens->jwks()));
    return true;
  }
  const std::string& issuer = core.options.service_account_issuer;
  Value out = Value::object({{"issuer", issuer}, {"jwks_uri", core.options.server_url + "/openid/v1/jwks"}});
  out.set("response_types_supported", Value::array({"id_token"}));
  out.set("subject_types_supported", Value::array({"public"}));
  out.set("id_token_signing_alg_values_supported", Value::array({"ES256"}));
  exchange->send_json(200, object::to_json(out));
  return true;
}

void serve_root(const ExchangePtr& exchange) {
  Value paths = Value::array({"/.well-known/openid-configuration", "/api", "/api/v1", "/apis"});
  for (const schema::GroupInfo& group : exchange->core.registry.groups()) {
    if (group.group.empty()) continue;
    paths.push_back("/apis/" + group.group);
    for (const std::string& version : group.versions) paths.push_back("/apis/" + group.group + "/" + version);
  }
  for (const char* path :
       {"/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version"})
    paths.push_back(path);
  std::string body;
  object::write_json_indented(Value::object({{"paths", std::move(paths)}}), body, 2, false);
  exchange->send_json(200, std::move(body));
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

bool serve_discovery(const ExchangePtr& exchange, const std::vector<std::string_view>& parts) {
  if (parts[0] == "api") {
    if (parts.size() == 1) return serve_groups(exchange, true), true;
    return parts.size() == 2 && serve_resources(exchange, "", parts[1]);
  }
  if (parts.size() == 1) return serve_groups(exchange, false), true;
  if (parts.size() == 2) return serve_group(exchange, parts[1]);
  return parts.size() == 3 && serve_resources(exchange, parts[1], parts[2]);
}

}  // namespace

bool serve_other(const ExchangePtr& exchange) {
  const std::string_view path = exchange->request->path;
  const std::vector<std::string_view> parts = parts_of(path);
  if (parts.empty()) return serve_root(exchange), true;
  const std::string_view first = parts[0];
  if (first == "api" || first == "apis") return serve_discovery(exchange, parts);
  if (first == "healthz" || first == "livez" || first == "readyz") return serve_health(exchange, parts);
  if (first == "version") return serve_version(exchange), true;
  if (path == "/openapi/v2") return serve_openapi_v2(exchange), true;
  if (path.starts_with("/openapi/v3")) return serve_openapi_v3(exchange, path.substr(11));
  if (first == "metrics") {
    std::string body;
    exchange->core.metrics.write(body);
    exchange->send(200, "text/plain; version=0.0.4; charset=utf-8", http::share(std::move(body)));
    return true;
  }
  if (path == "/openid/v1/jwks" || path == "/.well-known/openid-configuration") return serve_token_keys(exchange, path);
  return false;
}

}  // namespace proa::api
