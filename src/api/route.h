// What a URL asks for: verb, group, version, resource, namespace, name, subresource; as upstream's RequestInfo,
// which authorization, admission and the verbs go by. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace proa::api {

struct Route {
  bool is_resource = false;
  /// "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"; else the HTTP method in
  /// lower case.
  std::string verb;
  std::string prefix;  // "api" or "apis"
  std::string group, version, resource, ns, name, subresource;
  /// What stands behind the subresource ("proxy/a/b": {"a", "b"}).
  std::vector<std::string> rest;

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};

Route parse_route(std::string_view method, std::string_view path, const http::Query& query);

/// Go's reading of a boolean query parameter: present and neither "false" nor "0".
bool query_flag(const http::Query& query, std::string_view name);

}  // namespace proa::api
