#include "admission/plugins.h"

namespace proa::admission {

void taint_new_node(object::Value& node, const Attributes& /*attributes*/) {
  for (const object::View taint : object::View(node)["spec"]["taints"].items())
    if (taint["key"].as_string() == "node.kubernetes.io/not-ready" && taint["effect"].as_string() == "NoSchedule")
      return;
  node["spec"]["taints"].push_back(
      object::Value::object({{"key", "node.kubernetes.io/not-ready"}, {"effect", "NoSchedule"}}));
}

}  // namespace proa::admission
