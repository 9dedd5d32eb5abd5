#include "node/agent.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "client/informer.h"
#include "node/context.h"
#include "node/machine.h"
#include "node/node_heartbeat.h"
#include "node/pod_gather.h"
#include "node/pod_worker.h"
#include "node/runtime_config.h"
#include "node/streams/log_rotation.h"
#include "object/meta.h"

namespace proa::node {

using object::Document;
using object::Value;
using object::View;
using runtime::kSecond;

namespace {

constexpr runtime::DurationNs kRelistPeriod = 60 * kSecond;
// A runtime that was away may go on losing events: containers tell theirs to the one that is gone.
constexpr runtime::DurationNs kWatchful = 30 * kSecond, kWatchfulPeriod = 2 * kSecond;
constexpr runtime::DurationNs kRetry = kSecond;
constexpr runtime::DurationNs kRuntimePatience = 30 * kSecond;  // the kubelet's

/// What the runtime has, by pod.
using ByPod = std::map<std::string, PodRuntimeState>;

}  // namespace

struct Agent::State : std::enable_shared_from_this<State> {
  State(NodeSettings s, AgentParts p)
      : settings(std::move(s)),
        parts(p),
        informers(p.client, p.executor),
        events(p.client, p.executor, "kubelet", settings.name),
        volumes(settings.simulated ? make_simulated_volumes()
                                   : make_volumes(settings, p.client, informers, p.executor)),
        context{settings, p.executor, p.client, events, p.runtime, *volumes, p.network, p.drain, {}, {}},
        heartbeat(settings, p.client, p.executor),
        timer(p.executor),
        rotation(p.executor, p.runtime, [this] { return running_containers(); }) {}

  NodeSettings settings;
  AgentParts parts;
  client::Informers informers;
  client::EventRecorder events;
  std::unique_ptr<Volumes> volumes;
  NodeContext context;
  NodeHeartbeat heartbeat;
  runtime::Timer timer;
  LogRotation rotation;
  NodeState node;
  std::map<std::string, std::unique_ptr<PodWorker>> workers;  // by pod uid
  std::map<std::string, std::string> uids;                    // by namespace/name
  std::function<void(Result<void>)> on_ready;
  std::optional<runtime::TimeNs> failing_since;        // the runtime does not answer
  runtime::TimeNs watchful_until = 0;                  // the runtime was away
  bool adopted = false, missed = false, gone = false;  // missed: an event came before there were workers
  std::map<uint64_t, std::function<void(const std::string&)>> listeners;
  uint64_t next_listener = 1;

  std::vector<cri::ContainerStatus> running_containers() const {
    std::vector<cri::ContainerStatus> out;
    for (const auto& [uid, worker] : workers)
      for (const auto& each : worker->state().containers)
        if (each.state == cri::ContainerState::kRunning) out.push_back(each);
    return out;
  }

  /// A listener may unsubscribe itself while it is called.
  void tell(const std::string& uid) {
    for (auto at = listeners.begin(); at != listeners.end();) {
      const uint64_t id = at->first;
      const auto listener = at->second;
      listener(uid);
      at = listeners.upper_bound(id);
    }
  }

  template <class F>
  auto guarded(F what) {
    return [weak = weak_from_this(), what = std::move(what)](auto&&... args) mutable {
      const auto self = weak.lock();
      if (self && !self->gone) what(*self, std::forward<decltype(args)>(args)...);
    };
  }

  // ---- start

  void begin() {
    client::Informer& services = informers.of(client::resources::kServices);
    context.services = [&services] { return services.list(); };
    context.changed = [this](const std::string& uid) { tell(uid); };
    client::ListOptions mine;
    mine.field_selector = "spec.nodeName=" + settings.name;
    client::Informer& pods = informers.of(client::resources::kPods, mine);
    pods.add_handler([this](const Document& before, const Document& after) {
      if (adopted) changed(before, after);
    });
    informers.start();
    if (!settings.simulated) rotation.start();
    parts.runtime.version(guarded([](State& self, Result<cri::Version> got) {
      const std::string name =
          got ? fmt::format("{}://{}", got->runtime_name, got->runtime_version) : "containerd://unknown";
      self.node.info = node_info(name, self.settings.kubelet_version);
      self.node.ready = got.has_value();
      if (!got) self.node.not_ready_reason = got.error().message;
      self.heartbeat.start(self.node,
                           self.guarded([](State& state, Result<void> how) { state.registered(std::move(how)); }));
      self.list_images();
    }));
    informers.when_synced(guarded([&pods](State& self) { self.adopt(pods); }));
    parts.runtime.on_event(guarded([](State& self, const cri::Event& event) { self.heard(event); }));
  }

  void registered(const Result<void>& how) {
    if (how) {
      const View about = heartbeat.node().root();
      events.record(about, "Normal", "Starting", "Starting kubelet.");
      for (const char* what : {"NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"})
        events.record(about, "Normal", what, fmt::format("Node {} status is now: {}", settings.name, what));
    }
    report_ready();
  }

  void report_ready() {
    if (!adopted || !heartbeat.node()) return;
    if (auto call_back = std::exchange(on_ready, nullptr)) call_back({});
  }

  /// Pods that run already find their worker; what belongs to none is removed.
  void adopt(client::Informer& pods) {
    gather_all(parts.runtime, "", guarded([&pods](State& self, Result<PodRuntimeState> got) {
                 if (!got) return self.timer.start(kRetry, self.guarded([&pods](State& state) { state.adopt(pods); }));
                 ByPod found = by_pod(std::move(*got));
                 self.adopted = true;
                 for (const Document& pod : pods.list()) {
                   const std::string uid(object::uid_of(pod.root()));
                   const auto at = found.find(uid);
                   self.add(pod, at == found.end() ? PodRuntimeState() : std::move(at->second));
                   found.erase(uid);
                 }
                 for (const auto& [uid, state] : found) self.remove_orphan(uid, state);
                 self.timer.start(self.missed ? 0 : kRelistPeriod, [state = &self] { state->relist(); });
                 self.report_ready();
               }));
  }

  static ByPod by_pod(PodRuntimeState all) {
    ByPod out;
    for (auto& each : all.sandboxes) out[each.uid].sandboxes.push_back(std::move(each));
    for (auto& each : all.containers) out[each.labels[labels::kPodUid]].containers.push_back(std::move(each));
    return out;
  }

  // ---- pods

  void add(const Document& pod, PodRuntimeState state) {
    const std::string uid(object::uid_of(pod.root()));
    uids[object::key_of(pod.root())] = uid;
    auto worker = std::make_unique<PodWorker>(context, pod, guarded([uid](State& self) { self.workers.erase(uid); }));
    PodWorker& here = *worker;
    workers[uid] = std::move(worker);
    here.start(std::move(state));
  }

  void changed(const Document& before, const Document& after) {
    if (before && (!after || object::uid_of(before.root()) != object::uid_of(after.root()))) {
      const auto at = workers.find(std::string(object::uid_of(before.root())));
      if (at != workers.end()) at->second->vanish();
      const auto uid = uids.find(object::key_of(before.root()));
      if (uid != uids.end() && uid->second == object::uid_of(before.root())) uids.erase(uid);
    }
    if (!after) return;
    const auto at = workers.find(std::string(object::uid_of(after.root())));
    if (at == workers.end()) return add(after, {});
    at->second->update(after);
  }

  /// Left by a pod that was deleted while nobody looked, or while the runtime was away.
  void remove_orphan(const std::string& uid, const PodRuntimeState& state) {
    auto open = std::make_shared<size_t>(state.sandboxes.size() + 1);
    const std::function<void()> stopped = guarded([open, state](State& self) {
      if (--*open == 0) remove_all(self.parts.runtime, state);
    });
    for (const auto& sandbox : state.sandboxes)
      parts.runtime.stop_pod_sandbox(sandbox.id, [stopped](const Result<void>&) { stopped(); });
    stopped();
    volumes->remove(uid);
  }

  // ---- events

  void heard(const cri::Event& event) {
    if (!adopted) return void(missed = true);
    if (event.type == cri::Event::Type::kRelist) {
      watchful_until = parts.executor.clock().monotonic() + kWatchful;
      return relist();
    }
    for (auto& [uid, worker] : workers)
      if (worker->owns(event.container_id)) return worker->look(event.type == cri::Event::Type::kDeleted);
  }

  /// Compares what the runtime lists with what the workers know: a look at each pod that differs, an end to what
  /// belongs to none.
  void relist() {
    const bool watchful = parts.executor.clock().monotonic() < watchful_until;
    timer.start(watchful ? kWatchfulPeriod : kRelistPeriod, [this] { relist(); });
    parts.runtime.list_containers(
        "", guarded([](State& self, Result<std::vector<cri::Container>> containers) {
          if (!containers) return self.runtime_failed(containers.error().message);
          self.runtime_answers();
          self.parts.runtime.list_sandboxes(
              "", self.guarded(
                      [containers = std::move(*containers)](State& state, Result<std::vector<cri::Sandbox>> sandboxes) {
                        if (sandboxes) state.compare(containers, *sandboxes);
                      }));
        }));
  }

  void compare(const std::vector<cri::Container>& containers, const std::vector<cri::Sandbox>& sandboxes) {
    std::map<std::string, std::map<std::string, int>> listed;  // by pod: id -> state
    for (const auto& each : containers)
      if (const auto uid = each.labels.find(labels::kPodUid); uid != each.labels.end())
        listed[uid->second][each.id] = static_cast<int>(each.state);
    ByPod orphans;
    for (const auto& each : sandboxes) {
      listed[each.uid][each.id] = each.ready ? -1 : -2;
      if (!workers.contains(each.uid)) orphans[each.uid].sandboxes.emplace_back().id = each.id;
    }
    // Their pods ended while the runtime was away, and with it what should have removed them.
    for (const auto& [uid, state] : orphans) remove_orphan(uid, state);
    for (auto& [uid, worker] : workers) {
      std::map<std::string, int> known;
      for (const auto& each : worker->state().containers) known[each.id] = static_cast<int>(each.state);
      for (const auto& each : worker->state().sandboxes) known[each.id] = each.ready ? -1 : -2;
      if (known != listed[uid]) worker->look(true);
    }
  }

  /// A short absence of the runtime (it was restarted) is no reason to call the node NotReady.
  void runtime_failed(const std::string& why) {
    timer.start(kRetry, [this] { relist(); });
    const runtime::TimeNs now = parts.executor.clock().monotonic();
    if (!failing_since) failing_since = now;
    if (now - *failing_since < kRuntimePatience || !node.ready) return;
    node.ready = false;
    node.not_ready_reason = "container runtime is down: " + why;
    heartbeat.update(node);
    events.record(heartbeat.node().root(), "Normal", "NodeNotReady",
                  fmt::format("Node {} status is now: NodeNotReady", settings.name));
  }

  void runtime_answers() {
    failing_since.reset();
    if (std::exchange(node.ready, true)) return;
    heartbeat.update(node);
    events.record(heartbeat.node().root(), "Normal", "NodeReady",
                  fmt::format("Node {} status is now: NodeReady", settings.name));
  }

  /// status.images: the 50 largest.
  void list_images() {
    constexpr size_t kMost = 50;
    parts.runtime.list_images(guarded([](State& self, Result<std::vector<cri::Image>> got) {
      if (!got) return;
      std::ranges::stable_sort(*got, std::greater(), &cri::Image::size);
      Value images = Value::array();
      for (const cri::Image& image : *got) {
        Value names = Value::array();
        for (const std::string& name : image.repo_digests) names.push_back(name);
        for (const std::string& name : image.repo_tags) names.push_back(name);
        if (View(names).empty() || View(images).size() == kMost) continue;
        images.push_back(Value::object({{"names", std::move(names)}, {"sizeBytes", image.size}}));
      }
      self.node.images = std::move(images);
      self.heartbeat.update(self.node);
    }));
  }

  void stop_all(std::function<void()> done) {
    workers.clear();
    parts.runtime.list_sandboxes(
        "", guarded([done = std::move(done)](State& self, Result<std::vector<cri::Sandbox>> got) {
          if (!got || got->empty()) return done();
          auto open = std::make_shared<size_t>(got->size());
          for (const cri::Sandbox& each : *got)
            self.parts.runtime.stop_pod_sandbox(
                each.id, self.guarded([open, done, id = each.id](State& state, const Result<void>&) {
                  state.parts.runtime.remove_pod_sandbox(id, [open, done](const Result<void>&) {
                    if (--*open == 0) done();
                  });
                }));
        }));
  }
};

Agent::Agent(NodeSettings settings, AgentParts parts) : state_(std::make_shared<State>(std::move(settings), parts)) {}

Agent::~Agent() {
  state_->gone = true;
  state_->timer.stop();
  state_->workers.clear();
}

void Agent::start(std::function<void(Result<void>)> ready) {
  state_->on_ready = std::move(ready);
  state_->begin();
}

void Agent::stop_all_pods(std::function<void()> done) { state_->stop_all(std::move(done)); }

PodWorker* Agent::worker(std::string_view ns, std::string_view name) const {
  const auto uid = state_->uids.find(fmt::format("{}/{}", ns, name));
  if (uid == state_->uids.end()) return nullptr;
  const auto at = state_->workers.find(uid->second);
  return at == state_->workers.end() ? nullptr : at->second.get();
}

uint64_t Agent::subscribe(std::function<void(const std::string&)> listener) {
  state_->listeners[state_->next_listener] = std::move(listener);
  return state_->next_listener++;
}
void Agent::unsubscribe(uint64_t subscription) { state_->listeners.erase(subscription); }

cri::Runtime& Agent::runtime() const { return state_->parts.runtime; }
const NodeSettings& Agent::settings() const { return state_->settings; }

}  // namespace proa::node
