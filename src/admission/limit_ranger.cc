#include <vector>

#include <fmt/format.h>

#include "admission/plugins.h"
#include "object/quantity.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;

void fill(Value& container, object::Key which, View defaults) {
  if (defaults.empty()) return;
  for (const auto [resource, amount] : defaults.members()) {
    Value& list = container["resources"][which];
    if (list.find(resource) == nullptr) list.set(resource, amount.to_value());
  }
}

void each_limit(const Attributes& attributes, std::string_view type, const std::function<void(View)>& visit) {
  attributes.world.scan("", "limitranges", attributes.ns, [&](const object::Document& range) {
    for (const View limit : range["spec"]["limits"].items())
      if (limit["type"].as_string() == type) visit(limit);
    return true;
  });
}

bool less(View a, View b) {
  const auto x = object::Quantity::parse(a.as_string()), y = object::Quantity::parse(b.as_string());
  return x && y && *x < *y;
}

/// `maximum cpu usage per Container is 1, but limit is 2`
void check_container(View container, View limit, std::vector<std::string>& wrong) {
  const View requests = container["resources"]["requests"], limits = container["resources"]["limits"];
  for (const auto [name, most] : limit["max"].members()) {
    if (!limits.has(name))
      wrong.push_back(
          fmt::format("maximum {} usage per Container is {}.  No limit is specified", name, most.as_string()));
    else if (less(most, limits[name]))
      wrong.push_back(fmt::format("maximum {} usage per Container is {}, but limit is {}", name, most.as_string(),
                                  limits[name].as_string()));
  }
  for (const auto [name, least] : limit["min"].members()) {
    if (!requests.has(name))
      wrong.push_back(
          fmt::format("minimum {} usage per Container is {}.  No request is specified", name, least.as_string()));
    else if (less(requests[name], least))
      wrong.push_back(fmt::format("minimum {} usage per Container is {}, but request is {}", name, least.as_string(),
                                  requests[name].as_string()));
  }
}

}  // namespace

void apply_limit_defaults(Value& pod, const Attributes& attributes) {
  each_limit(attributes, "Container", [&](View limit) {
    for (const char* list : {"initContainers", "containers"}) {
      Value* containers = pod["spec"].find(std::string_view(list));
      if (containers == nullptr || !containers->is_array()) continue;
      for (Value& container : containers->items()) {
        fill(container, "limits", limit["default"]);
        fill(container, "requests", limit["defaultRequest"]);
      }
    }
  });
}

Result<void> check_limits(View object, const Attributes& attributes) {
  if (!attributes.kind.group.empty() || attributes.kind.kind != "Pod") return {};
  std::vector<std::string> wrong;
  each_limit(attributes, "Container", [&](View limit) {
    for (const View container : object["spec"]["containers"].items()) check_container(container, limit, wrong);
  });
  if (wrong.empty()) return {};
  std::string why = wrong[0];
  for (size_t i = 1; i < wrong.size(); ++i) why += ", " + wrong[i];
  return Error(forbid(attributes, wrong.size() == 1 ? why : "[" + why + "]"));
}

}  // namespace proa::admission
