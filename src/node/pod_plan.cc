#include "node/pod_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "node/pod_status.h"
#include "object/meta.h"
#include "object/time.h"

namespace proa::node {

using cri::ContainerState;
using object::View;
using runtime::kSecond;
using runtime::TimeNs;

namespace {

constexpr int64_t kLeastGrace = 2;  // seconds, so that SIGKILL is no surprise
constexpr runtime::DurationNs kLeastTermination = 2 * kSecond;
constexpr runtime::DurationNs kQuietTermination = kSecond;
const Waiting kDeadlineExceeded = {"DeadlineExceeded", "Pod was active on the node longer than the specified deadline"};
constexpr runtime::DurationNs kShowError = 1 * kSecond;  // Error stands this long before CrashLoopBackOff

struct Planner {
  const PodInput& in;
  PodPlan plan;

  View pod() const { return in.pod; }
  View containers() const { return in.pod["spec"]["containers"]; }
  View init_containers() const { return in.pod["spec"]["initContainers"]; }

  void look_again(TimeNs at) {
    if (plan.look_again == 0 || at < plan.look_again) plan.look_again = at;
  }
  void act(Action action) { plan.actions.push_back(std::move(action)); }

  // ---- killing

  void kill(const cri::ContainerStatus& container, std::string message, std::string_view failed_probe = {}) {
    if (plan.memory.killing.contains(container.id)) return;
    const int64_t grace = grace_of(pod(), container_spec(pod(), container.name), failed_probe);
    act({.kind = Action::Kind::kKillContainer,
         .id = container.id,
         .name = container.name,
         .message = std::move(message),
         .grace_seconds = grace});
  }

  std::vector<const cri::ContainerStatus*> running() const {
    std::vector<const cri::ContainerStatus*> out;
    for (const auto& each : in.runtime.containers)
      if (each.state == ContainerState::kRunning) out.push_back(&each);
    return out;
  }

  /// Everything goes: first all that are no sidecars, then the sidecars, the last one first.
  void kill_all() {
    const auto all = running();
    std::vector<const cri::ContainerStatus*> now;
    for (const auto* each : all)
      if (!is_sidecar(container_spec(pod(), each->name))) now.push_back(each);
    if (now.empty() && !all.empty()) now.push_back(last_sidecar(all));
    for (const auto* each : now) kill(*each, "Stopping container " + each->name);
  }

  const cri::ContainerStatus* last_sidecar(const std::vector<const cri::ContainerStatus*>& all) const {
    const cri::ContainerStatus* last = all.front();
    for (View each : init_containers().items())
      for (const auto* candidate : all)
        if (candidate->name == each["name"].as_string()) last = candidate;
    return last;
  }

  bool is_stopped(const cri::SandboxStatus& sandbox) const {
    return plan.memory.stopped_sandboxes.contains(sandbox.id);
  }

  /// The newest is stopped even when it is not ready any more: its network must be given back.
  const cri::SandboxStatus* unstopped_sandbox() const {
    for (const auto& each : in.runtime.sandboxes)
      if (!is_stopped(each) && (each.ready || &each == &in.runtime.sandboxes.front())) return &each;
    return nullptr;
  }

  /// True when every sandbox is stopped.
  bool stop_sandboxes() {
    const cri::SandboxStatus* next = unstopped_sandbox();
    if (next == nullptr) return true;
    if (plan.memory.stopping_sandbox.empty()) act({.kind = Action::Kind::kStopSandbox, .id = next->id});
    return false;
  }

  /// True when nothing of the pod runs and its sandbox is stopped.
  bool bring_down() {
    const bool busy = !plan.memory.starting.empty() || plan.memory.making_sandbox;
    if (!running().empty()) {
      const bool has_traffic = !in.runtime.sandboxes.empty() && !uses_host_network(pod());
      if (has_traffic && !plan.memory.drained) {
        if (!plan.memory.draining) act({.kind = Action::Kind::kDrain});
        return false;
      }
      kill_all();
      return false;
    }
    return !busy && stop_sandboxes();
  }

  // ---- sandbox

  bool sandbox_is_good() const {
    if (in.runtime.sandboxes.empty()) return false;
    const cri::SandboxStatus& newest = in.runtime.sandboxes.front();
    if (!newest.ready || is_stopped(newest)) return false;
    for (const auto& each : in.runtime.sandboxes)
      if (each.id != newest.id && each.ready && !is_stopped(each)) return false;
    return uses_host_network(pod()) || !newest.ips.empty();
  }

  bool any_restarts_on_failure() const {
    return pod()["spec"]["restartPolicy"].as_string("Always") != "Never" ||
           std::ranges::any_of(in.runtime.containers, [&](const auto& each) {
             const View spec = container_spec(pod(), each.name);
             return spec["restartPolicy"].exists() && restarts_after(pod(), spec, 1);
           });
  }

  bool any_regular_created() const {
    for (View each : containers().items())
      if (in.runtime.newest(each["name"].as_string()) != nullptr) return true;
    return false;
  }

  /// No regular container runs or will: the sidecars, which served them, end too.
  bool have_all_ended() const {
    for (View each : containers().items()) {
      const auto* newest = in.runtime.newest(each["name"].as_string());
      if (newest != nullptr && newest->state == ContainerState::kRunning) return false;
      if (should_start(pod(), each, in.runtime)) return false;
    }
    return true;
  }

  /// A new sandbox is of no use where everything that ran has ended for good.
  bool sandbox_is_wanted() const {
    if (in.runtime.sandboxes.empty()) return true;
    if (!any_restarts_on_failure() && !in.runtime.containers.empty()) return false;
    for (View each : containers().items())
      if (should_start(pod(), each, in.runtime) || !any_regular_created()) return true;
    return false;
  }

  void renew_sandbox() {
    if (!running().empty()) return kill_all();
    if (plan.memory.making_sandbox || !stop_sandboxes() || !sandbox_is_wanted()) return;
    if (in.now < plan.memory.sandbox_retry_at) return look_again(plan.memory.sandbox_retry_at);
    uint32_t attempt = 0;
    if (!in.runtime.sandboxes.empty()) {
      attempt = in.runtime.sandboxes.front().attempt + 1;
      plan.events.push_back({"Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.", {}});
    }
    forget_init_containers();
    act({.kind = Action::Kind::kMakeSandbox, .attempt = attempt});
  }

  /// In a new sandbox the pod begins anew: what its init containers did in the old one does not count.
  void forget_init_containers() {
    for (View spec : init_containers().items())
      for (const auto& each : in.runtime.containers)
        if (each.name == spec["name"].as_string())
          act({.kind = Action::Kind::kRemoveContainer, .id = each.id, .name = each.name});
  }

  // ---- starting

  /// The pause after crashes: true when it is not over; the waiting reason and event are noted.
  bool backs_off(View container, const cri::ContainerStatus* newest) {
    if (newest == nullptr || newest->state != ContainerState::kExited) return false;
    const std::string name = container["name"].str();
    const BackOff& back_off = plan.memory.restarts[name];
    const TimeNs until = back_off.until(newest->finished_at);
    if (in.now >= until) return false;
    look_again(until);
    if (in.now < newest->finished_at + kShowError) {
      look_again(newest->finished_at + kShowError);
      return true;
    }
    plan.memory.waiting[name] = {"CrashLoopBackOff",
                                 fmt::format("back-off {} restarting failed container={} pod={}",
                                             object::format_go_duration(back_off.pause), name, pod_label(pod()))};
    if (plan.memory.told_back_off.insert(newest->id).second)
      plan.events.push_back({"Warning", "BackOff",
                             fmt::format("Back-off restarting failed container {} in pod {}", name, pod_label(pod())),
                             name});
    return true;
  }

  /// One container is started at a time, as the kubelet does. True when it can't be (pause) or is on its way.
  void start(View container) {
    const std::string name = container["name"].str();
    if (!plan.memory.starting.empty()) return;
    forget_pauses_of_another_image(container);
    const cri::ContainerStatus* newest = in.runtime.newest(name);
    if (newest != nullptr && plan.memory.killing.contains(newest->id)) return;
    if (const auto at = plan.memory.retry_at.find(name); at != plan.memory.retry_at.end() && in.now < at->second)
      return look_again(at->second);
    if (backs_off(container, newest)) return;
    if (newest != nullptr && newest->state == ContainerState::kExited)
      plan.memory.restarts[name].next(newest->finished_at, in.now);
    plan.memory.starting = name;
    act({.kind = Action::Kind::kStartContainer,
         .name = name,
         .attempt = newest == nullptr ? first_attempt(name) : newest->attempt + 1});
  }

  /// Who gave the container another image need not wait for what the last one did wrong.
  void forget_pauses_of_another_image(View container) {
    const std::string name = container["name"].str();
    const std::string before = std::exchange(plan.memory.tried[name], container_hash(container));
    if (before.empty() || before == plan.memory.tried[name]) return;
    plan.memory.restarts.erase(name);
    plan.memory.retry_at.erase(name);
    plan.memory.waiting.erase(name);
  }

  /// The runtime knows nothing of the container, but it may have run before (the runtime was emptied since): its
  /// restarts are counted on, and its old logs stay.
  uint32_t first_attempt(std::string_view name) const {
    for (const char* list : {"containerStatuses", "initContainerStatuses"})
      for (View each : pod()["status"][object::Key(std::string_view(list))].items())
        if (each["name"].as_string() == name)
          return static_cast<uint32_t>(each["restartCount"].as_int()) +
                 (each["containerID"].as_string().empty() ? 0 : 1);
    return 0;
  }

  const ProbeResults& probes(const cri::ContainerStatus& container) const {
    static const ProbeResults kNone;
    const auto at = in.probes.find(container.id);
    return at == in.probes.end() ? kNone : at->second;
  }

  static bool changed(View spec, const cri::ContainerStatus& container) {
    const auto hash = container.annotations.find("io.kubernetes.container.hash");
    return hash != container.annotations.end() && hash->second != container_hash(spec);
  }

  /// Kills a running container that is not what it ought to be. True when it was (or is being) killed.
  bool kill_unfit(View spec, const cri::ContainerStatus& container, std::string_view prefix, bool restart) {
    const auto message = [&](std::string_view what, bool again) {
      return fmt::format("{} {} {}{}", prefix, container.name, what, again ? ", will be restarted" : "");
    };
    const bool init = prefix != "Container";
    const ProbeResults& results = probes(container);
    if (changed(spec, container)) return kill(container, message("definition changed", !init)), true;
    if (results.liveness == false)
      return kill(container, message("failed liveness probe", restart && !init), "livenessProbe"), true;
    if (results.startup == false)
      return kill(container, message("failed startup probe", restart && !init), "startupProbe"), true;
    return false;
  }

  // ---- init containers

  bool regular_started() const {
    for (View each : containers().items()) {
      const auto* newest = in.runtime.newest(each["name"].as_string());
      if (newest != nullptr && (newest->state == ContainerState::kRunning || newest->state == ContainerState::kCreated))
        return true;
    }
    return false;
  }

  bool sidecar_started(View spec, const cri::ContainerStatus& container) const {
    if (container.state != ContainerState::kRunning) return false;
    return !spec["startupProbe"].exists() || probes(container).startup == true;
  }

  enum class Init { kDone, kGoingOn, kFailed };

  /// Walks the init containers in order: sidecars are kept alive, the others run once, one after the other.
  Init run_init_containers() {
    const bool initialized = regular_started();
    for (View spec : init_containers().items()) {
      const auto* newest = in.runtime.newest(spec["name"].as_string());
      const bool sidecar = is_sidecar(spec);
      if (initialized && !sidecar) continue;
      const bool passed = initialized || later_init_has_run(spec);  // a sidecar that crashed since holds nobody up
      if (newest != nullptr && newest->state == ContainerState::kRunning) {
        if (!sidecar) return Init::kGoingOn;
        const bool killed = kill_unfit(spec, *newest, "Init container", true);
        if (!passed && (killed || !sidecar_started(spec, *newest))) return Init::kGoingOn;
        continue;
      }
      const bool ended = newest != nullptr && newest->state == ContainerState::kExited;
      if (ended && !sidecar && newest->exit_code == 0) continue;
      if (!sidecar && passed && (ended || newest == nullptr)) continue;
      if (ended && !sidecar && !restarts_after(pod(), spec, newest->exit_code)) return Init::kFailed;
      start(spec);
      if (!passed) return Init::kGoingOn;
    }
    return Init::kDone;
  }

  /// The runtime may have lost the trace of an init container: a later one proves that it succeeded.
  bool later_init_has_run(View spec) const {
    bool later = false;
    for (View each : init_containers().items()) {
      if (later && in.runtime.newest(each["name"].as_string()) != nullptr) return true;
      later = later || each["name"].as_string() == spec["name"].as_string();
    }
    return false;
  }

  // ---- the whole

  void run() {
    if (!plan.memory.volumes_ready) {
      if (plan.memory.preparing_volumes) return;
      if (in.now < plan.memory.volumes_retry_at) return look_again(plan.memory.volumes_retry_at);
      return act({.kind = Action::Kind::kPrepareVolumes});
    }
    if (!sandbox_is_good()) return renew_sandbox();
    if (have_all_ended()) return (void)bring_down();
    for (View spec : pod()["spec"]["ephemeralContainers"].items())
      if (in.runtime.newest(spec["name"].as_string()) == nullptr) start(spec);
    const Init init = run_init_containers();
    if (init == Init::kFailed) return kill_all();
    if (init == Init::kGoingOn) return;
    keep_regular();
    prune();
  }

  void keep_regular() {
    const bool policy_restarts = pod()["spec"]["restartPolicy"].as_string("Always") != "Never";
    for (View spec : containers().items()) {
      const auto* newest = in.runtime.newest(spec["name"].as_string());
      if (newest != nullptr && newest->state == ContainerState::kRunning) {
        if (in.now < newest->started_at + kSettle) look_again(newest->started_at + kSettle);
        const View own = spec["restartPolicy"];
        kill_unfit(spec, *newest, "Container", own.exists() ? own.as_string() != "Never" : policy_restarts);
      } else if (should_start(pod(), spec, in.runtime)) {
        start(spec);
      }
    }
  }

  /// Of each container the newest instance and the one before it are kept (for `logs --previous`).
  void prune() {
    std::map<std::string, int> seen;
    for (const auto& each : in.runtime.containers)
      if (++seen[each.name] > 2 && each.state == ContainerState::kExited)
        act({.kind = Action::Kind::kRemoveContainer, .id = each.id, .name = each.name});
    for (size_t i = 1; i < in.runtime.sandboxes.size(); ++i)
      if (!in.runtime.sandboxes[i].ready || is_stopped(in.runtime.sandboxes[i]))
        act({.kind = Action::Kind::kRemoveSandbox, .id = in.runtime.sandboxes[i].id});
  }

  void note_deletion() {
    if (plan.memory.deletion_seen != 0) return;
    plan.memory.deletion_seen = in.now;
    plan.memory.finished_before_deletion = has_finished(pod());
  }

  /// True when spec.activeDeadlineSeconds are over since the pod began here.
  bool is_past_deadline() {
    const View seconds = pod()["spec"]["activeDeadlineSeconds"];
    const auto began = object::time_of(pod()["status"]["startTime"]);
    if (!seconds.is_int() || !began) return false;
    const TimeNs deadline = *began + seconds.as_int() * kSecond;
    if (in.now < deadline) look_again(deadline);
    return in.now >= deadline;
  }

  void end_at_deadline() {
    if (plan.memory.evicted.reason.empty())
      plan.events.push_back({"Normal", kDeadlineExceeded.reason, kDeadlineExceeded.message, {}});
    plan.memory.evicted = kDeadlineExceeded;
    plan.over = bring_down();
  }

  void decide() {
    if (object::is_deleting(pod())) {
      note_deletion();
      const bool ran = !in.runtime.containers.empty() && !plan.memory.finished_before_deletion;
      const TimeNs told = plan.memory.deletion_seen + kQuietTermination;
      if (ran && in.now < told) {
        plan.tell = false;
        look_again(told);
      }
      if (!bring_down()) return;
      plan.over = true;
      const TimeNs earliest = plan.memory.deletion_seen + kLeastTermination;
      if (ran && in.now < earliest) return look_again(earliest);
      act({.kind = Action::Kind::kDeletePod});
      return act({.kind = Action::Kind::kCleanUp});
    }
    if (has_finished(pod())) return (void)bring_down();
    if (is_past_deadline()) return end_at_deadline();
    run();
  }
};

}  // namespace

int64_t grace_of(View pod, View container, std::string_view failed_probe) {
  const View deletion = pod["metadata"]["deletionGracePeriodSeconds"];
  if (deletion.exists()) return std::max(deletion.as_int(), kLeastGrace);
  int64_t grace = pod["spec"]["terminationGracePeriodSeconds"].as_int(30);
  if (!failed_probe.empty()) {
    const View own = container[object::Key(failed_probe)]["terminationGracePeriodSeconds"];
    if (own.exists()) grace = own.as_int();
  }
  return std::max(grace, kLeastGrace);
}

PodPlan plan_pod(const PodInput& in) {
  Planner planner{in, {}};
  planner.plan.memory = in.memory;
  planner.decide();
  return std::move(planner.plan);
}

}  // namespace proa::node
