#include "controllers/taint_eviction/plan.h"

#include <algorithm>

#include "controllers/workload/pod_conditions.h"

namespace proa::controllers::taint_eviction {
namespace {

using object::View;

bool tolerates(View toleration, View taint) {
  const std::string_view effect = toleration["effect"].as_string(), key = toleration["key"].as_string();
  const std::string_view op = toleration["operator"].as_string();
  if (!effect.empty() && effect != taint["effect"].as_string()) return false;
  if (!key.empty() && key != taint["key"].as_string()) return false;
  return op == "Exists" ||
         ((op.empty() || op == "Equal") && toleration["value"].as_string() == taint["value"].as_string());
}

}  // namespace

std::optional<int64_t> seconds_to_stay(View pod, View node) {
  std::optional<int64_t> stay;
  for (const View taint : node["spec"]["taints"].items()) {
    if (taint["effect"].as_string() != "NoExecute") continue;
    if (!stay) stay = kForever;
    bool tolerated = false;
    for (const View toleration : pod["spec"]["tolerations"].items()) {
      if (!tolerates(toleration, taint)) continue;
      tolerated = true;
      const View seconds = toleration["tolerationSeconds"];
      if (seconds.is_int())
        stay = stay == kForever ? std::max<int64_t>(0, seconds.as_int())
                                : std::min(*stay, std::max<int64_t>(0, seconds.as_int()));
      break;
    }
    if (!tolerated) return 0;
  }
  return stay;
}

object::Value marked(View pod, int64_t now) {
  object::Value changed = pod.to_value();
  set_pod_condition(changed, "DisruptionTarget", "True", "DeletionByTaintManager",
                    "Taint manager: deleting due to NoExecute taint", now);
  return changed;
}

}  // namespace proa::controllers::taint_eviction
