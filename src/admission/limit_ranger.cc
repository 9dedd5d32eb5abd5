#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "admission/plugins.h"
#include "object/quantity.h"

namespace proa::admission {
namespace {

using object::Quantity;
using object::Value;
using object::View;
using Amounts = std::map<std::string, Quantity, std::less<>>;

constexpr std::string_view kAnnotation = "kubernetes.io/limit-ranger";

void each_limit(const Attributes& attributes, const std::function<void(View)>& visit) {
  attributes.world.scan("", "limitranges", attributes.ns, [&](const object::Document& range) {
    for (const View limit : range["spec"]["limits"].items()) visit(limit);
    return true;
  });
}

Quantity quantity_of(View amount) { return Quantity::of_view(amount).value_or(Quantity::of(0)); }

Amounts amounts_of(View list) {
  Amounts amounts;
  for (const auto [name, amount] : list.members()) amounts.emplace(name, quantity_of(amount));
  return amounts;
}

/// Fills in what the container lacks; the names of that, in order.
std::string fill(Value& container, object::Key which, View defaults) {
  std::vector<std::string> added;
  for (const auto [resource, amount] : defaults.members()) {
    Value& list = container["resources"][which];
    if (list.find(resource) != nullptr) continue;
    list.set(resource, amount.to_value());
    added.emplace_back(resource);
  }
  std::sort(added.begin(), added.end());
  return fmt::format("{}", fmt::join(added, ", "));
}

void fill_containers(Value* containers, std::string_view what, View limit, std::vector<std::string>& told) {
  if (containers == nullptr || !containers->is_array()) return;
  for (Value& container : containers->items()) {
    const std::string limits = fill(container, "limits", limit["default"]);
    const std::string requests = fill(container, "requests", limit["defaultRequest"]);
    const std::string_view name = View(container)["name"].as_string();
    if (!requests.empty()) told.push_back(fmt::format("{} request for {} {}", requests, what, name));
    if (!limits.empty()) told.push_back(fmt::format("{} limit for {} {}", limits, what, name));
  }
}

/// What one container, pod or claim asks for, held against one item of a LimitRange. Source:
/// k8s.io/kubernetes plugin/pkg/admission/limitranger.
class Check {
 public:
  Check(View limit, Amounts requests, Amounts limits, std::vector<std::string>& wrong)
      : limit_(limit), requests_(std::move(requests)), limits_(std::move(limits)), wrong_(wrong) {}

  void run() {
    for (const auto [name, least] : limit_["min"].members()) at_least(name, least);
    for (const auto [name, most] : limit_["max"].members()) at_most(name, most);
    for (const auto [name, ratio] : limit_["maxLimitRequestRatio"].members()) within_ratio(name, ratio);
  }

 private:
  static const Quantity* find(const Amounts& amounts, std::string_view name) {
    const auto at = amounts.find(name);
    return at == amounts.end() ? nullptr : &at->second;
  }
  /// `minimum cpu usage per Container is 100m, but request is 50m`
  void tell(std::string_view bound, std::string_view name, View amount, std::string_view why) {
    wrong_.push_back(fmt::format("{} {} usage per {} is {}{}", bound, name, limit_["type"].as_string(),
                                 quantity_of(amount).to_string(), why));
  }
  void at_least(std::string_view name, View amount) {
    const Quantity least = quantity_of(amount);
    const Quantity *request = find(requests_, name), *limit = find(limits_, name);
    if (!request) return tell("minimum", name, amount, ".  No request is specified");
    if (*request < least) return tell("minimum", name, amount, ", but request is " + request->to_string());
    if (limit && *limit < least) tell("minimum", name, amount, ", but limit is " + limit->to_string());
  }
  void at_most(std::string_view name, View amount) {
    const Quantity most = quantity_of(amount);
    const Quantity *request = find(requests_, name), *limit = find(limits_, name);
    // A claim has no limits: its request is what it gets.
    if (limit_["type"].as_string() == "PersistentVolumeClaim") {
      if (!request) return tell("maximum", name, amount, ".  No request is specified");
      if (most < *request) tell("maximum", name, amount, ", but request is " + request->to_string());
      return;
    }
    if (!limit) return tell("maximum", name, amount, ".  No limit is specified");
    if (most < *limit) return tell("maximum", name, amount, ", but limit is " + limit->to_string());
    if (request && most < *request) tell("maximum", name, amount, ", but request is " + request->to_string());
  }
  void within_ratio(std::string_view name, View amount) {
    const Quantity *request = find(requests_, name), *limit = find(limits_, name);
    const Quantity most = quantity_of(amount);
    const auto tell_ratio = [&](std::string_view why) {
      wrong_.push_back(fmt::format("{} max limit to request ratio per {} is {}, but {}", name,
                                   limit_["type"].as_string(), most.to_string(), why));
    };
    if (!request || request->is_zero()) return tell_ratio("no request is specified or request is 0");
    if (!limit || limit->is_zero()) return tell_ratio("no limit is specified or limit is 0");
    const bool fine = name == "cpu";
    const double ratio = static_cast<double>(fine ? limit->milli_value() : limit->value()) /
                         static_cast<double>(fine ? request->milli_value() : request->value());
    if (ratio * 1000 > static_cast<double>(most.milli_value()))
      tell_ratio(fmt::format("provided ratio is {:.6f}", ratio));
  }

  View limit_;
  Amounts requests_, limits_;
  std::vector<std::string>& wrong_;
};

Amounts container_amounts(View container, object::Key which) { return amounts_of(container["resources"][which]); }

/// Of all containers together, as a pod asks: init containers run one by one before the others, sidecars beside them.
Amounts pod_amounts(View pod, object::Key which) {
  const auto add = [](Amounts& sum, const Amounts& more) {
    for (const auto& [name, amount] : more) {
      const auto [at, is_new] = sum.emplace(name, amount);
      if (!is_new) at->second = at->second + amount;
    }
  };
  Amounts running, sidecars, starting;
  for (const View container : pod["spec"]["containers"].items()) add(running, container_amounts(container, which));
  for (const View container : pod["spec"]["initContainers"].items()) {
    Amounts now = sidecars;
    add(now, container_amounts(container, which));
    if (container["restartPolicy"].as_string() == "Always") sidecars = now;
    for (const auto& [name, amount] : now) {
      const auto [at, is_new] = starting.emplace(name, amount);
      if (!is_new && at->second < amount) at->second = amount;
    }
  }
  add(running, sidecars);
  for (const auto& [name, amount] : starting) {
    const auto [at, is_new] = running.emplace(name, amount);
    if (!is_new && at->second < amount) at->second = amount;
  }
  return running;
}

void check_pod(View pod, View limit, std::vector<std::string>& wrong) {
  const std::string_view type = limit["type"].as_string();
  if (type == "Pod") Check(limit, pod_amounts(pod, "requests"), pod_amounts(pod, "limits"), wrong).run();
  if (type != "Container") return;
  for (const char* list : {"containers", "initContainers"})
    for (const View container : pod["spec"][std::string_view(list)].items())
      Check(limit, container_amounts(container, "requests"), container_amounts(container, "limits"), wrong).run();
}

}  // namespace

void apply_limit_defaults(Value& pod, const Attributes& attributes) {
  std::vector<std::string> told;
  each_limit(attributes, [&](View limit) {
    if (limit["type"].as_string() != "Container") return;
    fill_containers(pod["spec"].find("containers"), "container", limit, told);
    fill_containers(pod["spec"].find("initContainers"), "init container", limit, told);
  });
  if (!told.empty())
    pod["metadata"]["annotations"].set(kAnnotation, fmt::format("LimitRanger plugin set: {}", fmt::join(told, "; ")));
}

Result<void> check_limits(View object, const Attributes& attributes) {
  if (!attributes.kind.group.empty()) return {};
  const bool claim = attributes.kind.kind == "PersistentVolumeClaim";
  if (!claim && attributes.kind.kind != "Pod") return {};
  std::vector<std::string> wrong;
  each_limit(attributes, [&](View limit) {
    if (!claim) return check_pod(object, limit, wrong);
    if (limit["type"].as_string() == "PersistentVolumeClaim")
      Check(limit, container_amounts(object["spec"], "requests"), {}, wrong).run();
  });
  if (wrong.empty()) return {};
  const std::string why = fmt::format("{}", fmt::join(wrong, ", "));
  return Error(forbid(attributes, wrong.size() == 1 ? why : "[" + why + "]"));
}

}  // namespace proa::admission
