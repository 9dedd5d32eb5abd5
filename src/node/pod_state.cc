#include "node/pod_state.h"

#include <fmt/format.h>

#include "object/meta.h"
#include "object/quantity.h"

namespace proa::node {

using object::Quantity;
using object::View;

const cri::ContainerStatus* PodRuntimeState::newest(std::string_view name) const {
  for (const cri::ContainerStatus& each : containers)
    if (each.name == name) return &each;
  return nullptr;
}

View container_spec(View pod, std::string_view name) {
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
    for (View each : pod["spec"][object::Key(std::string_view(list))].items())
      if (each["name"].as_string() == name) return each;
  return {};
}

bool is_sidecar(View container) { return container["restartPolicy"].as_string() == "Always"; }

bool restarts_after(View pod, View container, int exit_code) {
  std::string_view policy = pod["spec"]["restartPolicy"].as_string("Always");
  if (container["restartPolicy"].exists()) {
    for (View rule : container["restartPolicyRules"].items()) {
      bool listed = false;
      for (View value : rule["exitCodes"]["values"].items()) listed = listed || value.as_int() == exit_code;
      if (rule["exitCodes"].exists() && listed == (rule["exitCodes"]["operator"].as_string() == "In")) return true;
    }
    policy = container["restartPolicy"].as_string();
  }
  if (policy == "Never") return false;
  return policy != "OnFailure" || exit_code != 0;
}

bool should_start(View pod, View container, const PodRuntimeState& runtime) {
  if (object::is_deleting(pod)) return false;
  const cri::ContainerStatus* newest = runtime.newest(container["name"].as_string());
  if (newest == nullptr) return true;
  if (newest->state == cri::ContainerState::kRunning) return false;
  if (newest->state != cri::ContainerState::kExited) return true;  // created or unknown: it failed to start
  return restarts_after(pod, container, newest->exit_code);
}

bool uses_host_network(View pod) { return pod["spec"]["hostNetwork"].as_bool(); }

bool has_finished(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

namespace {

/// Adds cpu and memory of `list` to `sum`; true when both are named and above zero.
bool add_compute(View list, std::map<std::string, Quantity>& sum) {
  int found = 0;
  for (auto [name, text] : list.members()) {
    if (name != "cpu" && name != "memory") continue;
    const auto quantity = Quantity::parse(text.as_string());
    if (!quantity || quantity->is_zero() || quantity->is_negative()) continue;
    auto [at, fresh] = sum.try_emplace(std::string(name), *quantity);
    if (!fresh) at->second = at->second + *quantity;
    ++found;
  }
  return found == 2;
}

}  // namespace

std::string_view qos_class(View pod) {
  const View known = pod["status"]["qosClass"];
  if (known.is_string() && !known.as_string().empty()) return known.as_string();
  std::map<std::string, Quantity> requests, limits;
  bool guaranteed = true;
  const View whole = pod["spec"]["resources"];
  if (whole.exists() && !whole.empty()) {
    add_compute(whole["requests"], requests);
    guaranteed = add_compute(whole["limits"], limits);
  } else {
    for (const char* list : {"containers", "initContainers"})
      for (View each : pod["spec"][object::Key(std::string_view(list))].items()) {
        add_compute(each["resources"]["requests"], requests);
        guaranteed = add_compute(each["resources"]["limits"], limits) && guaranteed;
      }
  }
  if (requests.empty() && limits.empty()) return "BestEffort";
  return guaranteed && requests == limits ? "Guaranteed" : "Burstable";
}

std::string pod_label(View pod) {
  return fmt::format("{}_{}({})", object::name_of(pod), object::namespace_of(pod), object::uid_of(pod));
}

std::string container_hash(View container) {
  const std::string both = fmt::format("{}\n{}", container["name"].as_string(), container["image"].as_string());
  return fmt::format("{:x}", object::name_hash(both));
}

}  // namespace proa::node
