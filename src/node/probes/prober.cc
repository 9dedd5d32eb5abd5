#include "node/probes/prober.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "node/cri/grpc_session.h"
#include "object/value.h"

namespace proa::node {

using object::View;
using runtime::kMillisecond;
using runtime::kSecond;
using Outcome = ProbeOutcome::Result;

namespace {

enum class Type { kStartup, kLiveness, kReadiness };

const char* field_of(Type type) {
  return type == Type::kStartup ? "startupProbe" : type == Type::kLiveness ? "livenessProbe" : "readinessProbe";
}
const char* title_of(Type type) {
  return type == Type::kStartup ? "Startup" : type == Type::kLiveness ? "Liveness" : "Readiness";
}
std::optional<bool>& verdict(ProbeResults& results, Type type) {
  return type == Type::kStartup ? results.startup : type == Type::kLiveness ? results.liveness : results.readiness;
}

/// When, after the start, the quiet tries are made; the first that counts comes a second after the start.
constexpr runtime::DurationNs kQuietTries[] = {15 * kMillisecond, 50 * kMillisecond, 120 * kMillisecond,
                                               300 * kMillisecond, 600 * kMillisecond};
constexpr runtime::DurationNs kFirstTry = kSecond;
constexpr int kTriesOnError = 3;
constexpr size_t kLongestOutput = 10 * 1024;  // of a command

}  // namespace

struct Prober::State : std::enable_shared_from_this<State> {
  /// One probe of one container.
  struct Run {
    Run(State& owner, const object::Value& container_spec, std::string container_id, Type probe_type, std::string ip)
        : spec(container_spec),
          id(std::move(container_id)),
          type(probe_type),
          pod_ip(std::move(ip)),
          timing(probe_timing(probe())),
          thresholds(timing.success_threshold, timing.failure_threshold),
          timer(owner.executor) {}

    object::Value spec;  // of the container
    std::string id;
    Type type;
    std::string pod_ip;
    ProbeTiming timing;
    Thresholds thresholds;
    runtime::Timer timer;
    size_t quiet_done = 0;
    bool on_hold = false;

    View probe() const { return View(spec)[object::Key(std::string_view(field_of(type)))]; }
    /// A command in a container is too dear to be run five times in a second.
    bool may_be_quiet() const { return type != Type::kLiveness && !probe()["exec"].exists(); }
  };
  using RunPtr = std::shared_ptr<Run>;

  State(runtime::Executor& e, cri::Runtime& r, ProbeNetwork& n, Handlers h)
      : executor(e), runtime(r), network(n), handlers(std::move(h)) {}

  runtime::Executor& executor;
  cri::Runtime& runtime;
  ProbeNetwork& network;
  Handlers handlers;
  std::map<std::pair<std::string, Type>, RunPtr> runs;
  std::map<std::string, ProbeResults> results;

  // ---- time

  void begin(const RunPtr& run, runtime::TimeNs started_at) {
    const runtime::DurationNs age = std::max<runtime::DurationNs>(executor.clock().wall() - started_at, 0);
    const runtime::DurationNs wait = std::max<runtime::DurationNs>(run->timing.initial_delay - age, 0);
    if (age > 10 * kSecond) return arm(run, wait, false);  // adopted: no hurry, but soon
    if (run->may_be_quiet()) return arm(run, wait + kQuietTries[0], true);
    arm(run, std::max(wait, kFirstTry), false);
  }

  void arm(const RunPtr& run, runtime::DurationNs delay, bool quiet) {
    run->timer.start(delay, [this, weak = std::weak_ptr<Run>(run), quiet] {
      if (const RunPtr alive = weak.lock()) tick(alive, quiet);
    });
  }

  void next(const RunPtr& run, bool quiet) {
    if (run->on_hold) return;
    if (!quiet) return arm(run, run->timing.period, false);
    const runtime::DurationNs now = kQuietTries[run->quiet_done++];
    if (run->quiet_done < std::size(kQuietTries)) return arm(run, kQuietTries[run->quiet_done] - now, true);
    arm(run, kFirstTry - now, false);
  }

  // ---- one try

  void tick(const RunPtr& run, bool quiet) {
    if (run->type != Type::kStartup && !started(*run))
      return arm(run, std::min<runtime::DurationNs>(run->timing.period, kSecond), quiet);
    attempt(run, quiet, kTriesOnError);
  }

  bool started(const Run& run) const {
    if (!View(run.spec)["startupProbe"].exists()) return true;
    const auto at = results.find(run.id);
    return at != results.end() && at->second.startup == true;
  }

  void attempt(const RunPtr& run, bool quiet, int tries) {
    ProbeDone done = [weak = weak_from_this(), weak_run = std::weak_ptr<Run>(run), quiet,
                      tries](const ProbeOutcome& outcome) {
      const auto self = weak.lock();
      const RunPtr alive = weak_run.lock();
      if (!self || !alive) return;
      if (outcome.result == Outcome::kError && tries > 1 && !quiet) return self->attempt(alive, quiet, tries - 1);
      self->came(alive, quiet, outcome);
    };
    const View probe = run->probe();
    if (probe["exec"].exists()) return exec(*run, probe["exec"]["command"], std::move(done));
    if (const View get = probe["httpGet"]; get.exists()) {
      const auto request = http_request(get, run->spec, run->pod_ip, "probe");
      if (!request) return done({Outcome::kError, request.error().message});
      return network.http(*request, run->timing.timeout, std::move(done));
    }
    if (const View grpc = probe["grpc"]; grpc.exists())
      return network.grpc(run->pod_ip, static_cast<int>(grpc["port"].as_int()), grpc["service"].str(),
                          run->timing.timeout, std::move(done));
    const View socket = probe["tcpSocket"];
    const auto port = resolve_port(socket["port"], run->spec);
    if (!port) return done({Outcome::kError, port.error().message});
    const std::string host = socket["host"].as_string().empty() ? run->pod_ip : socket["host"].str();
    network.tcp(host, *port, run->timing.timeout, std::move(done));
  }

  void exec(const Run& run, View command, ProbeDone done) {
    std::vector<std::string> argv;
    for (View each : command.items()) argv.push_back(each.str());
    const runtime::DurationNs timeout = run.timing.timeout;
    runtime.exec_sync(run.id, argv, timeout / kMillisecond,
                      [argv, timeout, done = std::move(done)](Result<cri::ExecResult> got) {
                        if (got)
                          return done({got->exit_code == 0 ? Outcome::kSuccess : Outcome::kFailure,
                                       (got->out + got->err).substr(0, kLongestOutput)});
                        if (got.error().is("Timeout"))
                          return done({Outcome::kFailure, fmt::format("command timed out: \"{}\" timed out after {}s",
                                                                      fmt::join(argv, " "), timeout / kSecond)});
                        done({Outcome::kError, cri::rpc_text(got.error())});
                      });
  }

  // ---- its result

  void came(const RunPtr& run, bool quiet, const ProbeOutcome& outcome) {
    const bool success = outcome.result == Outcome::kSuccess || outcome.result == Outcome::kWarning;
    if (quiet && !success) return next(run, true);
    if (!quiet || outcome.result == Outcome::kWarning) tell(*run, outcome);
    if (outcome.result != Outcome::kError)
      if (const auto now = run->thresholds.count(success)) settle(*run, *now);
    next(run, false);
  }

  void tell(const Run& run, const ProbeOutcome& outcome) {
    const std::string name = View(run.spec)["name"].str();
    const char* title = title_of(run.type);
    if (outcome.result == Outcome::kFailure)
      handlers.event(name, "Unhealthy", fmt::format("{} probe failed: {}", title, outcome.output));
    if (outcome.result == Outcome::kError)
      handlers.event(name, "Unhealthy",
                     fmt::format("{} probe errored and resulted in unknown state: {}", title, outcome.output));
    if (outcome.result == Outcome::kWarning)
      handlers.event(name, "ProbeWarning", fmt::format("{} probe warning: {}", title, outcome.output));
  }

  void settle(Run& run, bool success) {
    if ((run.type == Type::kLiveness && !success) || run.type == Type::kStartup) {
      run.on_hold = true;
      run.timer.stop();
    }
    std::optional<bool>& before = verdict(results[run.id], run.type);
    if (before == success) return;
    before = success;
    if (run.type == Type::kStartup && success) wake(run.id);
    handlers.changed();
  }

  /// The container has started: its other probes need not wait for their next tick.
  void wake(const std::string& id) {
    for (auto& [key, run] : runs)
      if (run->id == id && run->type == Type::kReadiness) arm(run, 0, run->may_be_quiet());
  }

  // ---- which probes there are

  void update(View pod, const PodRuntimeState& state, bool terminating) {
    std::set<std::pair<std::string, Type>> wanted;
    std::set<std::string> alive;
    const std::string ip = !state.sandboxes.empty() && !state.sandboxes.front().ips.empty()
                               ? state.sandboxes.front().ips.front()
                               : pod["status"]["podIP"].str();
    for (const auto& container : state.containers) {
      if (container.state != cri::ContainerState::kRunning) continue;
      const View spec = container_spec(pod, container.name);
      alive.insert(container.id);
      for (const Type type : {Type::kStartup, Type::kLiveness, Type::kReadiness}) {
        if (!spec[object::Key(std::string_view(field_of(type)))].exists()) continue;
        if (terminating && type != Type::kReadiness) continue;
        wanted.emplace(container.id, type);
        RunPtr& run = runs[{container.id, type}];
        if (run) continue;
        run = std::make_shared<Run>(*this, spec.to_value(), container.id, type, ip);
        begin(run, container.started_at);
      }
    }
    std::erase_if(runs, [&](const auto& each) { return !wanted.contains(each.first); });
    std::erase_if(results, [&](const auto& each) { return !alive.contains(each.first); });
    if (terminating)
      for (auto& [id, each] : results) each.liveness.reset();
  }
};

Prober::Prober(runtime::Executor& executor, cri::Runtime& runtime, ProbeNetwork& network, Handlers handlers)
    : state_(std::make_shared<State>(executor, runtime, network, std::move(handlers))) {}
Prober::~Prober() = default;

void Prober::update(View pod, const PodRuntimeState& state, bool terminating) {
  state_->update(pod, state, terminating);
}
const std::map<std::string, ProbeResults>& Prober::results() const { return state_->results; }

}  // namespace proa::node
