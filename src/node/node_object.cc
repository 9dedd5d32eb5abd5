#include "node/node_object.h"

#include <fmt/format.h>

#include "object/meta.h"
#include "object/time.h"

namespace proa::node {

using object::Value;
using object::View;

namespace {

constexpr int kLeaseSeconds = 40;
constexpr int64_t kSystemMemory = 0;

struct Verdict {
  const char* type;
  bool status;
  std::string reason, message;
};

Value condition(const Verdict& verdict, View old, const std::string& now) {
  const char* word = verdict.status ? "True" : "False";
  std::string since = now;
  for (View each : old["conditions"].items())
    if (each["type"].as_string() == verdict.type && each["status"].as_string() == word)
      since = each["lastTransitionTime"].as_string(now);
  return Value::object({{"type", verdict.type},
                        {"status", word},
                        {"lastHeartbeatTime", now},
                        {"lastTransitionTime", since},
                        {"reason", verdict.reason},
                        {"message", verdict.message}});
}

Value amounts(const NodeSettings& s, int64_t memory) {
  return Value::object(
      {{"cpu", s.milli_cpu % 1000 == 0 ? std::to_string(s.milli_cpu / 1000) : fmt::format("{}m", s.milli_cpu)},
       {"ephemeral-storage", fmt::format("{}Ki", s.ephemeral_bytes / 1024)},
       {"hugepages-1Gi", "0"},
       {"hugepages-2Mi", "0"},
       {"memory", fmt::format("{}Ki", memory / 1024)},
       {"pods", std::to_string(s.max_pods)}});
}

}  // namespace

Value new_node(const NodeSettings& s) {
#if defined(__aarch64__)
  const char* arch = "arm64";
#else
  const char* arch = "amd64";
#endif
  Value labels = Value::object({{"beta.kubernetes.io/arch", arch},
                                {"beta.kubernetes.io/os", "linux"},
                                {"kubernetes.io/arch", arch},
                                {"kubernetes.io/hostname", s.hostname},
                                {"kubernetes.io/os", "linux"}});
  if (!s.simulated) labels["node-role.kubernetes.io/control-plane"] = "";
  Value metadata = Value::object({{"name", s.name}, {"labels", std::move(labels)}});
  metadata["annotations"] = Value::object({{"volumes.kubernetes.io/controller-managed-attach-detach", "true"}});
  Value spec = Value::object();
  if (!s.pod_cidr.empty()) {
    spec["podCIDR"] = s.pod_cidr;
    spec["podCIDRs"] = Value::array({s.pod_cidr});
  }
  return Value::object(
      {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}});
}

Value node_status(const NodeSettings& s, const NodeState& state, View old, runtime::TimeNs now) {
  const std::string time = object::format_time(now);
  const Verdict verdicts[] = {
      {"MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
      {"DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
      {"PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
      state.ready ? Verdict{"Ready", true, "KubeletReady", "kubelet is posting ready status"}
                  : Verdict{"Ready", false, "KubeletNotReady", state.not_ready_reason},
  };
  Value conditions = Value::array();
  for (View each : old["conditions"].items()) {  // those that others wrote stay
    bool ours = false;
    for (const Verdict& verdict : verdicts) ours = ours || each["type"].as_string() == verdict.type;
    if (!ours) conditions.push_back(each.to_value());
  }
  for (const Verdict& verdict : verdicts) conditions.push_back(condition(verdict, old, time));
  Value status = Value::object(
      {{"capacity", amounts(s, s.memory_bytes)}, {"allocatable", amounts(s, s.memory_bytes - kSystemMemory)}});
  status["conditions"] = std::move(conditions);
  status["addresses"] = Value::array({Value::object({{"type", "InternalIP"}, {"address", s.ip}}),
                                      Value::object({{"type", "Hostname"}, {"address", s.hostname}})});
  status["daemonEndpoints"] = Value::object({{"kubeletEndpoint", Value::object({{"Port", 10250}})}});
  status["nodeInfo"] = state.info;
  if (!View(state.images).empty()) status["images"] = state.images;
  return status;
}

bool same_status(View a, View b) {
  const auto without_heartbeats = [](View status) {
    Value out = status.to_value();
    if (!out.is_object()) return out;
    if (Value* conditions = out.find("conditions"); conditions != nullptr && conditions->is_array())
      for (Value& each : conditions->items()) each.erase("lastHeartbeatTime");
    return out;
  };
  return View(without_heartbeats(a)) == View(without_heartbeats(b));
}

Value node_lease(const NodeSettings& s, View node, runtime::TimeNs now) {
  Value owner =
      Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", s.name}, {"uid", object::uid_of(node)}});
  Value metadata = Value::object({{"name", s.name}, {"namespace", "kube-node-lease"}});
  metadata["ownerReferences"] = Value::array({std::move(owner)});
  Value spec = Value::object({{"holderIdentity", s.name},
                              {"leaseDurationSeconds", kLeaseSeconds},
                              {"renewTime", object::format_micro_time(now)}});
  return Value::object({{"apiVersion", "coordination.k8s.io/v1"},
                        {"kind", "Lease"},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)}});
}

}  // namespace proa::node
