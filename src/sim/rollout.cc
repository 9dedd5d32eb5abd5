#include "sim/rollout.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "object/int_or_string.h"
#include "object/meta.h"
#include "sim/cluster.h"

namespace proa::sim {
namespace {

using client::resources::kDeployments;
using client::resources::kPods;
using client::resources::kReplicaSets;
using object::Document;
using object::Value;
using object::View;
using runtime::kMillisecond;
using runtime::kSecond;

constexpr runtime::DurationNs kFaultTime = 180 * kSecond;
constexpr runtime::DurationNs kHealTime = 1800 * kSecond;

/// What the seed decides before the history begins.
struct Plan {
  int64_t replicas, surge, unavailable;
  bool recreate;
  int updates;
};

Plan draw_plan(runtime::Random& random) {
  Plan plan{};
  plan.replicas = 1 + static_cast<int64_t>(random.below(8));
  plan.surge = static_cast<int64_t>(random.below(4));
  plan.unavailable = static_cast<int64_t>(random.below(4));
  if (plan.surge == 0 && plan.unavailable == 0) plan.surge = 1;
  plan.recreate = random.below(10) == 0;
  plan.updates = 1 + static_cast<int>(random.below(3));
  return plan;
}

Value deployment_of(const Plan& plan, int version) {
  const Value container = Value::object(
      {{"name", "web"},
       {"image", fmt::format("web:v{}", version)},
       {"readinessProbe", Value::object({{"exec", Value::object({{"command", Value::array({"ready"})}})},
                                         {"periodSeconds", 1}})}});
  const Value strategy =
      plan.recreate ? Value::object({{"type", "Recreate"}})
                    : Value::object({{"rollingUpdate", Value::object({{"maxSurge", plan.surge},
                                                                      {"maxUnavailable", plan.unavailable}})}});
  return Value::object(
      {{"apiVersion", "apps/v1"},
       {"kind", "Deployment"},
       {"metadata", Value::object({{"name", "web"}, {"namespace", "default"}})},
       {"spec", Value::object({{"replicas", plan.replicas},
                               {"strategy", strategy},
                               {"selector", Value::object({{"matchLabels", Value::object({{"app", "web"}})}})},
                               {"template",
                                Value::object({{"metadata", Value::object({{"labels", Value::object({{"app", "web"}})}})},
                                               {"spec", Value::object({{"terminationGracePeriodSeconds", 5},
                                                                       {"containers", Value::array({container})}})}})}})}});
}

bool is_available(View pod) {
  if (object::is_deleting(pod)) return false;
  for (View condition : pod["status"]["conditions"].items())
    if (condition["type"].as_string() == "Ready") return condition["status"].as_string() == "True";
  return false;
}

bool has_ended(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Failed" || phase == "Succeeded";
}

class History {
 public:
  explicit History(uint64_t seed)
      : world_(seed), plan_(draw_plan(world_.random())), cluster_(world_, {.nodes = 3}) {
    for (int node = 0; node < cluster_.nodes(); ++node) script(node);
  }

  RolloutResult run();

 private:
  void script(int node);
  void tell(const std::string& what) {
    result_.story += fmt::format("{:9.3f} s  {}\n", static_cast<double>(world_.clock().monotonic()) / 1e9, what);
  }
  void fail(const std::string& what) {
    if (!result_.ok) return;
    result_.ok = false;
    result_.why = fmt::format("{} at {:.3f} s", what, static_cast<double>(world_.clock().monotonic()) / 1e9);
    tell("BROKEN: " + what);
  }

  void apply(int version);
  void one_fault();
  void fault_container();
  void fault_server();
  void fault_node();
  void check();
  bool complete() const;
  std::string where_it_stands() const;

  World world_;
  Plan plan_;
  Cluster cluster_;
  RolloutResult result_;
  bool faults_ = true;
  int version_ = 0;
  std::map<std::string, bool> seen_available_;  // by uid, at the last step
};

void History::script(int node) {
  cluster_.runtime_of(node).on_start([this](const node::cri::ContainerConfig&, const node::cri::SandboxConfig&) {
    runtime::Random& random = world_.random();
    node::cri::FakeLife life;
    life.start_delay = static_cast<runtime::DurationNs>(random.below(2000)) * kMillisecond;
    life.stop_delay = static_cast<runtime::DurationNs>(random.below(3000)) * kMillisecond;
    if (!faults_) return life;
    if (random.below(10) == 0) life.start_delay = 20 * kSecond;  // a slow one
    if (random.below(8) == 0) {
      life.ends_after = static_cast<runtime::DurationNs>(random.below(20'000)) * kMillisecond;
      life.exit_code = 1;
    }
    if (random.below(12) == 0) life.start_error = "the simulated runtime could not start it";
    return life;
  });
}

void History::apply(int version) {
  if (!cluster_.running()) return;
  version_ = version;
  tell(fmt::format("apply version {}", version));
  const bool first = !cluster_.get(kDeployments, "default", "web");
  auto done = [this, version](Result<Document> result) {
    // A refused write is tried again, as a person would.
    if (!result && cluster_.running() && version == version_ && result.error().code >= 500) apply(version);
  };
  if (first) {
    cluster_.user().create(kDeployments, "default", "", deployment_of(plan_, version), "", std::move(done));
  } else {
    cluster_.user().patch(kDeployments, "default", "web", client::PatchType::kStrategicMerge,
                          deployment_of(plan_, version), "", std::move(done));
  }
}

void History::fault_container() {
  const int node = static_cast<int>(world_.random().below(static_cast<uint64_t>(cluster_.nodes())));
  auto& runtime = cluster_.runtime_of(node);
  const auto names = runtime.running();
  if (names.empty()) return;
  const std::string& name = names[world_.random().below(names.size())];
  tell(fmt::format("kill container {} on node-{}", name, node));
  runtime.kill(name, 137);
}

void History::fault_server() {
  if (!cluster_.running()) return;
  tell("kill -9 server");
  cluster_.kill_server();
  const auto away = static_cast<runtime::DurationNs>(world_.random().below(5000)) * kMillisecond;
  world_.run_until(world_.clock().monotonic() + away);
  tell("start server");
  cluster_.start_server();
}

void History::fault_node() {
  const int node = static_cast<int>(world_.random().below(static_cast<uint64_t>(cluster_.nodes())));
  if (cluster_.node_is_lost(node)) {
    tell(fmt::format("node-{} is back", node));
    cluster_.restore_node(node);
  } else {
    tell(fmt::format("node-{} loses power", node));
    cluster_.lose_node(node);
  }
}

void History::one_fault() {
  switch (world_.random().below(6)) {
    case 0:
    case 1:
    case 2:
      fault_container();
      break;
    case 3:
      fault_server();
      break;
    case 4:
      fault_node();
      break;
    default:
      cluster_.disk().faults.fail_per_mille = world_.random().below(2) == 0 ? 0 : 50;
      tell(fmt::format("disk fails {} of 1000 writes", cluster_.disk().faults.fail_per_mille));
  }
}

void History::check() {
  if (!cluster_.running() || !result_.ok) return;
  int64_t alive = 0;
  for (const Document& pod : cluster_.list(kPods))
    if (!object::is_deleting(pod.root()) && !has_ended(pod.root())) ++alive;
  if (!plan_.recreate && alive > plan_.replicas + plan_.surge)
    fail(fmt::format("{} pods are alive, more than {} replicas + {} surge", alive, plan_.replicas, plan_.surge));

  // Available pods that were taken by a decision (deleted), as opposed to those that died.
  std::map<std::string, bool> now;
  int64_t available = 0, taken = 0;
  for (const Document& pod : cluster_.list(kPods)) {
    const std::string uid(object::uid_of(pod.root()));
    now[uid] = is_available(pod.root());
    if (now[uid]) ++available;
    if (object::is_deleting(pod.root()) && seen_available_[uid]) ++taken;
  }
  if (!plan_.recreate && taken > 0 && available < plan_.replicas - plan_.unavailable)
    fail(fmt::format("{} pods are available after {} were taken, fewer than {} replicas - {} unavailable", available,
                     taken, plan_.replicas, plan_.unavailable));
  seen_available_ = std::move(now);
}

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

std::string History::where_it_stands() const {
  const Document deployment = cluster_.get(kDeployments, "default", "web");
  if (!deployment) return "there is no Deployment";
  const View status = deployment["status"];
  return fmt::format("version {}: {} of {} updated, {} in all, {} available", version_,
                     status["updatedReplicas"].as_int(), plan_.replicas, status["replicas"].as_int(),
                     status["availableReplicas"].as_int());
}

RolloutResult History::run() {
  const auto checked = [this] { check(); };
  const auto now = [this] { return world_.clock().monotonic(); };
  tell(fmt::format("{} replicas, maxSurge {}, maxUnavailable {}{}", plan_.replicas, plan_.surge, plan_.unavailable,
                   plan_.recreate ? ", Recreate" : ""));
  cluster_.start_server();
  world_.run_until(now() + 2 * kSecond, checked);
  apply(1);
  for (int update = 2; update <= plan_.updates + 1 && result_.ok; ++update) {
    const auto until = now() + kFaultTime / plan_.updates;
    while (now() < until && result_.ok) {
      world_.run_until(now() + static_cast<runtime::DurationNs>(world_.random().below(15'000)) * kMillisecond, checked);
      one_fault();
    }
    if (cluster_.running()) apply(update);
  }
  faults_ = false;
  cluster_.disk().faults.fail_per_mille = 0;
  for (int node = 0; node < cluster_.nodes(); ++node) cluster_.restore_node(node);
  tell("faults stop");
  apply(version_);
  if (result_.ok && !world_.run_until_true([&] { return complete() || !result_.ok; }, kHealTime, checked))
    fail("the rollout did not complete: " + where_it_stands());
  if (result_.ok) tell("complete");
  result_.steps = world_.steps();
  return result_;
}

}  // namespace

RolloutResult run_rollout(uint64_t seed) { return History(seed).run(); }

}  // namespace proa::sim
