#include "node/cri/fake.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "node/cri/grpc_session.h"

namespace proa::node::cri {

using runtime::kSecond;

struct FakeRuntime::State : std::enable_shared_from_this<State> {
  State(runtime::Executor& e, int number) : executor(e), node_number(number) {}

  struct Box {
    SandboxStatus status;
    SandboxConfig config;
  };
  struct Inmate {
    ContainerStatus status;
    ContainerConfig config;
    FakeLife life;
    uint64_t run = 0;     // counts starts and ends: a timer of another run is passed over
    Done<void> starting;  // who waits for it to run
    std::vector<Done<void>> stopping;
    bool going = false;  // remove_container() is under way
  };

  runtime::Executor& executor;
  int node_number;
  std::map<std::string, Box> boxes;
  std::map<std::string, Inmate> inmates;
  std::function<FakeLife(const ContainerConfig&, const SandboxConfig&)> script;
  std::function<ExecResult(const std::string&, const std::vector<std::string>&)> exec_script;
  std::function<void(const Event&)> listener;
  std::set<std::string> missing_images;
  std::string down, sandbox_error;
  runtime::DurationNs sandbox_delay = 0;
  std::vector<std::string> calls;
  uint64_t sequence = 0;

  runtime::TimeNs now() { return executor.clock().wall(); }

  template <class T>
  void answer(Done<T> done, Result<T> with, runtime::DurationNs delay = 0) {
    if (!down.empty()) with = Error(grpc_error(grpc::kUnavailable, down));
    auto task = [weak = weak_from_this(), done = std::move(done), with = std::move(with)]() mutable {
      if (weak.lock()) done(std::move(with));
    };
    if (delay == 0)
      executor.post(std::move(task));
    else
      executor.after(delay, std::move(task));
  }

  std::string new_id(std::string_view kind) { return fmt::format("{}{:04x}{:08x}", kind, node_number, ++sequence); }

  void tell(Event::Type type, const std::string& id) {
    executor.post([weak = weak_from_this(), type, id] {
      const auto self = weak.lock();
      if (self && self->listener) self->listener({type, id});
    });
  }

  void ended(const std::string& id, int code) {
    const auto at = inmates.find(id);
    if (at == inmates.end() || at->second.status.state != ContainerState::kRunning) return;
    Inmate& inmate = at->second;
    inmate.status.state = ContainerState::kExited;
    inmate.status.exit_code = code;
    inmate.status.finished_at = now();
    inmate.status.reason = inmate.life.oom ? "OOMKilled" : code == 0 ? "Completed" : "Error";
    ++inmate.run;
    tell(Event::Type::kExited, id);
    for (Done<void>& done : std::exchange(inmate.stopping, {})) answer<void>(std::move(done), {});
  }

  /// What was being started never runs: its task is gone before its program began.
  void fail_start(Inmate& inmate) {
    if (!inmate.starting) return;
    ++inmate.run;
    answer<void>(std::exchange(inmate.starting, nullptr),
                 Error(grpc_error(grpc::kUnknown, "the container's sandbox is gone")));
  }

  /// The container is no more; whoever waits for it hears of it, as from a real runtime.
  void remove(std::map<std::string, Inmate>::iterator at) {
    fail_start(at->second);
    for (Done<void>& done : std::exchange(at->second.stopping, {})) answer<void>(std::move(done), {});
    inmates.erase(at);
  }

  /// Does `what` unless the container has been started or has ended in between.
  void later(const std::string& id, runtime::DurationNs delay, std::function<void(State&)> what) {
    executor.after(delay, [weak = weak_from_this(), id, run = inmates[id].run, what = std::move(what)] {
      const auto self = weak.lock();
      if (!self) return;
      const auto at = self->inmates.find(id);
      if (at != self->inmates.end() && at->second.run == run) what(*self);
    });
  }

  void live(const std::string& id) {
    Inmate& inmate = inmates[id];
    inmate.status.state = ContainerState::kRunning;
    inmate.status.started_at = now();
    ++inmate.run;
    tell(Event::Type::kStarted, id);
    if (inmate.starting) answer<void>(std::exchange(inmate.starting, nullptr), {});
    if (inmate.life.ends_after)
      later(id, *inmate.life.ends_after, [id, code = inmate.life.exit_code](State& self) { self.ended(id, code); });
  }
};

FakeRuntime::FakeRuntime(runtime::Executor& executor, int node_number)
    : state_(std::make_shared<State>(executor, node_number)) {}
FakeRuntime::~FakeRuntime() = default;

void FakeRuntime::on_start(std::function<FakeLife(const ContainerConfig&, const SandboxConfig&)> script) {
  state_->script = std::move(script);
}
void FakeRuntime::on_exec(std::function<ExecResult(const std::string&, const std::vector<std::string>&)> script) {
  state_->exec_script = std::move(script);
}
void FakeRuntime::set_missing_image(const std::string& name, bool missing) {
  if (missing)
    state_->missing_images.insert(name);
  else
    state_->missing_images.erase(name);
}
void FakeRuntime::set_down(std::string why) {
  const bool was_down = is_down();
  state_->down = std::move(why);
  if (was_down && !is_down()) state_->tell(Event::Type::kRelist, "");
}
bool FakeRuntime::is_down() const { return !state_->down.empty(); }
void FakeRuntime::set_sandbox(runtime::DurationNs delay, std::string error) {
  state_->sandbox_delay = delay;
  state_->sandbox_error = std::move(error);
}
void FakeRuntime::kill(const std::string& container_id, int exit_code) { state_->ended(container_id, exit_code); }

void FakeRuntime::power_cut() {
  for (auto& [id, inmate] : state_->inmates) {
    state_->fail_start(inmate);
    state_->ended(id, 255);
  }
  for (auto& [id, box] : state_->boxes) box.status.ready = false;
}

std::vector<std::string> FakeRuntime::running() const {
  std::vector<std::string> out;
  for (const auto& [id, each] : state_->inmates)
    if (each.status.state == ContainerState::kRunning)
      out.push_back(each.status.labels.at("io.kubernetes.pod.name") + "/" + each.status.name);
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> FakeRuntime::running_ids() const {
  std::vector<std::string> out;
  for (const auto& [id, each] : state_->inmates)
    if (each.status.state == ContainerState::kRunning) out.push_back(id);
  return out;
}

const std::vector<std::string>& FakeRuntime::calls() const { return state_->calls; }

void FakeRuntime::version(Done<Version> done) { state_->answer<Version>(std::move(done), Version{"fake", "1.0"}); }

void FakeRuntime::conditions(Done<std::vector<Condition>> done) {
  state_->answer<std::vector<Condition>>(
      std::move(done), std::vector<Condition>{{"RuntimeReady", true, "", ""}, {"NetworkReady", true, "", ""}});
}

void FakeRuntime::run_pod_sandbox(const SandboxConfig& config, Done<std::string> done) {
  State& s = *state_;
  s.calls.push_back("sandbox " + config.name);
  if (!s.sandbox_error.empty())
    return s.answer<std::string>(std::move(done), Error(grpc_error(grpc::kUnknown, s.sandbox_error)), s.sandbox_delay);
  const std::string id = s.new_id("sandbox");
  State::Box& box = s.boxes[id];
  box.config = config;
  SandboxStatus& status = box.status;
  status.id = id;
  status.name = config.name;
  status.uid = config.uid;
  status.namespace_ = config.namespace_;
  status.attempt = config.attempt;
  status.ready = true;
  status.created_at = s.now();
  status.labels = config.labels;
  status.host_network = config.namespaces.network == Namespace::kNode;
  const uint64_t n = s.sequence;
  if (!status.host_network)
    status.ips = {fmt::format("10.{}.{}.{}", 200 + s.node_number / 256, s.node_number % 256, 2 + n % 250)};
  s.answer<std::string>(std::move(done), id, s.sandbox_delay);
}

void FakeRuntime::stop_pod_sandbox(const std::string& id, Done<void> done) {
  State& s = *state_;
  const auto at = s.boxes.find(id);
  if (at != s.boxes.end() && s.down.empty()) {
    s.calls.push_back("stop-sandbox " + at->second.status.name);
    at->second.status.ready = false;
    for (auto& [container, each] : s.inmates) {
      if (each.status.sandbox_id != id) continue;
      s.fail_start(each);
      s.ended(container, 137);
    }
  }
  s.answer<void>(std::move(done), {});
}

/// As containerd: it removes the sandbox's containers too, and fails when another call is at that just now.
void FakeRuntime::remove_pod_sandbox(const std::string& id, Done<void> done) {
  const auto inside = [&](const auto& each) { return each.second.status.sandbox_id == id; };
  if (std::ranges::any_of(state_->inmates, [&](const auto& each) { return inside(each) && each.second.going; }))
    return state_->answer<void>(std::move(done),
                                Error(grpc_error(grpc::kNotFound, "failed to remove container: not found")));
  if (state_->down.empty()) {
    for (auto at = state_->inmates.begin(); at != state_->inmates.end();) {
      const auto here = at++;
      if (inside(*here)) state_->remove(here);
    }
    state_->boxes.erase(id);
  }
  state_->answer<void>(std::move(done), {});
}

void FakeRuntime::sandbox_status(const std::string& id, Done<SandboxStatus> done) {
  const auto at = state_->boxes.find(id);
  if (at == state_->boxes.end())
    return state_->answer<SandboxStatus>(std::move(done), Error(grpc_error(grpc::kNotFound, "no such sandbox")));
  state_->answer<SandboxStatus>(std::move(done), at->second.status);
}

void FakeRuntime::list_sandboxes(const std::string& pod_uid, Done<std::vector<Sandbox>> done) {
  std::vector<Sandbox> out;
  for (const auto& [id, each] : state_->boxes)
    if (pod_uid.empty() || each.status.uid == pod_uid) out.push_back(each.status);
  state_->answer<std::vector<Sandbox>>(std::move(done), std::move(out));
}

void FakeRuntime::create_container(const std::string& sandbox_id, const ContainerConfig& config, const SandboxConfig&,
                                   Done<std::string> done) {
  State& s = *state_;
  const auto box = s.boxes.find(sandbox_id);
  if (box == s.boxes.end())
    return s.answer<std::string>(std::move(done), Error(grpc_error(grpc::kNotFound, "no such sandbox")));
  if (!box->second.status.ready)
    return s.answer<std::string>(std::move(done), Error(grpc_error(grpc::kUnknown, "the sandbox does not run")));
  s.calls.push_back("create " + config.name);
  const std::string id = s.new_id("container");
  State::Inmate& inmate = s.inmates[id];
  inmate.config = config;
  ContainerStatus& status = inmate.status;
  status.id = id;
  status.sandbox_id = sandbox_id;
  status.name = config.name;
  status.attempt = config.attempt;
  status.image = config.user_image;
  status.image_ref = config.image;
  status.state = ContainerState::kCreated;
  status.created_at = s.now() + static_cast<int64_t>(s.sequence % 1000);  // later ones are newer within one instant
  status.labels = config.labels;
  status.annotations = config.annotations;
  s.answer<std::string>(std::move(done), id);
}

void FakeRuntime::start_container(const std::string& id, Done<void> done) {
  State& s = *state_;
  const auto at = s.inmates.find(id);
  if (at == s.inmates.end())
    return s.answer<void>(std::move(done), Error(grpc_error(grpc::kNotFound, "no such container")));
  State::Inmate& inmate = at->second;
  s.calls.push_back("start " + inmate.status.name);
  const auto box = s.boxes.find(inmate.status.sandbox_id);
  if (inmate.starting || box == s.boxes.end() || !box->second.status.ready)
    return s.answer<void>(std::move(done), Error(grpc_error(grpc::kUnknown, "the container can't be started now")));
  if (s.script) inmate.life = s.script(inmate.config, box->second.config);
  if (!inmate.life.start_error.empty()) {
    inmate.status.state = ContainerState::kExited;
    inmate.status.exit_code = 128;
    inmate.status.reason = "StartError";
    inmate.status.message = inmate.life.start_error;
    inmate.status.finished_at = s.now();
    return s.answer<void>(std::move(done), Error(grpc_error(grpc::kUnknown, inmate.life.start_error)));
  }
  inmate.starting = std::move(done);
  if (inmate.life.start_delay == 0) return s.live(id);
  s.later(id, inmate.life.start_delay, [id](State& self) { self.live(id); });
}

void FakeRuntime::stop_container(const std::string& id, int64_t grace_seconds, Done<void> done) {
  State& s = *state_;
  const auto at = s.inmates.find(id);
  if (at == s.inmates.end())
    return s.answer<void>(std::move(done), Error(grpc_error(grpc::kNotFound, "no such container")));
  State::Inmate& inmate = at->second;
  s.calls.push_back(fmt::format("stop {} {}", inmate.status.name, grace_seconds));
  if (!s.down.empty() || inmate.status.state != ContainerState::kRunning) return s.answer<void>(std::move(done), {});
  inmate.stopping.push_back(std::move(done));
  const runtime::DurationNs grace = grace_seconds * kSecond;
  const bool obeys = inmate.life.stop_delay <= grace;
  const auto end = [id, code = obeys ? inmate.life.exit_code : 137](State& self) { self.ended(id, code); };
  const runtime::DurationNs delay = std::min(inmate.life.stop_delay, grace);
  if (delay == 0) return end(s);
  s.later(id, delay, end);
}

void FakeRuntime::remove_container(const std::string& id, Done<void> done) {
  const auto at = state_->inmates.find(id);
  if (at == state_->inmates.end() || !state_->down.empty()) return state_->answer<void>(std::move(done), {});
  at->second.going = true;
  state_->answer<void>(
      [weak = state_->weak_from_this(), id, done = std::move(done)](Result<void> how) {
        if (const auto self = weak.lock())
          if (const auto here = self->inmates.find(id); here != self->inmates.end()) self->remove(here);
        done(std::move(how));
      },
      {});
}

void FakeRuntime::list_containers(const std::string& pod_uid, Done<std::vector<Container>> done) {
  std::vector<Container> out;
  for (const auto& [id, each] : state_->inmates)
    if (pod_uid.empty() || each.status.labels.at("io.kubernetes.pod.uid") == pod_uid) out.push_back(each.status);
  state_->answer<std::vector<Container>>(std::move(done), std::move(out));
}

void FakeRuntime::container_status(const std::string& id, Done<ContainerStatus> done) {
  const auto at = state_->inmates.find(id);
  if (at == state_->inmates.end())
    return state_->answer<ContainerStatus>(std::move(done), Error(grpc_error(grpc::kNotFound, "no such container")));
  state_->answer<ContainerStatus>(std::move(done), at->second.status);
}

void FakeRuntime::reopen_log(const std::string&, Done<void> done) { state_->answer<void>(std::move(done), {}); }

void FakeRuntime::image_status(const std::string& name, Done<std::optional<Image>> done) {
  std::optional<Image> image;
  if (!state_->missing_images.contains(name)) {
    image.emplace();
    image->id = "sha256:" + name;
    image->repo_tags = {name};
    image->uid = 0;
  }
  state_->answer<std::optional<Image>>(std::move(done), std::move(image));
}

void FakeRuntime::list_images(Done<std::vector<Image>> done) {
  state_->answer<std::vector<Image>>(std::move(done), std::vector<Image>());
}

void FakeRuntime::pull_image(const std::string& name, Done<std::string> done) {
  state_->calls.push_back("pull " + name);
  if (state_->missing_images.contains(name))
    return state_->answer<std::string>(
        std::move(done),
        Error(grpc_error(grpc::kNotFound, fmt::format("failed to pull and unpack image \"{}\": not found", name))));
  state_->answer<std::string>(std::move(done), name);
}

void FakeRuntime::remove_image(const std::string&, Done<void> done) { state_->answer<void>(std::move(done), {}); }

void FakeRuntime::exec_sync(const std::string& container_id, const std::vector<std::string>& command, int64_t,
                            Done<ExecResult> done) {
  ExecResult result;
  if (state_->exec_script) result = state_->exec_script(container_id, command);
  state_->answer<ExecResult>(std::move(done), std::move(result));
}

void FakeRuntime::exec_url(const ExecRequest&, Done<std::string> done) {
  state_->answer<std::string>(std::move(done), Error(grpc_error(12, "a simulated container runs no commands")));
}
void FakeRuntime::port_forward_url(const std::string&, int, Done<std::string> done) {
  state_->answer<std::string>(std::move(done), Error(grpc_error(12, "a simulated container has no ports")));
}

void FakeRuntime::on_event(std::function<void(const Event&)> listener) { state_->listener = std::move(listener); }

}  // namespace proa::node::cri
