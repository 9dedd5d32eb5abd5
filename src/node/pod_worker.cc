#include "node/pod_worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "node/container_end.h"
#include "node/container_start.h"
#include "node/pod_gather.h"
#include "node/pod_mirror.h"
#include "node/pod_plan.h"
#include "node/pod_publisher.h"
#include "node/probes/prober.h"
#include "node/runtime_config.h"
#include "node/volumes/content.h"
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
        mirror(node.executor, node.runtime, std::string(object::uid_of(pod.root()))),
        publisher(node.client, node.executor) {}

  NodeContext& context;
  Document pod;
  std::function<void()> finished;
  PodMemory memory;
  runtime::Timer wake, drain_limit;
  PodMirror mirror;
  PodPublisher publisher;
  std::unique_ptr<Prober> prober;
  std::unique_ptr<ContainerStart> starting;
  std::map<std::string, std::pair<BackOff, std::string>> image_back_off;  // by image: pause and last error
  runtime::DurationNs volume_pause = 0, sandbox_pause = 0;
  std::optional<std::pair<std::string, StartResult>> ended_start;  // its container's status is not known yet
  bool vanished = false, deleting_object = false, over = false, stopped = false;

  View view() const { return pod.root(); }
  const PodRuntimeState& runtime() const { return mirror.state(); }
  runtime::TimeNs now() { return context.executor.clock().wall(); }
  std::vector<std::string> ips() const {
    if (uses_host_network(view())) return {context.settings.ip};
    return runtime().sandboxes.empty() ? std::vector<std::string>() : runtime().sandboxes.front().ips;
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

  void begin(PodRuntimeState adopted) {
    Prober::Handlers handlers;
    handlers.changed = guarded([](State& self) { self.decide(); });
    handlers.event = guarded([](State& self, const std::string& container, const char* reason,
                                const std::string& message) { self.event("Warning", reason, message, container); });
    prober = std::make_unique<Prober>(context.executor, context.runtime, context.network, std::move(handlers));
    publisher.on_published(guarded([](State& self, Document fresh) {
      if (!fresh) return self.mirror.look_later();
      self.take(std::move(fresh));
      self.decide();
    }));
    PodMirror::Handlers eyes;
    eyes.seen = guarded([](State& self) { self.seen(); });
    eyes.last_words = [this](const cri::ContainerStatus& ended) {
      return context.volumes.termination_message(container_spec(view(), ended.name), ended);
    };
    mirror.start(std::move(adopted), std::move(eyes));
    decide();
  }

  void seen() {
    if (ended_start) conclude_start();
    decide();
  }

  PodInput input() { return {view(), runtime(), prober->results(), memory, context.settings.ip, "containerd", now()}; }

  void decide() {
    if (over) return;
    const auto keep = shared_from_this();
    prober->update(view(), runtime(), object::is_deleting(view()) || has_finished(view()));
    PodPlan plan = plan_pod(input());
    memory = std::move(plan.memory);
    for (const PodEvent& each : plan.events) event(each.type, each.reason, each.message, each.container);
    if (!vanished && plan.tell) publisher.publish(pod, input(), plan.over);
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
    if (const auto name = kernel_hostname(view(), context.settings); !name && !uses_host_network(view()))
      return context.executor.post(guarded([why = name.error().message](State& self) { self.sandbox_failed(why); }));
    const cri::SandboxConfig config = sandbox_config(view(), context.settings, attempt);
    if (!context.settings.simulated)
      if (auto made = runtime::make_dirs(config.log_directory); !made) return sandbox_failed(made.error().message);
    context.runtime.run_pod_sandbox(
        config, guarded([](State& self, Result<std::string> got) {
          if (!got) return self.sandbox_failed("rpc error: code = Unknown desc = " + got.error().message);
          self.context.runtime.sandbox_status(*got, self.guarded([](State& state, Result<cri::SandboxStatus> status) {
            state.memory.making_sandbox = false;
            if (!status) return state.mirror.look(true);
            state.sandbox_pause = 0;
            state.mirror.made_sandbox(std::move(*status));
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
    mirror.look(true);
  }

  void stop_sandbox(const std::string& id) {
    memory.stopping_sandbox = id;
    context.runtime.stop_pod_sandbox(id, guarded([id](State& self, const Result<void>& how) {
                                       self.memory.stopping_sandbox.clear();
                                       if (!how && !how.error().is("NotFound")) return self.mirror.look_later();
                                       self.memory.stopped_sandboxes.insert(id);
                                       self.mirror.stopped_sandbox(id);
                                       self.decide();
                                     }));
  }

  // ---- containers

  /// Made by a server that was killed before it could start them: whoever started them late would run a second one.
  void discard_unborn(const std::string& name) {
    std::vector<std::string> unborn;
    for (const auto& each : runtime().containers)
      if (each.name == name && each.state == cri::ContainerState::kCreated) unborn.push_back(each.id);
    for (const std::string& id : unborn) remove_container(id);
  }

  void start_container(const Action& action) {
    discard_unborn(action.name);
    StartRequest request;
    request.pod = pod;
    request.container = action.name;
    request.attempt = action.attempt;
    request.sandbox_id = runtime().sandboxes.front().id;
    request.pod_ips = ips();
    const View target = container_spec(view(), action.name)["targetContainerName"];
    if (const auto* other = target.exists() ? runtime().newest(target.as_string()) : nullptr)
      request.target_id = other->id;
    const std::string image = container_spec(view(), action.name)["image"].str();
    std::tie(request.image_back_off, request.last_pull_error) = image_back_off[image];
    request.created = guarded([](State& self, const std::string& id) { self.mirror.made_container(id); });
    starting = std::make_unique<ContainerStart>(
        context, std::move(request), guarded([name = action.name, image](State& self, StartResult result) {
          self.image_back_off[image] = {result.image_back_off, result.last_pull_error};
          self.started(name, std::move(result));
        }));
  }

  void started(const std::string& name, StartResult result) {
    // The start calls back from inside: it goes when that is over.
    context.executor.post([old = std::shared_ptr<ContainerStart>(std::move(starting))] {});
    ended_start.emplace(name, std::move(result));
    // Until the new container's status is known it counts as being started: else it would be started twice.
    if (!ended_start->second.container_id.empty()) return mirror.look(false);
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
                    if (!how && !how.error().is("NotFound")) return self.mirror.look_later();
                    self.mirror.look(!how);
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
    const auto at = std::ranges::find(runtime().containers, id, &cri::ContainerStatus::id);
    if (at == runtime().containers.end()) return;
    if (!context.settings.simulated && !at->log_path.empty()) (void)runtime::remove_tree(at->log_path);
    mirror.forget(id);
    context.runtime.remove_container(id, [](const Result<void>&) {});
  }

  void remove_sandbox(const std::string& id) {
    memory.stopped_sandboxes.erase(id);
    mirror.forget(id);
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
                            self.mirror.look_later();
                          }));
  }

  void clean_up() {
    if (!vanished) return;
    over = true;
    wake.stop();
    remove_all(context.runtime, runtime());
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
    const View grace = fresh["metadata"]["deletionGracePeriodSeconds"];
    const bool hurried =
        !newly_deleted && grace.is_int() && grace.as_int() < view()["metadata"]["deletionGracePeriodSeconds"].as_int();
    const bool renamed = fresh["metadata"]["labels"] != view()["metadata"]["labels"] ||
                         fresh["metadata"]["annotations"] != view()["metadata"]["annotations"];
    pod = std::move(fresh);
    if (newly_deleted && starting) starting->give_up();
    if (hurried) hurry(grace_of(view(), {}));
    if (renamed && memory.volumes_ready && !over && shows_metadata(view()))
      context.volumes.prepare(pod, [](const Result<void>&) {});
  }

  /// Containers that were given a longer time to end are told again.
  void hurry(int64_t grace) {
    for (const std::string& id : memory.killing) context.runtime.stop_container(id, grace, [](const Result<void>&) {});
  }

  void vanish() {
    if (vanished) return;
    vanished = true;
    Value local = view().to_value();
    if (!object::is_deleting(local)) local["metadata"]["deletionTimestamp"] = object::format_time(now());
    local["metadata"]["deletionGracePeriodSeconds"] = 0;
    pod = Document::freeze(local);
    if (starting) starting->give_up();
    hurry(grace_of(view(), {}));
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

void PodWorker::start(PodRuntimeState state) { state_->begin(std::move(state)); }

void PodWorker::update(Document pod) {
  state_->take(std::move(pod));
  state_->decide();
}

void PodWorker::vanish() { state_->vanish(); }
void PodWorker::look(bool all) { state_->mirror.look(all); }
bool PodWorker::owns(const std::string& id) const { return state_->mirror.owns(id); }
const Document& PodWorker::pod() const { return state_->pod; }
const PodRuntimeState& PodWorker::state() const { return state_->mirror.state(); }

}  // namespace proa::node
