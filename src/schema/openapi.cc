#include "schema/openapi.h"

#include "fmt/format.h"
#include "object/json.h"
#include "schema/openapi_paths.h"
#include "schema/openapi_schema.h"

namespace proa::schema {

using namespace openapi;
using object::Value;

namespace {

constexpr std::string_view kPatchModel = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

/// Writes `"name":value` members of an object, commas between them.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) {}
  void add(std::string_view name, const Value& value) {
    begin(name);
    object::write_json(value, out_);
  }
  void begin(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    object::write_json_string(name, out_);
    out_ += ':';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_models(std::string& out, const Models& models, const KindsOfModel& kinds, Dialect dialect) {
  Members members(out);
  bool patch_written = false;
  const auto put_patch = [&] {
    if (!patch_written) members.add(kPatchModel, patch_schema());
    patch_written = true;
  };
  for (const auto& [name, type] : models) {
    if (name > kPatchModel) put_patch();
    const auto found = kinds.find(name);
    members.add(name, schema_of(type, dialect, found == kinds.end() ? nullptr : &found->second));
  }
  put_patch();
}

void write_paths(std::string& out, const std::vector<Route>& routes, Dialect dialect, SharedParameters* shared) {
  Members members(out);
  for (const Route& r : routes) members.add(r.path, render(r, dialect, shared));
}

std::string path_of(std::string_view group, std::string_view version) {
  return group.empty() ? fmt::format("api/{}", version) : fmt::format("apis/{}/{}", group, version);
}

/// Says which state of a document a client has: the kinds and this build.
uint64_t fingerprint(const Registry& registry, std::string_view path) {
  uint64_t hash = 1469598103934665603u;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  };
  mix(path);
  mix(std::to_string(registry.generation()));
  mix(std::to_string(table::builtin().strings.size()));
  return hash;
}

}  // namespace

std::string openapi_v3_index(const Registry& registry) {
  std::string out = "{\"paths\":{";
  Members members(out);
  for (const GroupInfo& g : registry.groups()) {
    for (const std::string& version : g.versions) {
      const std::string path = path_of(g.group, version);
      members.add(path, Value::object({{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={:016X}", path,
                                                                         fingerprint(registry, path))}}));
    }
  }
  return out + "}}";
}

std::string openapi_v3(const Registry& registry, std::string_view group, std::string_view version) {
  const std::vector<KindRef> kinds = registry.kinds(group, version);
  if (kinds.empty()) return {};
  Models models;
  const std::vector<Route> routes = routes_of(kinds, models);
  std::string out = R"({"openapi":"3.0.0","info":{"title":"Kubernetes","version":"1.36"},"paths":{)";
  write_paths(out, routes, Dialect::kV3, nullptr);
  out += R"(},"components":{"schemas":{)";
  write_models(out, models, kinds_of_models(registry.all()), Dialect::kV3);
  out += R"(},"securitySchemes":{"BearerToken":{"type":"apiKey","description":"Bearer Token authentication",)"
         R"("name":"authorization","in":"header"}}}})";
  return out;
}

std::string openapi_v2_json(const Registry& registry) {
  const std::vector<KindRef> kinds = registry.all();
  Models models;
  const std::vector<Route> routes = routes_of(kinds, models);
  std::string out = R"({"swagger":"2.0","info":{"title":"Kubernetes","version":"1.36"},"paths":{)";
  SharedParameters shared;
  write_paths(out, routes, Dialect::kV2, &shared);
  out += R"(},"definitions":{)";
  write_models(out, models, kinds_of_models(kinds), Dialect::kV2);
  out += R"(},"parameters":{)";
  Members parameters(out);
  for (const auto& [key, content] : shared) parameters.add(key, content);
  out += R"(},"securityDefinitions":{"BearerToken":{"description":"Bearer Token authentication","type":"apiKey",)"
         R"("name":"authorization","in":"header"}},"security":[{"BearerToken":[]}]})";
  return out;
}

}  // namespace proa::schema
