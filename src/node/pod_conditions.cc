#include <fmt/format.h>
#include <fmt/ranges.h>

#include "node/pod_status.h"
#include "object/meta.h"
#include "object/time.h"

namespace proa::node {

using object::Value;
using object::View;

namespace {

View status_of(View status, std::string_view list, std::string_view name) {
  for (View each : status[object::Key(list)].items())
    if (each["name"].as_string() == name) return each;
  return {};
}

/// What the containers of one pod amount to, counted for the phase.
struct Tally {
  int pending_init = 0, pending_sidecars = 0, failed_for_good = 0;
  int unknown = 0, running = 0, waiting = 0, stopped = 0, stopped_for_good = 0, succeeded = 0;
};

void count_init(View pod, View spec, View state, View last, Tally& tally) {
  View ended = state["terminated"];
  if (state["waiting"].exists()) ended = last["terminated"];
  if (!ended.exists()) {
    ++tally.pending_init;
  } else if (const int code = static_cast<int>(ended["exitCode"].as_int()); code != 0) {
    if (!restarts_after(pod, spec, code)) ++tally.failed_for_good;
  }
}

void count_sidecar(View status, View state, View last, Tally& tally) {
  if (state["running"].exists()) {
    if (!status["started"].as_bool()) ++tally.pending_sidecars;
    ++tally.running;
  } else if (state["waiting"].exists() && !last["terminated"].exists()) {
    ++tally.pending_sidecars;
    ++tally.waiting;
  } else if (!state["terminated"].exists() && !state["waiting"].exists()) {
    ++tally.pending_sidecars;
    ++tally.unknown;
  }
}

void count_regular(View pod, View spec, View state, View last, Tally& tally) {
  if (state["running"].exists()) {
    ++tally.running;
    return;
  }
  const bool waits = state["waiting"].exists();
  const View ended = waits ? last["terminated"] : state["terminated"];
  if (!ended.exists()) {
    ++(waits ? tally.waiting : tally.unknown);
    return;
  }
  const int code = static_cast<int>(ended["exitCode"].as_int());
  ++tally.stopped;
  if (!restarts_after(pod, spec, code)) ++tally.stopped_for_good;
  if (!waits && code == 0) ++tally.succeeded;
}

/// `[a b]`, as Go prints a list of names.
std::string go_list(const std::vector<std::string>& names) { return fmt::format("[{}]", fmt::join(names, " ")); }

struct Verdict {
  bool status = true;
  std::string reason, message;
};

Verdict by_names(std::string_view reason, std::string_view word, const std::vector<std::string>& unknown,
                 const std::vector<std::string>& lacking) {
  std::string message;
  if (!unknown.empty()) message = fmt::format("containers with unknown status: {}", go_list(unknown));
  if (!lacking.empty())
    message += fmt::format("{}containers with {} status: {}", message.empty() ? "" : ", ", word, go_list(lacking));
  if (message.empty()) return {};
  return {false, std::string(reason), message};
}

Verdict containers_ready(View pod, View status) {
  std::vector<std::string> unknown, unready;
  const auto check = [&](View spec, std::string_view list) {
    const View each = status_of(status, list, spec["name"].as_string());
    if (!each.exists())
      unknown.push_back(spec["name"].str());
    else if (!each["ready"].as_bool())
      unready.push_back(spec["name"].str());
  };
  for (View spec : pod["spec"]["initContainers"].items())
    if (is_sidecar(spec)) check(spec, "initContainerStatuses");
  for (View spec : pod["spec"]["containers"].items()) check(spec, "containerStatuses");
  const std::string_view phase = status["phase"].as_string();
  if (phase == "Succeeded" && unknown.empty()) return {false, "PodCompleted", ""};
  if (phase == "Failed") return {false, "PodFailed", ""};
  return by_names("ContainersNotReady", "unready", unknown, unready);
}

Verdict pod_ready(View pod, View status, const Verdict& containers) {
  if (!containers.status) return containers;
  std::string message;
  for (View gate : pod["spec"]["readinessGates"].items()) {
    const std::string_view type = gate["conditionType"].as_string();
    View condition;
    for (View each : pod["status"]["conditions"].items())
      if (each["type"].as_string() == type) condition = each;
    std::string why;
    if (!condition.exists())
      why = fmt::format("corresponding condition of pod readiness gate \"{}\" does not exist.", type);
    else if (condition["status"].as_string() != "True")
      why = fmt::format("the status of pod readiness gate \"{}\" is not \"True\", but {}", type,
                        condition["status"].as_string());
    if (!why.empty()) message += (message.empty() ? "" : ", ") + why;
  }
  (void)status;
  if (!message.empty()) return {false, "ReadinessGatesNotReady", message};
  return {};
}

Verdict initialized(View pod, View status) {
  std::vector<std::string> unknown, incomplete;
  for (View spec : pod["spec"]["initContainers"].items()) {
    const View each = status_of(status, "initContainerStatuses", spec["name"].as_string());
    if (!each.exists())
      unknown.push_back(spec["name"].str());
    else if (is_sidecar(spec) ? !each["started"].as_bool() : !each["ready"].as_bool())
      incomplete.push_back(spec["name"].str());
  }
  if (status["phase"].as_string() == "Succeeded" && unknown.empty()) return {true, "PodCompleted", ""};
  for (View each : status["containerStatuses"].items())
    if (each["state"]["running"].exists() || each["state"]["terminated"].exists()) return {};
  return by_names("ContainersNotInitialized", "incomplete", unknown, incomplete);
}

bool sandbox_ready(const PodInput& in) {
  if (in.runtime.sandboxes.empty()) return false;
  const auto& newest = in.runtime.sandboxes.front();
  return newest.ready && !in.memory.stopped_sandboxes.contains(newest.id) &&
         (uses_host_network(in.pod) || !newest.ips.empty());
}

bool is_ours(std::string_view type) {
  for (const char* each : {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"})
    if (type == each) return true;
  return false;
}

}  // namespace

std::string_view pod_phase(View pod, View status, bool over, bool has_initialized) {
  Tally tally;
  for (View spec : pod["spec"]["initContainers"].items()) {
    const View each = status_of(status, "initContainerStatuses", spec["name"].as_string());
    if (is_sidecar(spec))
      count_sidecar(each, each["state"], each["lastState"], tally);
    else
      count_init(pod, spec, each["state"], each["lastState"], tally);
  }
  for (View spec : pod["spec"]["containers"].items()) {
    const View each = status_of(status, "containerStatuses", spec["name"].as_string());
    count_regular(pod, spec, each["state"], each["lastState"], tally);
  }
  if (tally.failed_for_good > 0) return "Failed";
  if (tally.pending_init > 0 || (tally.pending_sidecars > 0 && !has_initialized) || tally.waiting > 0) return "Pending";
  if (tally.unknown > 0) return "Pending";
  if (tally.running > 0) return "Running";
  if (tally.stopped == 0) return "Pending";
  if (!over && tally.stopped != tally.stopped_for_good) return "Running";
  return tally.stopped == tally.succeeded ? "Succeeded" : "Failed";
}

Value pod_conditions(const PodInput& in, View status) {
  const View old = in.pod["status"]["conditions"];
  Value out = Value::array();
  for (View each : old.items())
    if (!is_ours(each["type"].as_string())) out.push_back(each.to_value());
  const auto add = [&](std::string_view type, const Verdict& verdict) {
    const std::string_view word = verdict.status ? "True" : "False";
    Value condition = Value::object({{"type", type}});
    if (const int64_t generation = object::generation_of(in.pod); generation > 0)
      condition["observedGeneration"] = generation;
    condition["status"] = word;
    condition["lastProbeTime"] = nullptr;
    condition["lastTransitionTime"] = object::format_time(in.now);
    for (View each : old.items())
      if (each["type"].as_string() == type && each["status"].as_string() == word)
        condition["lastTransitionTime"] = each["lastTransitionTime"].to_value();
    if (!verdict.reason.empty()) condition["reason"] = verdict.reason;
    if (!verdict.message.empty()) condition["message"] = verdict.message;
    out.push_back(std::move(condition));
  };
  const Verdict containers = containers_ready(in.pod, status);
  add("PodReadyToStartContainers", {sandbox_ready(in), "", ""});
  add("Initialized", initialized(in.pod, status));
  add("Ready", pod_ready(in.pod, status, containers));
  add("ContainersReady", containers);
  add("PodScheduled", {});
  return out;
}

}  // namespace proa::node
