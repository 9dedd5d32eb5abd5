// The machine as a node: the gateway's address, containerd, the node agent, and the network for Services and names.
#include <unistd.h>

#include <fmt/format.h>

#include "main/api_endpoints.h"
#include "main/on_loop.h"
#include "main/parts.h"
#include "net/network.h"
#include "node/agent.h"
#include "node/containerd/supervisor.h"
#include "node/cri/client.h"
#include "node/machine.h"
#include "node/probes/probe.h"
#include "node/streams/node_streams.h"
#include "node/teardown.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa {
namespace {

auth::User node_user(const std::string& name) {
  return {"system:node:" + name, "", {"system:nodes", "system:masters", "system:authenticated"}, {}};
}

std::string port_of(const std::string& listen) { return listen.substr(listen.rfind(':') + 1); }

net::NetworkOptions network_options(const cli::ClusterConfig& config, const NetworkPlan& network) {
  return {.id = network.id,
          .pod_cidr = network.pod_cidr,
          .gateway = network.pod_gateway,
          .dns_address = network.dns_address,
          .node_name = config.node_name};
}

/// Before a pod's containers are told to end, the rules forget its addresses.
class NetworkDrain : public node::Drain {
 public:
  void set(net::Network* network) { network_ = network; }
  void drain(const object::Document& pod, std::function<void()> done) override {
    if (network_ == nullptr) {
      done();
    } else {
      network_->drain(pod, std::move(done));
    }
  }

 private:
  net::Network* network_ = nullptr;
};

node::SupervisorOptions supervisor_options(const std::string& node_dir, const NetworkPlan& network) {
  node::SupervisorOptions options;
  options.data_dir = node_dir;
  options.network = {.name = "proa-" + network.id, .cidr = network.pod_cidr, .data_dir = node_dir};
  return options;
}

node::NodeSettings settings_of(const cli::ClusterConfig& config, const NetworkPlan& network) {
  const std::string dir = cli::DataDir{config.data_dir}.node();
  node::NodeSettings settings = node::settings_of_this_machine();
  settings.name = config.node_name;
  settings.pods_dir = dir + "/pods";
  settings.logs_dir = dir + "/logs";
  settings.pod_cidr = network.pod_cidr;
  settings.cluster_dns = network.dns_address;
  return settings;
}

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format(
      "this machine cannot run containers:\n  {}\nStart without them: proa up --simulate 3 (simulated "
      "nodes) or proa up --no-node (control plane alone).",
      fmt::join(lines, "\n  "));
}

class LocalNode : public Part {
 public:
  explicit LocalNode(const PartContext& context)
      : context_(context), settings_(settings_of(context.config, context.network)) {
    loop_.start();
  }

  ~LocalNode() override {
    context_.api.set_pod_streams(nullptr);
    run_on(loop_, [&] {
      streams_.reset();
      agent_.reset();
      drain_.set(nullptr);
      net_.reset();
      runtime_.reset();
      client_.reset();
      probes_.reset();
      supervisor_.reset();
    });
    loop_.stop();
    loop_.join();
  }

  Result<void> start() {
    if (auto made = make_folders(); !made) return made;
    if (auto set = net::set_up_host(net::host_settings(network_options(context_.config, context_.network))); !set)
      return set;
    const std::string address = context_.network.pod_gateway + ":" + port_of(context_.config.listen);
    if (auto added = context_.server.add_listener(address); !added) return Error(listen_error(added.error()));
    context_.ready.step("Starting containerd");
    const std::string dir = cli::DataDir{context_.config.data_dir}.node();
    run_on(loop_,
           [&] { supervisor_ = std::make_unique<node::Supervisor>(loop_, supervisor_options(dir, context_.network)); });
    auto up = wait_on<void>(loop_, [&](auto done) { supervisor_->start(done); });
    if (!up) return up;
    if (auto started = start_agent(); !started) return started;
    return start_network();
  }

  /// After a failed start: a containerd that was started for it alone ends. One that ran before goes on, and so do
  /// all containers.
  void abandon() {
    (void)wait_on<void>(loop_, [&](auto done) {
      if (!supervisor_ || supervisor_->adopted()) return done({});
      supervisor_->stop([done] { done({}); });
    });
  }

  std::string describe() const override { return settings_.name + " Ready"; }

 private:
  Result<void> make_folders() {
    for (const auto& folder : {settings_.pods_dir, settings_.logs_dir})
      if (auto made = runtime::make_dirs(folder); !made) return made;
    return {};
  }

  Result<void> start_agent() {
    context_.ready.step("Registering the node");
    run_on(loop_, [&] {
      client_ = context_.api.in_process_client(loop_, node_user(settings_.name), "kubelet");
      runtime_ = node::cri::make_client(loop_, supervisor_->socket_path());
      probes_ = node::make_probe_network(loop_);
      agent_ =
          std::make_unique<node::Agent>(settings_, node::AgentParts{*client_, loop_, *runtime_, *probes_, &drain_});
      streams_ = node::make_node_streams(loop_, *agent_);
    });
    context_.api.set_pod_streams(streams_.get());
    return wait_on<void>(loop_, [&](auto done) { agent_->start(done); });
  }

  Result<void> start_network() {
    context_.ready.step("Starting the network");
    auto ready = wait_on<void>(loop_, [&](auto done) {
      publish_api_endpoint(*client_, context_.network.pod_gateway, std::stoi(port_of(context_.config.listen)));
      net_ = net::Network::start(network_options(context_.config, context_.network), *client_, loop_, done);
      drain_.set(net_.get());
    });
    return ready;
  }

  const PartContext context_;
  const node::NodeSettings settings_;
  runtime::EventLoop loop_{"node"};
  std::unique_ptr<node::Supervisor> supervisor_;
  std::unique_ptr<client::Client> client_;
  std::unique_ptr<node::cri::Runtime> runtime_;
  std::unique_ptr<node::ProbeNetwork> probes_;
  NetworkDrain drain_;
  std::unique_ptr<net::Network> net_;
  std::unique_ptr<node::Agent> agent_;
  std::unique_ptr<client::PodStreams> streams_;
};

}  // namespace

Result<std::unique_ptr<Part>> start_local_node(const PartContext& context) {
  if (const auto missing = node::missing_prerequisites(); !missing.empty())
    return Error(base::bad_request(joined(missing)));
  const std::string dir = cli::DataDir{context.config.data_dir}.node();
  const bool ran_before = node::node_runs(supervisor_options(dir, context.network));
  auto node = std::make_unique<LocalNode>(context);
  if (auto started = node->start(); !started) {
    node->abandon();
    node.reset();
    if (!ran_before) (void)teardown_local_node(context.config, context.network);
    return Error(started.error());
  }
  return node;
}

Result<void> teardown_local_node(const cli::ClusterConfig& config, const NetworkPlan& network) {
  const std::string dir = cli::DataDir{config.data_dir}.node();
  if (!runtime::file_exists(dir)) return {};
  auto stopped = node::tear_down_node(supervisor_options(dir, network));
  auto removed = net::tear_down_host(net::host_settings(network_options(config, network)));
  return stopped ? removed : stopped;
}

}  // namespace proa
