#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "main/on_loop.h"
#include "main/parts.h"
#include "node/agent.h"
#include "node/cri/fake.h"
#include "node/machine.h"
#include "node/probes/probe.h"

namespace proa {
namespace {

struct SimulatedNode {
  std::unique_ptr<client::Client> client;
  std::unique_ptr<node::cri::FakeRuntime> runtime;
  std::unique_ptr<node::Agent> agent;
};

auth::User node_user(const std::string& name) {
  return {"system:node:" + name, "", {"system:nodes", "system:masters", "system:authenticated"}, {}};
}

node::NodeSettings simulated_settings(int number) {
  node::NodeSettings settings;
  settings.name = fmt::format("node-{}", number);
  settings.hostname = settings.name;
  settings.ip = fmt::format("192.0.2.{}", 1 + number % 250);
  settings.pod_cidr = fmt::format("10.{}.0.0/16", 244 + number % 10);
  settings.milli_cpu = 16'000;
  settings.memory_bytes = int64_t{64} << 30;
  settings.ephemeral_bytes = int64_t{100} << 30;
  settings.max_pods = 1000;
  settings.simulated = true;
  return settings;
}

/// Containers of a job's pods end well after a second; others run until they are stopped.
node::cri::FakeLife simulated_life(const node::cri::ContainerConfig&, const node::cri::SandboxConfig& pod) {
  node::cri::FakeLife life;
  life.start_delay = life.stop_delay = 50 * runtime::kMillisecond;
  if (pod.labels.contains("batch.kubernetes.io/job-name")) life.ends_after = runtime::kSecond;
  return life;
}

/// All on one loop: they do next to nothing.
class SimulatedNodes : public Part {
 public:
  SimulatedNodes(const PartContext& context, int count) : count_(count) {
    loop_.start();
    run_on(loop_, [&] {
      network_ = node::make_simulated_probe_network(loop_);
      for (int number = 0; number < count; ++number) {
        const node::NodeSettings settings = simulated_settings(number);
        SimulatedNode made;
        made.client = context.api.in_process_client(loop_, node_user(settings.name), "kubelet");
        made.runtime = std::make_unique<node::cri::FakeRuntime>(loop_, number);
        made.runtime->on_start(simulated_life);
        made.agent =
            std::make_unique<node::Agent>(settings, node::AgentParts{*made.client, loop_, *made.runtime, *network_});
        nodes_.push_back(std::move(made));
      }
    });
  }

  ~SimulatedNodes() override {
    run_on(loop_, [&] {
      while (!nodes_.empty()) {
        SimulatedNode& last = nodes_.back();
        last.agent.reset();
        last.runtime.reset();
        last.client.reset();
        nodes_.pop_back();
      }
      network_.reset();
    });
    loop_.stop();
    loop_.join();
  }

  Result<void> start() {
    for (auto& simulated : nodes_) {
      auto started = wait_on<void>(loop_, [&](auto done) { simulated.agent->start(done); });
      if (!started) return started;
    }
    return {};
  }

  std::string describe() const override { return fmt::format("{} simulated", count_); }

 private:
  const int count_;
  runtime::EventLoop loop_{"sim-nodes"};
  std::unique_ptr<node::ProbeNetwork> network_;
  std::vector<SimulatedNode> nodes_;
};

}  // namespace

Result<std::unique_ptr<Part>> start_simulated_nodes(const PartContext& context) {
  context.ready.step(fmt::format("Starting {} simulated nodes", context.config.simulated_nodes));
  auto nodes = std::make_unique<SimulatedNodes>(context, context.config.simulated_nodes);
  if (auto started = nodes->start(); !started) return Error(started.error());
  return nodes;
}

}  // namespace proa
