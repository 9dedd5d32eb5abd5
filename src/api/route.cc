#include "api/route.h"

#include <algorithm>
#include <cctype>

#include "object/selector.h"

namespace proa::api {
namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

std::string verb_of(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "";
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_namespace_subresource(std::string_view part) { return part == "status" || part == "finalize"; }

/// Takes resource, name and subresource from what follows the version; handles `namespaces/NS/...`.
void read_resource(Route& route, const std::vector<std::string>& parts, size_t at) {
  if (parts[at] == "namespaces" && at + 1 < parts.size()) {
    route.ns = parts[at + 1];
    if (at + 2 < parts.size() && !is_namespace_subresource(parts[at + 2])) at += 2;
  }
  route.resource = parts[at];
  if (at + 1 < parts.size()) route.name = parts[at + 1];
  if (at + 2 < parts.size() && route.verb != "watch") route.subresource = parts[at + 2];
  for (size_t i = at + 3; i < parts.size(); ++i) route.rest.push_back(parts[i]);
}

void refine_verb(Route& route, const http::Query& query) {
  if (!route.name.empty()) return;
  if (route.verb == "delete") route.verb = "deletecollection";
  if (route.verb != "get") return;
  route.verb = query_flag(query, "watch") ? "watch" : "list";
  const std::string* selector = query.find("fieldSelector");
  if (selector == nullptr) return;
  const auto fields = object::FieldSelector::parse(*selector);
  if (!fields) return;
  if (const std::string* name = fields->required_value("metadata.name")) route.name = *name;
}

}  // namespace

bool query_flag(const http::Query& query, std::string_view name) {
  const std::string* value = query.find(name);
  if (value == nullptr) return false;
  const std::string text = lower(*value);
  return text != "false" && text != "0";
}

Route parse_route(std::string_view method, std::string_view path, const http::Query& query) {
  Route route;
  route.verb = lower(method);
  const std::vector<std::string> parts = split_path(path);
  if (parts.size() < 3 || (parts[0] != "api" && parts[0] != "apis")) return route;
  size_t at = 1;
  if (parts[0] == "apis") {
    if (parts.size() < 4) return route;
    route.group = parts[at++];
  }
  route.is_resource = true;
  route.prefix = parts[0];
  route.version = parts[at++];
  if (parts[at] == "watch" && at + 1 < parts.size()) {
    route.verb = "watch";
    ++at;
  } else {
    route.verb = verb_of(method);
  }
  read_resource(route, parts, at);
  refine_verb(route, query);
  return route;
}

}  // namespace proa::api
