#include "node/pod_worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "node/container_end.h"
#include "node/container_start.h"
#include "node/pod_gather.h"
#include "node/pod_plan.h"
#include "node/pod_publisher.h"
#include "node/probes/prober.h"
#include "node/runtime_config.h"
#include "object/meta.h"
#include "object/time.h"
#include "object/value.h"
#include "runtime/file.h"

namespace proa::node {

using object::Document;
using object::Value;
using object::View;
using runtime::kMillisecond;
using runtime::kSecond;

namespace {

constexpr runtime::DurationNs kDrainLimit = 2 * kSecond;
constexpr runtime::DurationNs kLongestVolumePause = 122 * kSecond;

}  // namespace

struct PodWorker::State : std::enable_shared_from_this<State> {
  State(NodeContext& node, Document object, std::function<void()> call_back)
      : context(node),
        pod(std::move(object)),
        finished(std::move(call_back)),
        wake(node.executor),
        drain_limit(node.executor),
        publisher(node.client) {}

  NodeContext& context;
  Document pod;
  std::function<void()> finished;
  PodRuntimeState runtime;
  PodMemory memory;
  runtime::Timer wake, drain_limit;
  PodPublisher publisher;
  std::unique_ptr<Prober> prober;
  std::unique_ptr<ContainerStart> starting;
  std::map<std::string, std::pair<BackOff, std::string>> image_back_off;  // by container: pause and last error
  runtime::DurationNs volume_pause = 0, sandbox_pause = 0;
  std::string newborn;                                             // the container that was made last
  std::optional<std::pair<std::string, StartResult>> ended_start;  // its container's status is not known yet
  bool gathering = false, again = false, again_all = false;
  bool vanished = false, deleting_object = false, over = false, stopped = false;

  View view() const { return pod.root(); }
  runtime::TimeNs now() { return context.executor.clock().wall(); }
  std::vector<std::string> ips() const {
    if (uses_host_network(view())) return {context.settings.ip};
    return runtime.sandboxes.empty() ? std::vector<std::string>() : runtime.sandboxes.front().ips;
  }

  /// Callbacks find the worker only while it lives.
  template <class F>
  auto guarded(F what) {
    return [weak = weak_from_this(), what = std::move(what)](auto&&... args) mutable {
      const auto self = weak.lock();
      if (self && !self->stopped) what(*self, std::forward<decltype(args)>(args)...);
    };
  }

  void event(std::string_view type, std::string_view reason, const std::string& message,
             std::string_view container = {}) {
    if (vanished) return;
    context.events.record(view(), type, reason, message,
                          container.empty() ? std::string() : field_path(view(), container));
  }

  // ---- look, plan, act

  void begin() {
    Prober::Handlers handlers;
    handlers.changed = guarded([](State& self) { self.decide(); });
    handlers.event = guarded([](State& self, const std::string& container, const char* reason,
                                const std::string& message) { self.event("Warning", reason, message, container); });
    prober = std::make_unique<Prober>(context.executor, context.runtime, context.network, std::move(handlers));
    publisher.on_published(guarded([](State& self, Document fresh) {
      if (!fresh) return self.retry_later();
      self.take(std::move(fresh));
      self.decide();
    }));
    read_termination_messages({});
    decide();
  }

  void look(bool all) {
    if (gathering) {
      again = true;
      again_all = again_all || all;
      return;
    }
    gathering = true;
    auto done = guarded([](State& self, Result<PodRuntimeState> got) { self.gathered(std::move(got)); });
    if (all) return gather_all(context.runtime, std::string(object::uid_of(view())), std::move(done));
    gather_again(context.runtime, known(), std::move(done));
  }

  /// What is known, and those that were made but not seen yet.
  PodRuntimeState known() const {
    PodRuntimeState out = runtime;
    if (!newborn.empty() && !has_container(newborn)) {
      cri::ContainerStatus unseen;
      unseen.id = newborn;
      out.containers.push_back(std::move(unseen));
    }
    return out;
  }
  bool has_container(const std::string& id) const {
    return std::ranges::any_of(runtime.containers, [&](const auto& each) { return each.id == id; });
  }

  void gathered(Result<PodRuntimeState> got) {
    gathering = false;
    if (again) {
      again = false;
      if (got) merge(std::move(*got));
      return look(std::exchange(again_all, false));
    }
    if (!got) return wake.start(kSecond, guarded([](State& self) { self.look(true); }));
    merge(std::move(*got));
    if (ended_start) conclude_start();
    decide();
  }

  /// What was made while the statuses were on their way is newer than they are: it stays.
  void merge(PodRuntimeState fresh) {
    const PodRuntimeState before = std::move(runtime);
    runtime = std::move(fresh);
    for (const auto& each : before.sandboxes)
      if (std::ranges::none_of(runtime.sandboxes, [&](const auto& other) { return other.id == each.id; }) &&
          made_since(each.id))
        runtime.sandboxes.push_back(each);
    sort_newest_first(runtime);
    read_termination_messages(before);
  }
  std::string newest_sandbox;  // made by this worker
  bool made_since(const std::string& id) const { return id == newest_sandbox; }

  /// The runtime does not know what a container wrote as its last words; the volume does.
  void read_termination_messages(const PodRuntimeState& before) {
    for (cri::ContainerStatus& each : runtime.containers) {
      if (each.state != cri::ContainerState::kExited || !each.message.empty()) continue;
      const auto known = std::ranges::find_if(before.containers, [&](const auto& old) { return old.id == each.id; });
      if (known != before.containers.end() && known->state == cri::ContainerState::kExited) {
        each.message = known->message;
        continue;
      }
      each.message = context.volumes.termination_message(container_spec(view(), each.name), each);
    }
  }

  PodInput input() { return {view(), runtime, prober->results(), memory, context.settings.ip, "containerd", now()}; }

  void decide() {
    if (over) return;
    const auto keep = shared_from_this();
    prober->update(view(), runtime, object::is_deleting(view()) || has_finished(view()));
    PodPlan plan = plan_pod(input());
    memory = std::move(plan.memory);
    for (const PodEvent& each : plan.events) event(each.type, each.reason, each.message, each.container);
    if (!vanished) publisher.publish(pod, input(), plan.over);
    for (const Action& each : plan.actions) {
      act(each);
      if (over) return;
    }
    if (context.changed) context.changed(std::string(object::uid_of(view())));
    if (plan.look_again > 0)
      wake.start(std::max<runtime::DurationNs>(plan.look_again - now(), kMillisecond),
                 guarded([](State& self) { self.decide(); }));
  }

  void act(const Action& action) {
    switch (action.kind) {
      case Action::Kind::kPrepareVolumes: return prepare_volumes();
      case Action::Kind::kMakeSandbox: return make_sandbox(action.attempt);
      case Action::Kind::kStopSandbox: return stop_sandbox(action.id);
      case Action::Kind::kStartContainer: return start_container(action);
      case Action::Kind::kKillContainer: return kill(action);
      case Action::Kind::kDrain: return drain();
      case Action::Kind::kRemoveContainer: return remove_container(action.id);
      case Action::Kind::kRemoveSandbox: return remove_sandbox(action.id);
      case Action::Kind::kDeletePod: return delete_pod();
      case Action::Kind::kCleanUp: return clean_up();
    }
  }

  // ---- volumes and sandbox

  void prepare_volumes() {
    memory.preparing_volumes = true;
    context.volumes.prepare(pod, guarded([](State& self, Result<void> how) {
                              self.memory.preparing_volumes = false;
                              self.memory.volumes_ready = how.has_value();
                              if (!how) {
                                self.event("Warning", "FailedMount", how.error().message);
                                self.volume_pause = std::clamp<runtime::DurationNs>(
                                    self.volume_pause * 2, 500 * kMillisecond, kLongestVolumePause);
                                self.memory.volumes_retry_at = self.now() + self.volume_pause;
                              }
                              self.decide();
                            }));
  }

  void make_sandbox(uint32_t attempt) {
    memory.making_sandbox = true;
    memory.sandbox_stopped = false;
    const cri::SandboxConfig config = sandbox_config(view(), context.settings, attempt);
    if (!context.settings.simulated)
      if (auto made = runtime::make_dirs(config.log_directory); !made) return sandbox_failed(made.error().message);
    context.runtime.run_pod_sandbox(
        config, guarded([](State& self, Result<std::string> got) {
          if (!got) return self.sandbox_failed("rpc error: code = Unknown desc = " + got.error().message);
          self.newest_sandbox = *got;
          self.context.runtime.sandbox_status(*got, self.guarded([](State& state, Result<cri::SandboxStatus> status) {
            state.memory.making_sandbox = false;
            if (!status) return state.look(true);
            state.sandbox_pause = 0;
            state.runtime.sandboxes.insert(state.runtime.sandboxes.begin(), std::move(*status));
            state.decide();
          }));
        }));
  }

  void sandbox_failed(const std::string& why) {
    memory.making_sandbox = false;
    if (!object::is_deleting(view()))
      event("Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: " + why);
    sandbox_pause = std::clamp<runtime::DurationNs>(sandbox_pause * 2, kSecond, 10 * kSecond);
    memory.sandbox_retry_at = now() + sandbox_pause;
    look(true);
  }

  void stop_sandbox(const std::string& id) {
    memory.stopping_sandbox = true;
    context.runtime.stop_pod_sandbox(id, guarded([](State& self, const Result<void>& how) {
                                       self.memory.stopping_sandbox = false;
                                       if (!how && !how.error().is("NotFound")) return self.retry_later();
                                       self.memory.sandbox_stopped = true;
                                       if (!self.runtime.sandboxes.empty())
                                         self.runtime.sandboxes.front().ready = false;
                                       self.decide();
                                     }));
  }

  void retry_later() {
    wake.start(kSecond, guarded([](State& self) { self.look(true); }));
  }

  // ---- containers

  /// Made by a server that was killed before it could start them: whoever started them late would run a second one.
  void discard_unborn(const std::string& name) {
    std::vector<std::string> unborn;
    for (const auto& each : runtime.containers)
      if (each.name == name && each.state == cri::ContainerState::kCreated) unborn.push_back(each.id);
    for (const std::string& id : unborn) remove_container(id);
  }

  void start_container(const Action& action) {
    discard_unborn(action.name);
    StartRequest request;
    request.pod = pod;
    request.container = action.name;
    request.attempt = action.attempt;
    request.sandbox_id = runtime.sandboxes.front().id;
    request.pod_ips = ips();
    const View target = container_spec(view(), action.name)["targetContainerName"];
    if (const auto* other = target.exists() ? runtime.newest(target.as_string()) : nullptr)
      request.target_id = other->id;
    std::tie(request.image_back_off, request.last_pull_error) = image_back_off[action.name];
    request.created = guarded([](State& self, const std::string& id) { self.newborn = id; });
    starting = std::make_unique<ContainerStart>(
        context, std::move(request),
        guarded([name = action.name](State& self, StartResult result) { self.started(name, std::move(result)); }));
  }

  void started(const std::string& name, StartResult result) {
    // The start calls back from inside: it goes when that is over.
    context.executor.post([old = std::shared_ptr<ContainerStart>(std::move(starting))] {});
    image_back_off[name] = {result.image_back_off, result.last_pull_error};
    ended_start.emplace(name, std::move(result));
    // Until the new container's status is known it counts as being started: else it would be started twice.
    if (!ended_start->second.container_id.empty()) return look(false);
    conclude_start();
    decide();
  }

  void conclude_start() {
    const auto [name, result] = *std::exchange(ended_start, std::nullopt);
    memory.starting.clear();
    memory.retry_at.erase(name);
    if (!result.waiting) {
      memory.waiting.erase(name);
      return;
    }
    memory.waiting[name] = *result.waiting;
    memory.retry_at[name] = retry_time(result);
    if (result.waiting->reason == "PostStartHookError")
      kill({.kind = Action::Kind::kKillContainer,
            .id = result.container_id,
            .name = name,
            .message = "FailedPostStartHook",
            .grace_seconds = grace_of(view(), container_spec(view(), name))});
  }

  runtime::TimeNs retry_time(const StartResult& result) {
    const std::string& reason = result.waiting->reason;
    if (reason == "ImagePullBackOff") return result.image_back_off.until(result.image_back_off.updated);
    return now() + (reason == "ErrImagePull" || reason == "CreateContainerConfigError" ? 3 : 10) * kSecond;
  }

  void kill(const Action& action) {
    memory.killing.insert(action.id);
    event("Normal", "Killing", action.message, action.name);
    ContainerEnd what{.pod = pod, .container = action.name, .id = action.id, .grace_seconds = action.grace_seconds};
    what.pod_ip = ips().empty() ? "" : ips().front();
    what.run_hook = action.message != "FailedPostStartHook";
    end_container(context, std::move(what), guarded([id = action.id](State& self, const Result<void>& how) {
                    self.memory.killing.erase(id);
                    if (!how && !how.error().is("NotFound")) return self.retry_later();
                    self.look(!how);
                  }));
  }

  void drain() {
    memory.draining = true;
    auto done = guarded([](State& self) {
      if (!self.memory.draining) return;
      self.memory.draining = false;
      self.memory.drained = true;
      self.drain_limit.stop();
      self.decide();
    });
    if (context.drain == nullptr) return context.executor.post(done);
    drain_limit.start(kDrainLimit, done);
    context.drain->drain(pod, done);
  }

  void remove_container(const std::string& id) {
    const auto at = std::ranges::find_if(runtime.containers, [&](const auto& each) { return each.id == id; });
    if (at == runtime.containers.end()) return;
    if (!context.settings.simulated && !at->log_path.empty()) (void)runtime::remove_tree(at->log_path);
    runtime.containers.erase(at);
    context.runtime.remove_container(id, [](const Result<void>&) {});
  }

  void remove_sandbox(const std::string& id) {
    std::erase_if(runtime.sandboxes, [&](const auto& each) { return each.id == id; });
    context.runtime.remove_pod_sandbox(id, [](const Result<void>&) {});
  }

  // ---- the end

  /// The object goes when its last status is published.
  void delete_pod() {
    if (vanished || deleting_object) return;
    if (!publisher.settled()) return;
    deleting_object = true;
    client::DeleteOptions options;
    options.uid = object::uid_of(view());
    options.grace_period_seconds = 0;
    context.client.remove(client::resources::kPods, object::namespace_of(view()), object::name_of(view()), options,
                          guarded([](State& self, const Result<Document>& how) {
                            self.deleting_object = false;
                            if (how || how.error().is("NotFound") || how.error().is("Conflict")) {
                              self.vanished = true;
                              return self.decide();
                            }
                            self.retry_later();
                          }));
  }

  void clean_up() {
    if (!vanished) return;
    over = true;
    wake.stop();
    remove_all(context.runtime, runtime);
    context.volumes.remove(std::string(object::uid_of(view())));
    if (!context.settings.simulated) (void)runtime::remove_tree(pod_log_directory(view(), context.settings));
    context.executor.post(guarded([](State& self) {
      if (auto call_back = std::exchange(self.finished, nullptr)) call_back();
    }));
  }

  // ---- the object

  void take(Document fresh) {
    if (!fresh || object::uid_of(fresh.root()) != object::uid_of(view())) return;
    if (object::resource_version_of(fresh.root()) < object::resource_version_of(view())) return;
    const bool newly_deleted = object::is_deleting(fresh.root()) && !object::is_deleting(view());
    pod = std::move(fresh);
    if (newly_deleted && starting) starting->give_up();
  }

  void vanish() {
    if (vanished) return;
    vanished = true;
    Value local = view().to_value();
    if (!object::is_deleting(local)) local["metadata"]["deletionTimestamp"] = object::format_time(now());
    local["metadata"]["deletionGracePeriodSeconds"] = 0;
    pod = Document::freeze(local);
    if (starting) starting->give_up();
    // Containers that were given a long time to end are told again, with a short one.
    for (const std::string& id : memory.killing) context.runtime.stop_container(id, 2, [](const Result<void>&) {});
    decide();
  }
};

PodWorker::PodWorker(NodeContext& context, Document pod, std::function<void()> finished)
    : state_(std::make_shared<State>(context, std::move(pod), std::move(finished))) {}

PodWorker::~PodWorker() {
  state_->stopped = true;
  state_->wake.stop();
  state_->drain_limit.stop();
  state_->prober.reset();
}

void PodWorker::start(PodRuntimeState state) {
  state_->runtime = std::move(state);
  state_->begin();
}

void PodWorker::update(Document pod) {
  state_->take(std::move(pod));
  state_->decide();
}

void PodWorker::vanish() { state_->vanish(); }
void PodWorker::look(bool all) { state_->look(all); }

bool PodWorker::owns(const std::string& id) const {
  const auto same = [&](const auto& each) { return each.id == id; };
  return state_->newborn == id || std::ranges::any_of(state_->runtime.containers, same) ||
         std::ranges::any_of(state_->runtime.sandboxes, same);
}

const Document& PodWorker::pod() const { return state_->pod; }
const PodRuntimeState& PodWorker::state() const { return state_->runtime; }

}  // namespace proa::node
