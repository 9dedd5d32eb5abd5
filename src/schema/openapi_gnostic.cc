// The v2 document as gnostic's protobuf (github.com/google/gnostic-models openapiv2/OpenAPIv2.proto): what client-go
// asks for. The numbers below are of its messages.
#include "object/json.h"
#include "schema/openapi.h"
#include "schema/openapi_paths.h"
#include "schema/openapi_schema.h"
#include "schema/wire.h"

namespace proa::schema {

using namespace openapi;
using namespace wire;
using object::Value;
using object::View;

namespace {

void put_text(std::string& out, uint32_t number, View text) {
  if (text.is_string()) put_bytes(out, number, text.as_string());
}

void put_texts(std::string& out, uint32_t number, View list) {
  for (const View t : list.items()) put_bytes(out, number, t.as_string());
}

void put_true(std::string& out, uint32_t number, View flag) {
  if (flag.as_bool()) put_int(out, number, 1);
}

/// Any: YAML text in number 2. JSON is YAML.
void put_any(std::string& out, uint32_t number, View value) {
  put_message(out, number, [&] { put_bytes(out, 2, object::to_json(value) + "\n"); });
}

void put_extensions(std::string& out, uint32_t number, View object) {
  for (const auto [name, value] : object.members()) {
    if (!name.starts_with("x-")) continue;
    put_message(out, number, [&, name = name, value = value] {
      put_bytes(out, 1, name);
      put_any(out, 2, value);
    });
  }
}

void put_schema(std::string& out, View s);

void put_properties(std::string& out, View properties) {
  for (const auto [name, value] : properties.members()) {
    put_message(out, 1, [&, name = name, value = value] {
      put_bytes(out, 1, name);
      put_message(out, 2, [&] { put_schema(out, value); });
    });
  }
}

void put_schema(std::string& out, View s) {
  put_text(out, 1, s["$ref"]);
  put_text(out, 2, s["format"]);
  put_text(out, 4, s["description"]);
  put_texts(out, 19, s["required"]);
  for (const View value : s["enum"].items()) put_any(out, 20, value);
  if (s.has("additionalProperties")) {
    put_message(out, 21, [&] { put_message(out, 1, [&] { put_schema(out, s["additionalProperties"]); }); });
  }
  if (s.has("type")) put_message(out, 22, [&] { put_text(out, 1, s["type"]); });
  if (s.has("items")) put_message(out, 23, [&] { put_message(out, 1, [&] { put_schema(out, s["items"]); }); });
  if (s.has("properties")) put_message(out, 25, [&] { put_properties(out, s["properties"]); });
  put_extensions(out, 31, s);
}

void put_body_parameter(std::string& out, View p) {
  put_text(out, 1, p["description"]);
  put_text(out, 2, p["name"]);
  put_text(out, 3, p["in"]);
  put_true(out, 4, p["required"]);
  put_message(out, 5, [&] { put_schema(out, p["schema"]); });
}

/// QueryParameterSubSchema and PathParameterSubSchema differ by one number from `type` on.
void put_plain_parameter(std::string& out, View p, bool in_path) {
  put_true(out, 1, p["required"]);
  put_text(out, 2, p["in"]);
  put_text(out, 3, p["description"]);
  put_text(out, 4, p["name"]);
  put_text(out, in_path ? 5 : 6, p["type"]);
  put_true(out, in_path ? 19 : 20, p["uniqueItems"]);
}

void put_parameter(std::string& out, View p) {
  const bool in_path = p["in"].as_string() == "path";
  if (p["in"].as_string() == "body") return put_message(out, 1, [&] { put_body_parameter(out, p); });
  put_message(out, 2, [&] { put_message(out, in_path ? 4 : 3, [&] { put_plain_parameter(out, p, in_path); }); });
}

void put_parameters(std::string& out, uint32_t number, View list) {
  for (const View p : list.items()) {
    put_message(out, number, [&] {
      if (p.has("$ref")) return put_message(out, 2, [&] { put_text(out, 1, p["$ref"]); });
      put_message(out, 1, [&] { put_parameter(out, p); });
    });
  }
}

void put_responses(std::string& out, View responses) {
  for (const auto [code, response] : responses.members()) {
    put_message(out, 1, [&, code = code, response = response] {
      put_bytes(out, 1, code);
      put_message(out, 2, [&] {
        put_message(out, 1, [&] {
          put_text(out, 1, response["description"]);
          if (!response.has("schema")) return;
          put_message(out, 2, [&] { put_message(out, 1, [&] { put_schema(out, response["schema"]); }); });
        });
      });
    });
  }
}

void put_operation(std::string& out, View op) {
  put_texts(out, 1, op["tags"]);
  put_text(out, 3, op["description"]);
  put_text(out, 5, op["operationId"]);
  put_texts(out, 6, op["produces"]);
  put_texts(out, 7, op["consumes"]);
  put_parameters(out, 8, op["parameters"]);
  put_message(out, 9, [&] { put_responses(out, op["responses"]); });
  put_texts(out, 10, op["schemes"]);
  put_extensions(out, 13, op);
}

void put_path(std::string& out, const std::string& path, View item) {
  static constexpr std::pair<const char*, uint32_t> kMethods[] = {
      {"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
  put_message(out, 2, [&] {
    put_bytes(out, 1, path);
    put_message(out, 2, [&] {
      for (const auto& [method, number] : kMethods) {
        const View op = item[std::string_view(method)];
        if (op) put_message(out, number, [&] { put_operation(out, op); });
      }
      put_parameters(out, 9, item["parameters"]);
    });
  });
}

void put_definition(std::string& out, std::string_view name, View schema) {
  put_message(out, 1, [&] {
    put_bytes(out, 1, name);
    put_message(out, 2, [&] { put_schema(out, schema); });
  });
}

void put_security(std::string& out) {
  put_message(out, 12, [&] {
    put_message(out, 1, [&] {
      put_bytes(out, 1, "BearerToken");
      put_message(out, 2, [] {});
    });
  });
  put_message(out, 13, [&] {
    put_message(out, 1, [&] {
      put_bytes(out, 1, "BearerToken");
      put_message(out, 2, [&] {
        put_message(out, 2, [&] {
          put_bytes(out, 1, "apiKey");
          put_bytes(out, 2, "authorization");
          put_bytes(out, 3, "header");
          put_bytes(out, 4, "Bearer Token authentication");
        });
      });
    });
  });
}

}  // namespace

std::string openapi_v2_protobuf(const Registry& registry) {
  const std::vector<KindRef> kinds = registry.all();
  Models models;
  const std::vector<Route> routes = routes_of(kinds, models);
  const KindsOfModel named = kinds_of_models(kinds);
  std::string out, part;
  put_bytes(out, 1, "2.0");
  put_message(out, 2, [&] {
    put_bytes(out, 1, "Kubernetes");
    put_bytes(out, 2, "1.36");
  });
  SharedParameters shared;
  for (const Route& r : routes) put_path(part, r.path, render(r, Dialect::kV2, &shared));
  put_bytes(out, 8, part);
  part.clear();
  for (const auto& [name, type] : models) {
    const auto found = named.find(name);
    put_definition(part, name, schema_of(type, Dialect::kV2, found == named.end() ? nullptr : &found->second));
  }
  put_definition(part, "io.k8s.apimachinery.pkg.apis.meta.v1.Patch", patch_schema());
  put_bytes(out, 9, part);
  part.clear();
  for (const auto& [key, content] : shared) {
    put_message(part, 1, [&] {
      put_bytes(part, 1, key);
      put_message(part, 2, [&] { put_parameter(part, content); });
    });
  }
  put_bytes(out, 10, part);
  put_security(out);
  return out;
}

}  // namespace proa::schema
