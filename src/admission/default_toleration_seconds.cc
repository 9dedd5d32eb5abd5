#include "admission/plugins.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;

bool tolerates(View pod, std::string_view taint) {
  for (const View toleration : pod["spec"]["tolerations"].items()) {
    const std::string_view key = toleration["key"].as_string(), effect = toleration["effect"].as_string();
    if ((key.empty() || key == taint) && (effect.empty() || effect == "NoExecute")) return true;
  }
  return false;
}

}  // namespace

void tolerate_lost_nodes(Value& pod, const Attributes& /*attributes*/) {
  for (const char* taint : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (tolerates(pod, taint)) continue;
    pod["spec"]["tolerations"].push_back(
        Value::object({{"key", taint}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}}));
  }
}

}  // namespace proa::admission
