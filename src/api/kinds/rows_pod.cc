// The STATUS column is the one that people read first: it tells the pod's phase, or the most telling reason of its
// containers. The rules are those of upstream's printPod.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/meta.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

struct Summary {
  std::string reason;
  int64_t ready = 0, total = 0, restarts = 0;
  std::optional<TimeNs> last_restart;
};

View condition(View pod, std::string_view type) {
  for (View item : pod["status"]["conditions"].items())
    if (item["type"].as_string() == type) return item;
  return {};
}

bool condition_is_true(View pod, std::string_view type) { return condition(pod, type)["status"].as_string() == "True"; }

bool is_sidecar(View pod, std::string_view name) {
  for (View container : pod["spec"]["initContainers"].items())
    if (container["name"].as_string() == name) return container["restartPolicy"].as_string() == "Always";
  return false;
}

void note_restarts(View status, int64_t& restarts, std::optional<TimeNs>& last) {
  restarts += status["restartCount"].as_int();
  const auto finished = object::time_of(status["lastState"]["terminated"]["finishedAt"]);
  if (finished && (!last || *last < *finished)) last = finished;
}

/// "Completed", "Error", "Signal:9" or "ExitCode:3".
std::string end_reason(View terminated) {
  if (const auto reason = terminated["reason"].as_string(); !reason.empty()) return std::string(reason);
  if (const int64_t signal = terminated["signal"].as_int(); signal != 0) return fmt::format("Signal:{}", signal);
  return fmt::format("ExitCode:{}", terminated["exitCode"].as_int());
}

struct InitState {
  bool initializing = false;
  int64_t sidecar_restarts = 0;
  std::optional<TimeNs> sidecar_last_restart;
};

/// What an init container that is not through says of the pod; nullopt: it is through.
std::optional<std::string> init_reason(View pod, View status, size_t index, Summary& summary) {
  const View terminated = status["state"]["terminated"];
  if (terminated && terminated["exitCode"].as_int() == 0) return std::nullopt;
  if (is_sidecar(pod, status["name"].as_string()) && status["started"].as_bool()) {
    if (status["ready"].as_bool()) ++summary.ready;
    return std::nullopt;
  }
  if (terminated) return "Init:" + end_reason(terminated);
  const auto waiting = status["state"]["waiting"]["reason"].as_string();
  if (!waiting.empty() && waiting != "PodInitializing") return fmt::format("Init:{}", waiting);
  return fmt::format("Init:{}/{}", index, pod["spec"]["initContainers"].size());
}

InitState read_init_containers(View pod, Summary& summary) {
  InitState state;
  size_t index = 0;
  for (View status : pod["status"]["initContainerStatuses"].items()) {
    note_restarts(status, summary.restarts, summary.last_restart);
    if (is_sidecar(pod, status["name"].as_string()))
      note_restarts(status, state.sidecar_restarts, state.sidecar_last_restart);
    if (auto reason = init_reason(pod, status, index++, summary)) {
      summary.reason = *reason;
      state.initializing = true;
      break;
    }
  }
  return state;
}

void read_containers(View pod, Summary& summary) {
  bool running = false;
  std::string error;
  const View statuses = pod["status"]["containerStatuses"];
  for (size_t i = statuses.size(); i-- > 0;) {
    const View status = statuses.at(i);
    note_restarts(status, summary.restarts, summary.last_restart);
    const View state = status["state"];
    if (const auto waiting = state["waiting"]["reason"].as_string(); !waiting.empty()) {
      summary.reason = waiting;
    } else if (const View terminated = state["terminated"]) {
      summary.reason = end_reason(terminated);
      if (terminated["exitCode"].as_int() != 0) error = summary.reason;
    } else if (status["ready"].as_bool() && state["running"]) {
      running = true;
      ++summary.ready;
    }
  }
  if (summary.reason != "Completed") return;
  if (running && condition_is_true(pod, "Ready")) {
    summary.reason = "Running";
  } else if (!error.empty()) {
    summary.reason = error;
  } else if (running) {
    summary.reason = "NotReady";
  }
}

Summary summarize(View pod) {
  Summary summary;
  const View status = pod["status"];
  const auto phase = status["phase"].as_string();
  summary.reason = or_else(status["reason"], phase);
  if (condition(pod, "PodScheduled")["reason"].as_string() == "SchedulingGated") summary.reason = "SchedulingGated";
  summary.total = static_cast<int64_t>(pod["spec"]["containers"].size());
  for (View container : pod["spec"]["initContainers"].items())
    if (container["restartPolicy"].as_string() == "Always") ++summary.total;

  const InitState init = read_init_containers(pod, summary);
  if (!init.initializing || condition_is_true(pod, "Initialized")) {
    summary.restarts = init.sidecar_restarts;
    summary.last_restart = init.sidecar_last_restart;
    read_containers(pod, summary);
  }
  if (object::is_deleting(pod)) {
    if (status["reason"].as_string() == "NodeLost") {
      summary.reason = "Unknown";
    } else if (phase != "Succeeded" && phase != "Failed") {
      summary.reason = "Terminating";
    }
  }
  return summary;
}

std::string readiness_gates(View pod) {
  const View gates = pod["spec"]["readinessGates"];
  if (gates.empty()) return "<none>";
  int passed = 0;
  for (View gate : gates.items())
    if (condition_is_true(pod, gate["conditionType"].as_string())) ++passed;
  return fmt::format("{}/{}", passed, gates.size());
}

}  // namespace

void pod(View object, TimeNs now, Cells& cells) {
  const Summary summary = summarize(object);
  std::string restarts = std::to_string(summary.restarts);
  if (summary.restarts != 0 && summary.last_restart)
    restarts += fmt::format(" ({} ago)", object::human_duration(now - *summary.last_restart));
  const View status = object["status"];
  cells = {object::name_of(object),
           fmt::format("{}/{}", summary.ready, summary.total),
           summary.reason,
           restarts,
           created(object, now),
           or_else(status["podIPs"].at(0)["ip"], "<none>"),
           or_else(object["spec"]["nodeName"], "<none>"),
           or_else(status["nominatedNodeName"], "<none>"),
           readiness_gates(object)};
}

}  // namespace proa::api::rows
