// The routes of a group-version as OpenAPI tells them: one model, rendered for v2 and v3. Private to this room.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "object/value.h"
#include "schema/openapi_schema.h"
#include "schema/registry.h"

namespace proa::schema::openapi {

struct Parameter {
  std::string name;
  bool in_path = false;
  std::string type;  // "string", "boolean", "integer"
  std::string description;
  bool operator==(const Parameter&) const = default;
};

struct Operation {
  std::string method;  // "get", "put", "post", "delete", "patch"
  std::string id, description, tag;
  std::string action;  // x-kubernetes-action; empty: none
  GroupVersionKind kind;
  std::vector<Parameter> parameters;
  enum class Body { kNone, kObject, kOptions, kPatch } body = Body::kNone;
  std::string body_model;
  std::string answer_model;  // empty: plain text
  std::vector<int> codes;    // of success
  bool streams = false;      // may be watched
};

struct Route {
  std::string path;
  std::vector<Operation> operations;
  std::vector<Parameter> shared;  // of every operation, taken out of them
};

/// Sorted by path. Adds the models that the routes name to `models`.
std::vector<Route> routes_of(const std::vector<KindRef>& kinds, Models& models);

/// Parameters told once per document (v2): their key there, and their content.
using SharedParameters = std::map<std::string, object::Value>;

/// `shared` is given for v2 and filled with the parameters that the route refers to.
object::Value render(const Route& route, Dialect dialect, SharedParameters* shared = nullptr);

}  // namespace proa::schema::openapi
