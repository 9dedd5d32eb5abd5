#include "node/pod_status.h"

#include <algorithm>

#include <fmt/format.h>

#include "object/meta.h"
#include "object/quantity.h"
#include "object/time.h"

namespace proa::node {

using cri::ContainerState;
using object::Quantity;
using object::Value;
using object::View;

namespace {

View status_named(View list, std::string_view name) {
  for (View each : list.items())
    if (each["name"].as_string() == name) return each;
  return {};
}

Value time_value(int64_t ns) { return ns > 0 ? Value(object::format_time(ns)) : Value(); }

struct ContainerStatuses {
  const PodInput& in;
  View old_list;
  bool init = false, ephemeral = false;

  std::string id_of(const cri::ContainerStatus& c) const { return in.runtime_name + "://" + c.id; }

  Value terminated(const cri::ContainerStatus& c) const {
    Value out = Value::object({{"exitCode", c.exit_code}});
    if (!c.reason.empty()) out["reason"] = c.reason;
    if (!c.message.empty()) out["message"] = c.message;
    // One that could not be started has no start; kubelet publishes the runtime's 0 as it is.
    out["startedAt"] = object::format_time(std::max<int64_t>(c.started_at, 0));
    out["finishedAt"] = time_value(c.finished_at);
    out["containerID"] = id_of(c);
    return Value::object({{"terminated", std::move(out)}});
  }

  Value state_of(const cri::ContainerStatus& c) const {
    if (c.state == ContainerState::kRunning)
      return Value::object({{"running", Value::object({{"startedAt", time_value(c.started_at)}})}});
    if (c.state == ContainerState::kExited) return terminated(c);
    return Value::object({{"waiting", Value::object()}});
  }

  static Value waiting(const Waiting& why) {
    Value out = Value::object({{"reason", why.reason}});
    if (!why.message.empty()) out["message"] = why.message;
    return Value::object({{"waiting", std::move(out)}});
  }

  /// The state of a container that the runtime does not know, by what was published before.
  void from_the_past(Value& out, View spec, View old) const {
    const bool has_init = !in.pod["spec"]["initContainers"].empty();
    if (old["state"]["terminated"].exists()) {
      for (const char* field : {"state", "lastState", "restartCount", "image", "imageID", "containerID"})
        if (View kept = old[object::Key(std::string_view(field))]; kept.exists())
          out[object::Key(std::string_view(field))] = kept.to_value();
      return;
    }
    if (init && !is_sidecar(spec) && any_regular_created()) return lost_after_success(out);
    out["state"] = waiting({has_init ? "PodInitializing" : "ContainerCreating", ""});
    if (!old.exists()) return;
    out["restartCount"] = old["restartCount"].as_int();
    if (old["lastState"].exists()) out["lastState"] = old["lastState"].to_value();
    if (!old["state"]["running"].exists() || old["lastState"]["terminated"].exists()) return;
    out["lastState"] =
        Value::object({{"terminated", Value::object({{"exitCode", 137},
                                                     {"reason", "ContainerStatusUnknown"},
                                                     {"message",
                                                      "The container could not be located when the pod was deleted.  "
                                                      "The container used to be Running"},
                                                     {"startedAt", Value()},
                                                     {"finishedAt", Value()}})}});
    if (!object::is_deleting(in.pod)) out["restartCount"] = old["restartCount"].as_int() + 1;
  }

  bool any_regular_created() const {
    for (View each : in.pod["spec"]["containers"].items())
      if (in.runtime.newest(each["name"].as_string()) != nullptr) return true;
    return false;
  }

  /// An init container of which nobody knows any more: that others were made after it proves its success.
  static void lost_after_success(Value& out) {
    out["state"] = Value::object(
        {{"terminated", Value::object({{"exitCode", 0},
                                       {"reason", "Completed"},
                                       {"message",
                                        "Unable to get init container status from container runtime and pod has been "
                                        "initialized, treat it as exited normally"},
                                       {"startedAt", Value()},
                                       {"finishedAt", Value()}})}});
  }

  void from_runtime(Value& out, const cri::ContainerStatus& newest) const {
    out["state"] = state_of(newest);
    out["restartCount"] = static_cast<int64_t>(newest.attempt);
    out["image"] = newest.image;
    out["imageID"] = newest.image_ref;
    out["containerID"] = id_of(newest);
    bool first = true;
    for (const auto& each : in.runtime.containers) {
      if (each.name != newest.name) continue;
      if (!first) {
        out["lastState"] = state_of(each);
        return;
      }
      first = false;
    }
    const View old = status_named(old_list, newest.name);
    if (old["containerID"].as_string() != id_of(newest) && old["state"]["terminated"].exists())
      out["lastState"] = Value::object({{"terminated", old["state"]["terminated"].to_value()}});
    else if (old["lastState"]["terminated"].exists())
      out["lastState"] = old["lastState"].to_value();
  }

  /// A container that will be started, but not yet: it waits, and says why.
  void overlay_waiting(Value& out, View spec, const cri::ContainerStatus* newest) const {
    if (init && newest != nullptr && newest->state == ContainerState::kExited && newest->exit_code == 0) return;
    if (init && newest == nullptr && View(out)["state"]["terminated"].exists() && !is_sidecar(spec)) return;
    if (!should_start(in.pod, spec, in.runtime)) return;
    const auto why = in.memory.waiting.find(spec["name"].str());
    if (why == in.memory.waiting.end()) return;
    if (View(out)["state"]["terminated"].exists()) out["lastState"] = View(out)["state"].to_value();
    out["state"] = waiting(why->second);
  }

  void volume_mounts(Value& out, View spec) const {
    for (View mount : spec["volumeMounts"].items()) {
      Value each = Value::object({{"name", mount["name"].to_value()}, {"mountPath", mount["mountPath"].to_value()}});
      if (mount["readOnly"].as_bool()) {
        each["readOnly"] = true;
        each["recursiveReadOnly"] = "Disabled";
      }
      out["volumeMounts"].push_back(std::move(each));
    }
  }

  /// `started` and `ready`, by the probes; what was published for the same container counts until a probe speaks.
  void probe_results(Value& out, View spec, const cri::ContainerStatus* newest, View old) const {
    const bool running = View(out)["state"]["running"].exists();
    const bool same = newest != nullptr && old["containerID"].as_string() == id_of(*newest);
    const auto at = newest == nullptr ? in.probes.end() : in.probes.find(newest->id);
    const ProbeResults results = at == in.probes.end() ? ProbeResults{} : at->second;
    bool started = running;
    if (running && spec["startupProbe"].exists())
      started = results.startup ? *results.startup : same && old["started"].as_bool();
    out["started"] = started;
    if (init && !is_sidecar(spec)) {
      const View ended = View(out)["state"]["terminated"];
      out["ready"] = ended.exists() && ended["exitCode"].as_int() == 0;
      return;
    }
    bool ready = started;
    if (ready && spec["readinessProbe"].exists())
      ready = results.readiness ? *results.readiness : same && old["ready"].as_bool();
    else if (ready)
      ready = in.now >= newest->started_at + kSettle || (same && old["ready"].as_bool());
    out["ready"] = ready;
  }

  Value make(View spec) const {
    const std::string_view name = spec["name"].as_string();
    const View old = status_named(old_list, name);
    const cri::ContainerStatus* newest = in.runtime.newest(name);
    Value out = Value::object({{"name", name},
                               {"state", Value::object()},
                               {"lastState", Value::object()},
                               {"ready", false},
                               {"restartCount", 0},
                               {"image", spec["image"].str()},
                               {"imageID", ""}});
    if (newest != nullptr) {
      from_runtime(out, *newest);
    } else {
      from_the_past(out, spec, old);
    }
    overlay_waiting(out, spec, newest);
    if (!ephemeral) probe_results(out, spec, newest, old);
    if (newest != nullptr) {
      if (View requests = spec["resources"]["requests"]; !requests.empty())
        out["allocatedResources"] = requests.to_value();
      const View resources = spec["resources"];
      out["resources"] = resources.exists() ? resources.to_value() : Value::object();
    }
    volume_mounts(out, spec);
    return out;
  }
};

Value container_statuses(const PodInput& in, std::string_view specs, std::string_view statuses, bool by_name) {
  const ContainerStatuses maker{in, in.pod["status"][object::Key(statuses)], specs == "initContainers",
                                specs == "ephemeralContainers"};
  std::vector<Value> all;
  for (View spec : in.pod["spec"][object::Key(specs)].items()) all.push_back(maker.make(spec));
  if (by_name) std::ranges::stable_sort(all, {}, [](const Value& each) { return View(each)["name"].str(); });
  return Value(std::move(all));
}

using Amounts = std::map<std::string, Quantity>;

void add(Amounts& sum, View list) {
  for (auto [name, text] : list.members())
    if (const auto quantity = Quantity::parse(text.as_string())) {
      auto [at, fresh] = sum.try_emplace(std::string(name), *quantity);
      if (!fresh) at->second = at->second + *quantity;
    }
}

/// Requests (or limits) of all containers, as the pod needs them at one time: an init container beside the sidecars
/// that stand before it, or all others beside all sidecars. What the pod as a whole names goes before that.
Value pod_resources(View pod, std::string_view what) {
  Amounts sum, sidecars, most;
  for (View spec : pod["spec"]["containers"].items()) add(sum, spec["resources"][object::Key(what)]);
  for (View spec : pod["spec"]["initContainers"].items()) {
    const View own = spec["resources"][object::Key(what)];
    Amounts now = sidecars;
    add(now, own);
    if (is_sidecar(spec)) sidecars = now;
    if (is_sidecar(spec)) add(sum, own);
    for (const auto& [name, quantity] : now) most[name] = std::max(most[name], quantity);
  }
  for (const auto& [name, quantity] : most) sum[name] = std::max(sum[name], quantity);
  for (auto [name, text] : pod["spec"]["resources"][object::Key(what)].members())
    if (const auto quantity = Quantity::parse(text.as_string())) sum[std::string(name)] = *quantity;
  Value out = Value::object();
  for (const auto& [name, quantity] : sum) out[object::Key(name)] = quantity.to_string();
  return out;
}

void addresses(const PodInput& in, Value& status) {
  if (!in.node_ip.empty()) {
    status["hostIP"] = in.node_ip;
    status["hostIPs"] = Value::array({Value::object({{"ip", in.node_ip}})});
  }
  std::vector<std::string> ips;
  if (!in.runtime.sandboxes.empty()) ips = in.runtime.sandboxes.front().ips;
  if (uses_host_network(in.pod) && !in.node_ip.empty()) ips = {in.node_ip};
  if (ips.empty() && !in.pod["status"]["podIP"].as_string().empty() &&
      (object::is_deleting(in.pod) || has_finished(in.pod)))
    ips = {in.pod["status"]["podIP"].str()};
  if (ips.empty()) return;
  status["podIP"] = ips.front();
  status["podIPs"] = Value::array();
  for (const std::string& ip : ips) status["podIPs"].push_back(Value::object({{"ip", ip}}));
}

}  // namespace

namespace {

/// A container that was made and does not run yet is not shown: what was before it stands until it runs.
std::optional<PodRuntimeState> without_unborn(const PodInput& in) {
  const cri::ContainerStatus* newest = in.memory.starting.empty() ? nullptr : in.runtime.newest(in.memory.starting);
  if (newest == nullptr || newest->state != ContainerState::kCreated) return std::nullopt;
  PodRuntimeState out = in.runtime;
  std::erase_if(out.containers, [id = newest->id](const auto& each) { return each.id == id; });
  return out;
}

Value status_of_seen(const PodInput& in, bool over);

}  // namespace

Value make_pod_status(const PodInput& in, bool over) {
  const std::optional<PodRuntimeState> seen = without_unborn(in);
  if (!seen) return status_of_seen(in, over);
  return status_of_seen({in.pod, *seen, in.probes, in.memory, in.node_ip, in.runtime_name, in.now}, over);
}

namespace {

Value status_of_seen(const PodInput& in, bool over) {
  const View pod = in.pod;
  const View old = pod["status"];
  Value lists = Value::object();
  if (!pod["spec"]["initContainers"].empty())
    lists["initContainerStatuses"] = container_statuses(in, "initContainers", "initContainerStatuses", false);
  lists["containerStatuses"] = container_statuses(in, "containers", "containerStatuses", true);
  if (!pod["spec"]["ephemeralContainers"].empty())
    lists["ephemeralContainerStatuses"] =
        container_statuses(in, "ephemeralContainers", "ephemeralContainerStatuses", true);

  bool initialized = false;
  for (View spec : pod["spec"]["containers"].items())
    initialized = initialized || in.runtime.newest(spec["name"].as_string()) != nullptr;
  std::string phase(pod_phase(pod, lists, over, initialized));
  if (has_finished(pod)) phase = old["phase"].str();
  const bool evicted = over && !in.memory.evicted.reason.empty() && !has_finished(pod);
  if (evicted || (over && phase != "Succeeded" && phase != "Failed")) phase = "Failed";

  Value status = Value::object();
  status["observedGeneration"] = std::max(object::generation_of(pod), old["observedGeneration"].as_int());
  status["phase"] = phase;
  lists["phase"] = phase;
  status["conditions"] = pod_conditions(in, lists);
  if (old["phase"].as_string() == phase) {
    for (const char* field : {"message", "reason"})
      if (View kept = old[object::Key(std::string_view(field))]; kept.exists())
        status[object::Key(std::string_view(field))] = kept.to_value();
  }
  if (evicted) {
    status["message"] = in.memory.evicted.message;
    status["reason"] = in.memory.evicted.reason;
  }
  if (View nominated = old["nominatedNodeName"]; nominated.exists()) status["nominatedNodeName"] = nominated.to_value();
  addresses(in, status);
  const View started = old["startTime"];
  status["startTime"] = started.is_string() ? started.to_value() : Value(object::format_time(in.now));
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    if (const Value* each = lists.find(object::Key(std::string_view(list))))
      status[object::Key(std::string_view(list))] = *each;
  status["qosClass"] = qos_class(pod);
  if (const Value* each = lists.find("ephemeralContainerStatuses")) status["ephemeralContainerStatuses"] = *each;
  Value requests = pod_resources(pod, "requests");
  Value limits = pod_resources(pod, "limits");
  if (!View(requests).empty()) status["allocatedResources"] = requests;
  Value resources = Value::object();
  if (!View(limits).empty()) resources["limits"] = std::move(limits);
  if (!View(requests).empty()) resources["requests"] = std::move(requests);
  status["resources"] = std::move(resources);
  return status;
}

}  // namespace

}  // namespace proa::node
