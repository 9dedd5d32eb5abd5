#include "sim/cluster.h"

#include <fmt/format.h>

#include "api/api.h"
#include "controllers/controllers.h"
#include "node/agent.h"
#include "node/probes/probe.h"
#include "scheduler/scheduler.h"
#include "store/core.h"

namespace proa::sim {
namespace {

auth::User superuser(std::string name) { return {std::move(name), "", {"system:masters", "system:authenticated"}, {}}; }

node::NodeSettings settings_of(int node) {
  node::NodeSettings settings;
  settings.name = fmt::format("node-{}", node);
  settings.hostname = settings.name;
  settings.ip = fmt::format("192.0.2.{}", 1 + node);
  settings.milli_cpu = 16'000;
  settings.memory_bytes = int64_t{64} << 30;
  settings.ephemeral_bytes = int64_t{100} << 30;
  settings.simulated = true;
  return settings;
}

std::string prefix_of(const client::Resource& resource) {
  return fmt::format("/{}/{}/", resource.group.empty() ? "core" : resource.group, resource.name);
}

}  // namespace

/// What a machine is without its agent: the containers.
struct Cluster::Machine {
  Machine(runtime::Executor& executor, int node) : runtime(executor, node) {}
  node::cri::FakeRuntime runtime;
  bool lost = false;
};

/// One life of the process.
struct Cluster::Server {
  struct Agent {
    std::unique_ptr<client::Client> client;
    std::unique_ptr<node::Agent> agent;
  };

  explicit Server(SimExecutor& own) : executor(own), network(node::make_simulated_probe_network(own)) {}
  ~Server() {
    for (auto& agent : agents) agent.agent.reset();
    agents.clear();
    scheduler.reset();
    controllers.reset();
    informers.reset();
    user.reset();
    scheduler_client.reset();
    controllers_client.reset();
    api.reset();
    store.reset();
  }

  SimExecutor& executor;
  std::unique_ptr<node::ProbeNetwork> network;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<client::Client> controllers_client, scheduler_client, user;
  std::unique_ptr<client::Informers> informers;
  std::unique_ptr<controllers::Controllers> controllers;
  std::unique_ptr<scheduler::Scheduler> scheduler;
  std::vector<Agent> agents;
};

Cluster::Cluster(World& world, ClusterOptions options)
    : world_(world), disk_(world.random(), std::move(options.disk)), hardware_(world.make_executor("hardware")) {
  for (int node = 0; node < options.nodes; ++node) machines_.push_back(std::make_unique<Machine>(hardware_, node));
}

Cluster::~Cluster() {
  if (server_) kill_server();
}

void Cluster::start_server() {
  SimExecutor& executor = world_.make_executor(fmt::format("server-{}", ++incarnation_));
  server_ = std::make_unique<Server>(executor);
  store::CoreOptions store_options;
  store_options.clock = &world_.clock();
  server_->store = std::make_unique<store::Core>(disk_.open(executor), disk_.recover(), store_options);
  api::Options options;
  options.authorize = false;
  options.background = &executor;
  auto api = api::Api::make(options, *server_->store, world_.clock(), world_.random(), nullptr);
  if (!api) std::abort();
  server_->api = std::move(*api);
  server_->user = server_->api->in_process_client(executor, superuser("kubernetes-admin"), "kubectl");
  server_->api->bootstrap([](Result<void>) {});
  server_->controllers_client =
      server_->api->in_process_client(executor, superuser("system:kube-controller-manager"), "kube-controller-manager");
  server_->scheduler_client =
      server_->api->in_process_client(executor, superuser("system:kube-scheduler"), "kube-scheduler");
  server_->informers = std::make_unique<client::Informers>(*server_->controllers_client, executor);
  server_->controllers = controllers::Controllers::make({*server_->controllers_client, *server_->informers, executor},
                                                        {.registry = &server_->api->registry()});
  server_->scheduler =
      std::make_unique<scheduler::Scheduler>(*server_->scheduler_client, *server_->informers, executor);
  server_->informers->when_synced([scheduler = server_->scheduler.get()] { scheduler->start(); });
  server_->controllers->start();
  server_->informers->start();
  server_->agents.resize(machines_.size());
  for (int node = 0; node < nodes(); ++node)
    if (!machines_[static_cast<size_t>(node)]->lost) start_agent(node);
}

void Cluster::start_agent(int node) {
  Server::Agent& agent = server_->agents[static_cast<size_t>(node)];
  const node::NodeSettings settings = settings_of(node);
  agent.client =
      server_->api->in_process_client(server_->executor, superuser("system:node:" + settings.name), "kubelet");
  agent.agent = std::make_unique<node::Agent>(
      settings, node::AgentParts{*agent.client, server_->executor, runtime_of(node), *server_->network});
  agent.agent->start([](Result<void>) {});
}

void Cluster::kill_server() {
  disk_.crash();
  server_->executor.kill();
  server_.reset();
}

void Cluster::lose_node(int node) {
  Machine& machine = *machines_[static_cast<size_t>(node)];
  machine.lost = true;
  if (server_) {
    server_->agents[static_cast<size_t>(node)].agent.reset();
    server_->agents[static_cast<size_t>(node)].client.reset();
  }
  machine.runtime.power_cut();
}

void Cluster::restore_node(int node) {
  Machine& machine = *machines_[static_cast<size_t>(node)];
  if (!machine.lost) return;
  machine.lost = false;
  if (server_) start_agent(node);
}

bool Cluster::node_is_lost(int node) const { return machines_[static_cast<size_t>(node)]->lost; }

node::cri::FakeRuntime& Cluster::runtime_of(int node) { return machines_[static_cast<size_t>(node)]->runtime; }

client::Client& Cluster::user() { return *server_->user; }

store::Revision Cluster::revision() const { return server_ ? server_->store->snapshot()->revision() : 0; }

std::vector<object::Document> Cluster::list(const client::Resource& resource) const {
  std::vector<object::Document> found;
  if (!server_) return found;
  server_->store->snapshot()->scan(prefix_of(resource), "", [&](const store::EntryPtr& entry) {
    found.push_back(entry->document);
    return true;
  });
  return found;
}

object::Document Cluster::get(const client::Resource& resource, std::string_view ns, std::string_view name) const {
  if (!server_) return {};
  const auto entry =
      server_->store->snapshot()->get(fmt::format("{}{}{}{}", prefix_of(resource), ns, ns.empty() ? "" : "/", name));
  return entry ? entry->document : object::Document();
}

const InstalledDisk& installed_disk() {
  static const InstalledDisk installed = [] {
    constexpr runtime::DurationNs kLongEnough = 10 * runtime::kSecond;
    World world(0);
    Cluster cluster(world, {.nodes = 0, .disk = {}});
    cluster.start_server();
    world.run_until(kLongEnough);
    return InstalledDisk{cluster.disk().recover(), kLongEnough};
  }();
  return installed;
}

}  // namespace proa::sim
