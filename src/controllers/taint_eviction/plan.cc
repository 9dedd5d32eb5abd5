#include "controllers/taint_eviction/plan.h"

#include <algorithm>

#include "controllers/workload/pod_conditions.h"
#include "object/node_match.h"

namespace proa::controllers::taint_eviction {

using object::View;

std::optional<int64_t> seconds_to_stay(View pod, View node) {
  std::optional<int64_t> stay;
  for (const View taint : node["spec"]["taints"].items()) {
    if (taint["effect"].as_string() != "NoExecute") continue;
    if (!stay) stay = kForever;
    bool tolerated = false;
    for (const View toleration : pod["spec"]["tolerations"].items()) {
      if (!object::toleration_matches(toleration, taint)) continue;
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
