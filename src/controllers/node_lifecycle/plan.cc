#include "controllers/node_lifecycle/plan.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::node_lifecycle {
namespace {

using object::Value;
using object::View;

constexpr std::array<std::string_view, 4> kToldByNode = {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"};

struct Rule {
  std::string_view condition, status, taint;
};
constexpr std::array<Rule, 6> kRules{{
    {"Ready", "False", "node.kubernetes.io/not-ready"},
    {"Ready", "Unknown", "node.kubernetes.io/unreachable"},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure"},
}};
constexpr std::string_view kUnschedulable = "node.kubernetes.io/unschedulable";

using Taint = std::pair<std::string_view, std::string_view>;  // key, effect

bool is_managed(View taint) {
  const std::string_view key = taint["key"].as_string(), effect = taint["effect"].as_string();
  if (effect == "NoExecute") return key == kRules[0].taint || key == kRules[1].taint;
  if (effect != "NoSchedule") return false;
  return key == kUnschedulable ||
         std::any_of(kRules.begin(), kRules.end(), [key](const Rule& rule) { return rule.taint == key; });
}

std::vector<Taint> wanted_taints(View node, bool evict) {
  std::vector<Taint> wanted;
  for (const View c : node["status"]["conditions"].items())
    for (const Rule& rule : kRules) {
      if (c["type"].as_string() != rule.condition || c["status"].as_string() != rule.status) continue;
      wanted.emplace_back(rule.taint, "NoSchedule");
      if (evict && rule.condition == "Ready") wanted.emplace_back(rule.taint, "NoExecute");
    }
  if (node["spec"]["unschedulable"].as_bool()) wanted.emplace_back(kUnschedulable, "NoSchedule");
  return wanted;
}

}  // namespace

int64_t grace_ns(View node) { return (condition_of(node, "Ready").exists() ? 50 : 60) * object::kSecondNs; }

bool is_ready(View node) { return condition_of(node, "Ready")["status"].as_string() == "True"; }

std::optional<Value> unresponsive(View node, object::TimeNs now) {
  Value changed = node.to_value();
  Value& conditions = changed["status"]["conditions"];
  if (conditions.is_null()) conditions = Value::array();
  bool news = false;
  for (const std::string_view type : kToldByNode) {
    const auto at = std::find_if(conditions.items().begin(), conditions.items().end(),
                                 [type](const Value& c) { return View(c)["type"].as_string() == type; });
    if (at == conditions.items().end()) {
      conditions.push_back(Value::object({{"type", type},
                                          {"status", "Unknown"},
                                          {"lastHeartbeatTime", object::format_time(creation_time(node))},
                                          {"lastTransitionTime", object::format_time(now)},
                                          {"reason", "NodeStatusNeverUpdated"},
                                          {"message", "Kubelet never posted node status."}}));
    } else if (View(*at)["status"].as_string() != "Unknown") {
      at->set("status", "Unknown");
      at->set("lastTransitionTime", object::format_time(now));
      at->set("reason", "NodeStatusUnknown");
      at->set("message", "Kubelet stopped posting node status.");
    } else {
      continue;
    }
    news = true;
  }
  if (!news) return std::nullopt;
  return changed;
}

std::optional<Value> with_taints(View node, bool evict, object::TimeNs now) {
  std::vector<Taint> missing = wanted_taints(node, evict);
  Value taints = Value::array();
  bool news = false;
  for (const View taint : node["spec"]["taints"].items()) {
    const auto at =
        std::find(missing.begin(), missing.end(), Taint(taint["key"].as_string(), taint["effect"].as_string()));
    const bool wanted = at != missing.end();
    if (wanted) missing.erase(at);
    if (is_managed(taint) && !wanted)
      news = true;
    else
      taints.push_back(taint.to_value());
  }
  for (const auto& [key, effect] : missing) {
    Value taint = Value::object({{"key", key}, {"effect", effect}});
    if (effect == "NoExecute" || key == kUnschedulable) taint.set("timeAdded", object::format_time(now));
    taints.push_back(std::move(taint));
  }
  if (!news && missing.empty()) return std::nullopt;
  Value changed = node.to_value();
  if (taints.items().empty())
    changed["spec"].erase("taints");
  else
    changed["spec"].set("taints", std::move(taints));
  return changed;
}

std::optional<Value> not_ready(View pod, object::TimeNs now) {
  if (!is_pod_ready(pod)) return std::nullopt;
  Value changed = pod.to_value();
  for (Value& c : changed["status"]["conditions"].items()) {
    if (View(c)["type"].as_string() != "Ready") continue;
    c.set("status", "False");
    c.set("lastTransitionTime", object::format_time(now));
  }
  return changed;
}

}  // namespace proa::controllers::node_lifecycle
