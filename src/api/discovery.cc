#include "api/discovery.h"

#include <fmt/format.h>

#include "auth/openssl_text.h"
#include "base/base64.h"
#include "object/json.h"

namespace proa::api {
namespace {

using object::Value;
using schema::KindInfo;
using schema::KindRef;
using schema::Subresource;

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::array();
  for (const std::string& text : texts) out.push_back(text);
  return out;
}

Value verbs(uint32_t mask) {
  Value out = Value::array();
  for (const std::string_view name : schema::verb_names(mask)) out.push_back(name);
  return out;
}

std::string storage_hash(const KindInfo& kind) {
  const std::string name = kind.storage_group + "/" + kind.storage_version + "/" + kind.kind;
  return base::base64_encode(auth::sha256(name).substr(0, 8));
}

Value plain_resource(const KindInfo& kind) {
  Value out = Value::object({{"name", kind.plural},
                             {"singularName", kind.singular},
                             {"namespaced", kind.namespaced},
                             {"kind", kind.kind},
                             {"verbs", verbs(kind.verbs)}});
  if (!kind.short_names.empty()) out.set("shortNames", strings(kind.short_names));
  if (!kind.categories.empty()) out.set("categories", strings(kind.categories));
  if (kind.stored()) out.set("storageVersionHash", storage_hash(kind));
  return out;
}

Value plain_subresource(const KindInfo& kind, const Subresource& sub) {
  Value out =
      Value::object({{"name", kind.plural + "/" + sub.name}, {"singularName", ""}, {"namespaced", kind.namespaced}});
  if (!sub.group.empty()) out.set("group", sub.group);
  if (!sub.version.empty()) out.set("version", sub.version);
  out.set("kind", sub.kind.empty() ? kind.kind : sub.kind);
  out.set("verbs", verbs(sub.verbs));
  return out;
}

Value gvk(std::string_view group, std::string_view version, std::string_view kind) {
  return Value::object({{"group", group}, {"version", version}, {"kind", kind}});
}

Value aggregated_resource(const KindInfo& kind) {
  Value out = Value::object({{"resource", kind.plural}, {"responseKind", gvk("", "", kind.kind)}});
  out.set("scope", kind.namespaced ? "Namespaced" : "Cluster");
  out.set("singularResource", kind.singular);
  out.set("verbs", verbs(kind.verbs));
  if (!kind.short_names.empty()) out.set("shortNames", strings(kind.short_names));
  if (!kind.categories.empty()) out.set("categories", strings(kind.categories));
  for (const Subresource& sub : kind.subresources) {
    Value one = Value::object({{"subresource", sub.name}});
    // Group and version are told only where they are not the parent's.
    one.set("responseKind", gvk(sub.group, sub.version, sub.kind.empty() ? kind.kind : sub.kind));
    one.set("verbs", verbs(sub.verbs));
    out["subresources"].push_back(std::move(one));
  }
  return out;
}

Value group_versions(const schema::GroupInfo& group) {
  Value versions = Value::array();
  for (const std::string& version : group.versions)
    versions.push_back(
        Value::object({{"groupVersion", schema::api_version_of(group.group, version)}, {"version", version}}));
  Value out = Value::object({{"name", group.group}, {"versions", versions}});
  out.set("preferredVersion", object::View(versions).at(0).to_value());
  return out;
}

std::string aggregated(const schema::Registry& registry, bool legacy) {
  Value items = Value::array();
  for (const schema::GroupInfo& group : registry.groups()) {
    if (group.group.empty() != legacy) continue;
    Value versions = Value::array();
    for (const std::string& version : group.versions) {
      Value resources = Value::array();
      for (const KindRef& kind : registry.kinds(group.group, version)) resources.push_back(aggregated_resource(*kind));
      Value one = Value::object({{"version", version}});
      one.set("resources", std::move(resources));
      one.set("freshness", "Current");
      versions.push_back(std::move(one));
    }
    Value metadata = Value::object();
    if (!legacy) metadata.set("name", group.group);
    items.push_back(Value::object({{"metadata", std::move(metadata)}, {"versions", std::move(versions)}}));
  }
  Value out = Value::object(
      {{"kind", "APIGroupDiscoveryList"}, {"apiVersion", "apidiscovery.k8s.io/v2"}, {"metadata", Value::object()}});
  out.set("items", std::move(items));
  return object::to_json(out);
}

bool wants_aggregated(std::string_view accept) {
  return accept.find("as=APIGroupDiscoveryList") != std::string_view::npos &&
         accept.find("v=v2") != std::string_view::npos &&
         accept.find("g=apidiscovery.k8s.io") != std::string_view::npos;
}

void serve_aggregated(const ExchangePtr& exchange, bool legacy) {
  std::string body = aggregated(exchange->core.registry, legacy);
  const std::string etag = fmt::format("\"{:016X}\"", std::hash<std::string>()(body));
  http::Headers headers{{"content-type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"},
                        {"cache-control", "public"},
                        {"vary", "Accept"},
                        {"etag", etag}};
  const bool known = exchange->request->header("if-none-match") == etag;
  exchange->answered = known ? 304 : 200;
  exchange->writer->send(exchange->answered, std::move(headers), http::share(known ? "" : std::move(body)));
}

}  // namespace

void serve_groups(const ExchangePtr& exchange, bool legacy) {
  const Core& core = exchange->core;
  if (wants_aggregated(exchange->request->header("accept"))) return serve_aggregated(exchange, legacy);
  if (legacy) {
    Value address = Value::object({{"clientCIDR", "0.0.0.0/0"}});
    std::string_view url = core.options.server_url;
    if (const size_t at = url.find("://"); at != std::string_view::npos) url.remove_prefix(at + 3);
    address.set("serverAddress", url);
    Value out = Value::object({{"kind", "APIVersions"}, {"versions", Value::array({"v1"})}});
    out.set("serverAddressByClientCIDRs", Value::array({std::move(address)}));
    return exchange->send_value(200, out, meta_type("APIVersions"));
  }
  Value groups = Value::array();
  for (const schema::GroupInfo& group : core.registry.groups())
    if (!group.group.empty()) groups.push_back(group_versions(group));
  Value out = Value::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}});
  out.set("groups", std::move(groups));
  exchange->send_value(200, out, meta_type("APIGroupList"));
}

bool serve_group(const ExchangePtr& exchange, std::string_view wanted) {
  for (const schema::GroupInfo& group : exchange->core.registry.groups()) {
    if (group.group != wanted || wanted.empty()) continue;
    Value out = Value::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}});
    const Value versions = group_versions(group);
    for (const auto [name, value] : object::View(versions).members()) out.set(name, value.to_value());
    exchange->send_value(200, out, meta_type("APIGroup"));
    return true;
  }
  return false;
}

bool serve_resources(const ExchangePtr& exchange, std::string_view group, std::string_view version) {
  const schema::Registry& registry = exchange->core.registry;
  if (!registry.has_group_version(group, version)) return false;
  Value resources = Value::array();
  for (const KindRef& kind : registry.kinds(group, version)) {
    resources.push_back(plain_resource(*kind));
    for (const Subresource& sub : kind->subresources) resources.push_back(plain_subresource(*kind, sub));
  }
  Value out = Value::object({{"kind", "APIResourceList"}});
  if (!group.empty()) out.set("apiVersion", "v1");
  out.set("groupVersion", schema::api_version_of(group, version));
  out.set("resources", std::move(resources));
  exchange->send_value(200, out, meta_type("APIResourceList"));
  return true;
}

}  // namespace proa::api
