// For tests: a pod and what the runtime says of it, in few words.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/pod_plan.h"
#include "node/pod_status.h"
#include "object/document.h"
#include "object/json.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::node {

inline constexpr runtime::TimeNs kTestNow = 1'767'225'600 * runtime::kSecond;  // 2026-01-01T00:00:00Z

inline object::Value json(const std::string& text) {
  auto parsed = object::parse_json(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? std::move(*parsed) : object::Value();
}

/// The pod `web` in `default`; `spec` is the inside of its spec.
inline object::Value pod_with(const std::string& spec, const std::string& metadata = "",
                              const std::string& status = "{}") {
  return json(fmt::format(
      R"({{"metadata":{{"name":"web","namespace":"default","uid":"u1","generation":1{}}},"spec":{{{}}},"status":{}}})",
      metadata.empty() ? "" : "," + metadata, spec, status));
}

inline cri::ContainerStatus running(const std::string& name, uint32_t attempt = 0) {
  cri::ContainerStatus out;
  out.name = name;
  out.id = fmt::format("{}-{}", name, attempt);
  out.attempt = attempt;
  out.state = cri::ContainerState::kRunning;
  out.image = "app/" + name;
  out.image_ref = "sha256:1";
  out.created_at = kTestNow - 20 * runtime::kSecond + attempt;
  out.started_at = kTestNow - 20 * runtime::kSecond;
  return out;
}

/// It ended `ago` before kTestNow.
inline cri::ContainerStatus ended(const std::string& name, int code, uint32_t attempt = 0,
                                  runtime::DurationNs ago = 5 * runtime::kSecond) {
  cri::ContainerStatus out = running(name, attempt);
  out.state = cri::ContainerState::kExited;
  out.exit_code = code;
  out.reason = code == 0 ? "Completed" : "Error";
  out.finished_at = kTestNow - ago;
  return out;
}

inline cri::SandboxStatus sandbox(bool ready = true, uint32_t attempt = 0) {
  cri::SandboxStatus out;
  out.id = fmt::format("sandbox-{}", attempt);
  out.attempt = attempt;
  out.ready = ready;
  out.ips = {"10.244.0.5"};
  out.created_at = kTestNow - 30 * runtime::kSecond + attempt;
  return out;
}

/// One look at a pod: its parts can be set before plan() and status() are asked.
struct Look {
  object::Value pod;
  PodRuntimeState state;
  std::map<std::string, ProbeResults> probes;
  PodMemory memory;
  runtime::TimeNs now = kTestNow;

  explicit Look(object::Value value) : pod(std::move(value)) {
    memory.volumes_ready = true;
    memory.drained = true;
    state.sandboxes = {sandbox()};
  }
  PodInput input() const { return {pod, state, probes, memory, "192.0.2.1", "containerd", now}; }
  PodPlan plan() const { return plan_pod(input()); }
  object::Value status(bool over = false) const { return make_pod_status(input(), over); }
  /// The plan's actions as words: "start web 1", "kill web", "sandbox 0", ...
  std::vector<std::string> actions() const;
};

inline std::vector<std::string> words_of(const PodPlan& plan) {
  using Kind = Action::Kind;
  std::vector<std::string> out;
  for (const Action& each : plan.actions) {
    switch (each.kind) {
      case Kind::kPrepareVolumes: out.emplace_back("volumes"); break;
      case Kind::kMakeSandbox: out.push_back(fmt::format("sandbox {}", each.attempt)); break;
      case Kind::kStopSandbox: out.push_back("stop-sandbox"); break;
      case Kind::kStartContainer: out.push_back(fmt::format("start {} {}", each.name, each.attempt)); break;
      case Kind::kKillContainer:
        out.push_back(fmt::format("kill {} {}: {}", each.name, each.grace_seconds, each.message));
        break;
      case Kind::kDrain: out.emplace_back("drain"); break;
      case Kind::kRemoveContainer: out.push_back("remove " + each.id); break;
      case Kind::kRemoveSandbox: out.push_back("remove " + each.id); break;
      case Kind::kCleanUp: out.emplace_back("clean-up"); break;
      case Kind::kDeletePod: out.emplace_back("delete"); break;
    }
  }
  return out;
}

inline std::vector<std::string> Look::actions() const { return words_of(plan()); }

inline object::View condition(object::View status, std::string_view type) {
  for (object::View each : status["conditions"].items())
    if (each["type"].as_string() == type) return each;
  return {};
}

}  // namespace proa::node
