#include "node/containerd/supervisor.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "node/cri/client.h"
#include "node/cri/grpc_channel.h"
#include "node/image/pause_image.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::node {

using runtime::kMillisecond;
using runtime::kSecond;

namespace {

constexpr runtime::DurationNs kStartLimit = 20 * kSecond;
constexpr int kCapSysResource = 24;

#if defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
constexpr const char* kArchitecture = "amd64";
#endif

bool has_capability(int number) {
  const auto status = runtime::read_file("/proc/self/status");
  const size_t at = status ? status->find("CapEff:") : std::string::npos;
  if (at == std::string::npos) return true;
  return (std::strtoull(status->c_str() + at + 7, nullptr, 16) >> number & 1) != 0;
}

/// Tries it: whether overlayfs works depends on kernel, user and the file system below.
bool overlay_works(const std::string& dir) {
  const std::string base = dir + "/overlay-check";
  for (const char* part : {"lower", "upper", "work", "merged"})
    if (!runtime::make_dirs(base + "/" + part)) return false;
  const std::string options = fmt::format("lowerdir={0}/lower,upperdir={0}/upper,workdir={0}/work", base);
  const bool works = ::mount("overlay", (base + "/merged").c_str(), "overlay", 0, options.c_str()) == 0;
  if (works) ::umount2((base + "/merged").c_str(), MNT_DETACH);
  (void)runtime::remove_tree(base);
  return works;
}

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  const std::string rest = path != nullptr ? path : "";
  for (size_t at = 0; at < rest.size();) {
    const size_t end = std::min(rest.find(':', at), rest.size());
    const std::string file = rest.substr(at, end - at) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

struct Supervisor::State : std::enable_shared_from_this<State> {
  State(runtime::EventLoop& event_loop, SupervisorOptions given)
      : loop(event_loop), options(std::move(given)), paths(containerd_paths(options.data_dir)) {}

  runtime::EventLoop& loop;
  SupervisorOptions options;
  ContainerdPaths paths;
  std::unique_ptr<runtime::Child> child;
  std::unique_ptr<cri::GrpcChannel> channel;
  std::unique_ptr<cri::Runtime> client;
  std::function<void(Result<void>)> on_ready;
  std::vector<std::function<void()>> on_stopped;
  runtime::DurationNs restart_delay = 0;
  runtime::TimeNs started_at = 0;
  bool adopted = false, stopping = false, gone = false;

  void later(runtime::DurationNs delay, std::function<void(State&)> what) {
    loop.after(delay, [weak = weak_from_this(), what = std::move(what)] {
      const auto self = weak.lock();
      if (self && !self->gone) what(*self);
    });
  }

  Result<void> write_files() {
    for (const std::string& dir : {paths.dir, paths.root, paths.state, paths.cni_conf_dir,
                                   std::filesystem::path(paths.socket).parent_path().string()})
      if (auto made = runtime::make_dirs(dir, 0711); !made) return made;
    ContainerdConfig config{.paths = paths, .cni_bin_dir = options.cni_bin_dir};
    config.sandbox_image = kPauseImage;
    config.restrict_oom_score_adj = !has_capability(kCapSysResource);
    if (!overlay_works(paths.dir)) config.snapshotter = "native";
    if (auto written = runtime::write_file_atomic(paths.config, containerd_toml(config)); !written) return written;
    return runtime::write_file_atomic(paths.cni_conf_dir + "/10-proa.conflist", cni_conflist(options.network));
  }

  bool adopt() {
    const auto text = runtime::read_file(paths.pid_file);
    int pid = 0;
    unsigned long long start_time = 0;
    if (!text || std::sscanf(text->c_str(), "%d %llu", &pid, &start_time) != 2 || pid <= 0) return false;
    if (runtime::process_start_time(pid) != start_time) return false;
    auto running = runtime::Child::adopt(pid, start_time);
    if (!running) return false;
    child = std::move(*running);
    adopted = true;
    watch();
    return true;
  }

  Result<void> launch() {
    (void)::unlink(paths.socket.c_str());
    runtime::Command command;
    command.argv = {"containerd", "--config", paths.config};
    command.log_file = paths.log;
    command.new_session = true;
    auto made = runtime::Child::start(command);
    if (!made) return Error(std::move(made.error()));
    child = std::move(*made);
    adopted = false;
    started_at = loop.clock().monotonic();
    const int pid = child->pid();
    watch();
    const std::string record = fmt::format("{} {}\n", pid, runtime::process_start_time(pid));
    auto written = runtime::write_file_atomic(paths.pid_file, record);
    // One that nobody will find again would stand in the way of the next.
    if (!written) child->kill(SIGKILL);
    return written;
  }

  void watch() {
    child->on_exit(loop, [weak = weak_from_this()](int) {
      const auto self = weak.lock();
      if (self && !self->gone) self->ended();
    });
  }

  void ended() {
    child.reset();
    (void)::unlink(paths.pid_file.c_str());
    if (stopping) {
      for (auto& call_back : std::exchange(on_stopped, {})) call_back();
      return;
    }
    const bool lasted = loop.clock().monotonic() - started_at > 10 * kSecond;
    restart_delay = lasted ? 0 : std::clamp<runtime::DurationNs>(restart_delay * 2, 100 * kMillisecond, 10 * kSecond);
    later(restart_delay, [](State& self) {
      if (self.stopping || self.child) return;
      if (!self.launch()) self.ended();
    });
  }

  void wait_until_it_answers(runtime::TimeNs give_up) {
    client->version([weak = weak_from_this(), give_up](Result<cri::Version> answer) {
      const auto self = weak.lock();
      if (!self || self->gone) return;
      if (answer) return self->bring_in_pause(give_up);
      if (self->loop.clock().monotonic() > give_up) return self->ready(Error(self->no_answer(answer.error())));
      self->later(3 * kMillisecond, [give_up](State& state) { state.wait_until_it_answers(give_up); });
    });
  }

  Status no_answer(const Status& why) const {
    return base::service_unavailable(
        fmt::format("containerd does not answer at {} ({}); its log is {}", paths.socket, why.message, paths.log));
  }

  void bring_in_pause(runtime::TimeNs give_up) {
    import_image(*channel, single_file_image("pause", pause_program(), kArchitecture), std::string(kPauseImage),
                 [weak = weak_from_this(), give_up](Result<void> imported) {
                   const auto self = weak.lock();
                   if (!self || self->gone) return;
                   if (!imported) return self->ready(Error(std::move(imported.error())));
                   self->wait_for_pause(give_up);
                 });
  }

  /// CRI learns of the image by an event; before it does, a sandbox would look for a registry.
  void wait_for_pause(runtime::TimeNs give_up) {
    client->image_status(
        std::string(kPauseImage), [weak = weak_from_this(), give_up](Result<std::optional<cri::Image>> got) {
          const auto self = weak.lock();
          if (!self || self->gone) return;
          if (got && *got) return self->ready({});
          if (self->loop.clock().monotonic() > give_up)
            return self->ready(Error(base::internal_error("containerd does not show the sandbox image it was given")));
          self->later(2 * kMillisecond, [give_up](State& state) { state.wait_for_pause(give_up); });
        });
  }

  void ready(Result<void> how) {
    if (auto call_back = std::exchange(on_ready, nullptr)) call_back(std::move(how));
  }
};

Supervisor::Supervisor(runtime::EventLoop& loop, SupervisorOptions options)
    : state_(std::make_shared<State>(loop, std::move(options))) {}

Supervisor::~Supervisor() { state_->gone = true; }

void Supervisor::start(std::function<void(Result<void>)> done) {
  State& s = *state_;
  s.on_ready = std::move(done);
  Result<void> begun = s.write_files();
  if (begun && !s.adopt()) begun = s.launch();
  if (!begun) {
    s.later(0, [why = begun.error()](State& state) { state.ready(Error(why)); });
    return;
  }
  s.channel = std::make_unique<cri::GrpcChannel>(s.loop, s.paths.socket);
  s.channel->set_namespace("k8s.io");
  s.client = cri::make_client(s.loop, s.paths.socket);
  s.wait_until_it_answers(s.loop.clock().monotonic() + kStartLimit);
}

void Supervisor::stop(std::function<void()> done) {
  State& s = *state_;
  s.stopping = true;
  if (!s.child) return s.loop.post(std::move(done));
  s.on_stopped.push_back(std::move(done));
  s.child->kill(SIGTERM);
  s.later(10 * kSecond, [](State& state) {
    if (state.child) state.child->kill(SIGKILL);
  });
}

const std::string& Supervisor::socket_path() const { return state_->paths.socket; }
int Supervisor::pid() const { return state_->child ? state_->child->pid() : 0; }
bool Supervisor::adopted() const { return state_->adopted; }

std::vector<std::string> missing_prerequisites(const std::string& cni_bin_dir) {
  std::vector<std::string> missing;
  if (::geteuid() != 0) missing.emplace_back("containers need root: run it with sudo");
  constexpr std::pair<const char*, const char*> kPrograms[] = {
      {"containerd", "containerd"}, {"runc", "runc"}, {"nft", "nftables"}, {"ip", "iproute2"}};
  for (const auto& [program, package] : kPrograms)
    if (!in_path(program)) missing.push_back(fmt::format("{} is not installed: apt-get install {}", program, package));
  for (const char* plugin : {"ptp", "host-local", "loopback"})
    if (!runtime::file_exists(cni_bin_dir + "/" + plugin))
      missing.push_back(fmt::format("the CNI plugin {} is not in {}: apt-get install containernetworking-plugins",
                                    plugin, cni_bin_dir));
  for (const char* kind : {"net", "mnt", "pid", "ipc", "uts"})
    if (!runtime::file_exists(fmt::format("/proc/self/ns/{}", kind)))
      missing.push_back(fmt::format("the kernel has no {} namespaces", kind));
  return missing;
}

}  // namespace proa::node
