#include "sim/rollout.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "object/meta.h"
#include "sim/cluster.h"
#include "sim/rollout_plan.h"
#include "sim/rollout_rules.h"

namespace proa::sim {
namespace {

using client::resources::kDeployments;
using client::resources::kPods;
using client::resources::kReplicaSets;
using object::Document;
using object::View;
using runtime::kMillisecond;
using runtime::kSecond;

constexpr int kNodes = 3;
constexpr int64_t kMostSteps = 500'000;                    // a history takes about 7,000, a long one 20,000
constexpr runtime::DurationNs kHealTime = 1800 * kSecond;  // back-offs of restarts go up to 300 s
constexpr runtime::DurationNs kSettleTime = 30 * kSecond;
constexpr runtime::DurationNs kRestTime = 30 * kSecond;
constexpr int64_t kWritesAtRest = 3 * kNodes + 3;  // leases every ten seconds, and a node's status now and then

class History {
 public:
  explicit History(uint64_t seed) : History(seed, installed_disk()) {}
  RolloutResult run();

 private:
  History(uint64_t seed, const InstalledDisk& installed)
      : world_(seed, installed.at),
        plan_(draw_plan(world_.random())),
        rules_(plan_),
        cluster_(world_, {.nodes = kNodes, .disk = plan_.empty_disk ? store::Recovered() : installed.disk}) {
    for (int node = 0; node < kNodes; ++node)
      cluster_.runtime_of(node).on_start([this](const auto&, const auto&) { return draw_life(); });
  }

  runtime::TimeNs now() { return world_.clock().monotonic(); }
  int64_t draw(int64_t below) { return static_cast<int64_t>(world_.random().below(static_cast<uint64_t>(below))); }
  bool one_in(int64_t n) { return draw(n) == 0; }
  void tell(const std::string& what) {
    result_.story += fmt::format("{:9.3f} s  {}\n", static_cast<double>(now()) / 1e9, what);
  }
  void fail(const std::string& what) {
    if (!result_.ok) return;
    result_.ok = false;
    result_.why = fmt::format("{} at {:.3f} s", what, static_cast<double>(now()) / 1e9);
    tell("BROKEN: " + what);
  }

  node::cri::FakeLife draw_life();
  void apply(int version);
  void live_through(runtime::DurationNs time);
  void one_fault();
  void fault_container();
  void fault_server();
  void fault_node();
  void fault_disk();
  void fault_runtime();
  void stop_faults();
  void check();
  bool complete() const;
  bool all_gone() const;
  void wait_until_complete();
  void come_to_rest();
  std::string where_it_stands() const;

  World world_;
  const RolloutPlan plan_;
  RolloutRules rules_;
  Cluster cluster_;
  RolloutResult result_;
  bool faults_ = true;
  int version_ = 0;
  store::Revision judged_ = 0;
};

node::cri::FakeLife History::draw_life() {
  node::cri::FakeLife life;
  life.start_delay = draw(2000) * kMillisecond;
  life.stop_delay = draw(3000) * kMillisecond;
  if (!faults_) return life;
  if (one_in(10)) life.start_delay = 20 * kSecond;  // a slow one
  if (one_in(10)) life.stop_delay = 60 * kSecond;   // one that has to be killed
  if (plan_.luck == Luck::kCalm) return life;
  if (one_in(8)) {
    life.ends_after = draw(20'000) * kMillisecond;
    life.exit_code = 1;
  }
  if (one_in(12)) life.start_error = "the simulated runtime could not start it";
  return life;
}

void History::apply(int version) {
  if (!cluster_.running()) return;
  version_ = version;
  tell(fmt::format("apply version {}", version));
  // What fails for a reason that passes is tried again, as a person would.
  auto done = [this, version](Result<Document> result) {
    const bool passes = !result && (result.error().code >= 500 || result.error().is("AlreadyExists"));
    if (!result) tell("apply failed: " + result.error().message);
    if (passes && version == version_) apply(version);
  };
  auto manifest = deployment_of(plan_, version);
  if (!cluster_.get(kDeployments, "default", "web")) {
    cluster_.user().create(kDeployments, "default", "", std::move(manifest), "", std::move(done));
  } else {
    cluster_.user().patch(kDeployments, "default", "web", client::PatchType::kStrategicMerge, std::move(manifest), "",
                          std::move(done));
  }
}

void History::fault_container() {
  const auto node = static_cast<int>(draw(kNodes));
  auto& runtime = cluster_.runtime_of(node);
  const auto ids = runtime.running_ids();
  if (ids.empty()) return;
  const std::string& id = ids[static_cast<size_t>(draw(static_cast<int64_t>(ids.size())))];
  tell(fmt::format("kill {} on node-{}", id, node));
  runtime.kill(id, 137);
}

void History::fault_server() {
  tell("kill -9 server");
  cluster_.kill_server();
  world_.run_until(now() + draw(5000) * kMillisecond);
  tell("start server");
  cluster_.start_server();
}

void History::fault_node() {
  const auto node = static_cast<int>(draw(kNodes));
  const bool lost = cluster_.node_is_lost(node);
  tell(fmt::format("node-{} {}", node, lost ? "is back" : "loses power"));
  lost ? cluster_.restore_node(node) : cluster_.lose_node(node);
}

void History::fault_disk() {
  cluster_.disk().faults.fail_per_mille = one_in(2) ? 0 : 50;
  tell(fmt::format("disk fails {} of 1000 writes", cluster_.disk().faults.fail_per_mille));
}

/// What was asked of it may have been done all the same.
void History::fault_runtime() {
  const auto node = static_cast<int>(draw(kNodes));
  auto& runtime = cluster_.runtime_of(node);
  const bool down = runtime.is_down();
  tell(fmt::format("the runtime of node-{} {}", node, down ? "answers again" : "does not answer"));
  runtime.set_down(down ? "" : "connection refused");
}

void History::one_fault() {
  if (plan_.luck == Luck::kCalm) return one_in(2) ? fault_server() : fault_disk();
  switch (draw(7)) {
    case 0: return fault_server();
    case 1: return fault_node();
    case 2: return fault_disk();
    case 3: return fault_runtime();
    default: return fault_container();
  }
}

void History::check() {
  const store::Revision revision = cluster_.revision();
  if (revision == judged_ || revision == 0 || !result_.ok) return;
  judged_ = revision;
  if (const std::string broken = rules_.judge(cluster_.list(kReplicaSets), cluster_.list(kPods), now());
      !broken.empty())
    fail(broken);
}

void History::live_through(runtime::DurationNs time) {
  const runtime::DurationNs pause = (plan_.luck == Luck::kLong ? 100 : 15) * kSecond;
  for (const auto until = now() + time; now() < until && result_.ok; one_fault())
    world_.run_until(now() + draw(pause / kMillisecond) * kMillisecond, [this] { check(); });
}

void History::stop_faults() {
  faults_ = false;
  cluster_.disk().faults.fail_per_mille = 0;
  for (int node = 0; node < kNodes; ++node) {
    cluster_.restore_node(node);
    cluster_.runtime_of(node).set_down("");
  }
  tell("faults stop");
}

/// Every replica is of the version that was applied last, and available; the status says so.
bool History::complete() const {
  const Document deployment = cluster_.get(kDeployments, "default", "web");
  if (!deployment) return false;
  const View status = deployment["status"];
  const View container = deployment["spec"]["template"]["spec"]["containers"].at(0);
  return container["image"].as_string() == fmt::format("web:v{}", version_) &&
         status["observedGeneration"].as_int() == object::generation_of(deployment.root()) &&
         status["updatedReplicas"].as_int() == plan_.replicas && status["replicas"].as_int() == plan_.replicas &&
         status["availableReplicas"].as_int() == plan_.replicas;
}

/// No pod is there but those that run for the Deployment: none ended, none stuck while terminating.
bool History::all_gone() const { return static_cast<int64_t>(cluster_.list(kPods).size()) == plan_.replicas; }

/// Empty for a pod that is ready and stays.
std::string why_not_available(View pod) {
  const View container = pod["status"]["containerStatuses"].at(0);
  const bool leaves = object::is_deleting(pod);
  if (container["ready"].as_bool() && !leaves) return {};
  std::string text =
      fmt::format("; {} on {} is {}{}", object::name_of(pod), pod["spec"]["nodeName"].as_string("no node"),
                  pod["status"]["phase"].as_string(), leaves ? " and terminating" : "");
  for (auto [state, about] : container["state"].members())
    text += fmt::format(", its container {} {}", state, about["reason"].as_string());
  return text;
}

std::string History::where_it_stands() const {
  const Document deployment = cluster_.get(kDeployments, "default", "web");
  if (!deployment) return "there is no Deployment";
  const View status = deployment["status"];
  std::string text = fmt::format("version {}: {} of {} updated, {} in all, {} available, {} pods", version_,
                                 status["updatedReplicas"].as_int(), plan_.replicas, status["replicas"].as_int(),
                                 status["availableReplicas"].as_int(), cluster_.list(kPods).size());
  for (const Document& set : cluster_.list(kReplicaSets))
    text += fmt::format("; {} wants {}, has {}, {} available", object::name_of(set.root()),
                        set["spec"]["replicas"].as_int(), set["status"]["replicas"].as_int(),
                        set["status"]["availableReplicas"].as_int());
  for (const Document& pod : cluster_.list(kPods)) text += why_not_available(pod.root());
  return text;
}

void History::wait_until_complete() {
  const auto done = [this] { return (complete() && all_gone()) || !result_.ok; };
  store::Revision looked = 0;
  bool was = false;
  const auto done_once_per_write = [&] {
    if (const auto revision = cluster_.revision(); std::exchange(looked, revision) != revision) was = done();
    return was;
  };
  if (result_.ok && !world_.run_until_true(done_once_per_write, kHealTime, [this] { check(); }) && !world_.spent())
    fail("the rollout did not complete: " + where_it_stands());
}

/// Containers that were doomed when faults stopped die within 20 s; after that all is quiet.
void History::come_to_rest() {
  world_.run_until(now() + kSettleTime, [this] { check(); });
  wait_until_complete();
  world_.run_until(now() + kSettleTime, [this] { check(); });
  const store::Revision before = cluster_.revision();
  world_.run_until(now() + kRestTime, [this] { check(); });
  const int64_t writes = cluster_.revision() - before;
  if (writes > kWritesAtRest) fail(fmt::format("{} writes in {} s of rest", writes, kRestTime / kSecond));
}

RolloutResult History::run() {
  tell(describe(plan_));
  world_.set_budget(kMostSteps);
  cluster_.start_server();
  world_.run_until(now() + 2 * kSecond, [this] { check(); });
  for (const int version : plan_.versions) {
    apply(version);
    live_through(plan_.fault_time / static_cast<runtime::DurationNs>(plan_.versions.size()));
  }
  stop_faults();
  apply(version_);
  wait_until_complete();
  if (result_.ok) tell("complete");
  if (result_.ok) come_to_rest();
  if (world_.spent()) fail(fmt::format("somebody is busy without end: {} steps", world_.steps()));
  result_.steps = world_.steps();
  return result_;
}

}  // namespace

RolloutResult run_rollout(uint64_t seed) { return History(seed).run(); }

}  // namespace proa::sim
