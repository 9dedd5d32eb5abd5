#include "main/cluster.h"

#include <unistd.h>

#include <ctime>

#include "api/api.h"
#include "auth/encryption.h"
#include "auth/pki.h"
#include "auth/token.h"
#include "controllers/controllers.h"
#include "http/server.h"
#include "main/network.h"
#include "main/on_loop.h"
#include "main/parts.h"
#include "main/version.h"
#include "runtime/event_loop.h"
#include "runtime/file.h"
#include "runtime/process.h"
#include "scheduler/scheduler.h"
#include "store/store.h"

namespace proa {
namespace {

constexpr const char* kServiceAccountIssuer = "https://kubernetes.default.svc.cluster.local";

/// Secrets are sealed before they reach the disk.
class SecretSealer : public store::Sealer {
 public:
  explicit SecretSealer(auth::Encryption& encryption) : encryption_(encryption) {}
  bool covers(std::string_view key) const override { return key.starts_with("/core/secrets/"); }
  std::string seal(std::string_view key, std::string_view plain) override { return encryption_.seal(key, plain); }
  Result<std::string> open(std::string_view key, std::string_view sealed) override {
    return encryption_.open(key, sealed);
  }

 private:
  auth::Encryption& encryption_;
};

std::vector<std::string> server_names(const cli::ClusterConfig& config, const NetworkPlan& network) {
  const std::string host = config.listen.substr(0, config.listen.rfind(':'));
  return {"localhost",
          "127.0.0.1",
          "::1",
          host == "0.0.0.0" ? "127.0.0.1" : host,
          config.node_name,
          "kubernetes",
          "kubernetes.default",
          "kubernetes.default.svc",
          "kubernetes.default.svc.cluster.local",
          network.api_address,
          network.pod_gateway};
}

std::string url_of(const cli::ClusterConfig& config) {
  std::string listen = config.listen;
  if (listen.starts_with("0.0.0.0:")) listen.replace(0, 7, "127.0.0.1");
  return "https://" + listen;
}

auth::User component(std::string name) { return {std::move(name), "", {"system:masters", "system:authenticated"}, {}}; }

}  // namespace

struct Cluster::Parts {
  explicit Parts(cli::ClusterConfig cluster_config)
      : config(std::move(cluster_config)),
        dir{config.data_dir},
        network(plan_network(config.data_dir, config.data_dir == "/var/lib/proa")) {}
  ~Parts();

  Result<void> start_storage();
  Result<void> start_api();
  void start_controllers();
  Result<void> start_nodes(cli::ReadyPipe& ready);
  Result<void> publish();

  const cli::ClusterConfig config;
  const cli::DataDir dir;
  const NetworkPlan network;
  cli::ServerState state;

  // In the order in which they are made; destroyed in the opposite one.
  auth::Pki pki;
  std::unique_ptr<auth::Encryption> encryption;
  std::unique_ptr<SecretSealer> sealer;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<auth::TokenIssuer> tokens;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Server> server;
  runtime::EventLoop control{"control"};
  std::unique_ptr<client::Client> controllers_client, scheduler_client;
  std::unique_ptr<client::Informers> informers;
  std::unique_ptr<controllers::Controllers> controllers;
  std::unique_ptr<scheduler::Scheduler> scheduler;
  std::unique_ptr<Part> nodes;
};

Cluster::Parts::~Parts() {
  if (api) api->set_ready(false);
  // Those who ask go first: what they stream from a pod runs on the node's loop.
  if (server) server->stop(2);
  nodes.reset();
  if (controllers || scheduler) {
    run_on(control, [&] {
      scheduler.reset();
      controllers.reset();
      informers.reset();
      scheduler_client.reset();
      controllers_client.reset();
    });
  }
  control.stop();
  control.join();
}

Result<void> Cluster::Parts::start_storage() {
  auto loaded = auth::load_or_make_pki(dir.pki(), server_names(config, network), runtime::system_clock().wall());
  if (!loaded) return Error(loaded.error());
  pki = std::move(*loaded);
  if (config.ephemeral) {
    store = store::make_memory_store({.first_revision = store::ahead_of_time(runtime::system_clock())});
    return {};
  }
  auto key = auth::Encryption::load_or_make(dir.encryption_key());
  if (!key) return Error(key.error());
  encryption = std::move(*key);
  sealer = std::make_unique<SecretSealer>(*encryption);
  auto opened = store::open_sqlite_store({.path = dir.database(), .sealer = sealer.get()});
  if (!opened) return Error(opened.error());
  store = std::move(*opened);
  return {};
}

Result<void> Cluster::Parts::start_api() {
  auto issuer = auth::TokenIssuer::from_key(pki.service_account_key_pem, kServiceAccountIssuer);
  if (!issuer) return Error(issuer.error());
  tokens = std::make_unique<auth::TokenIssuer>(std::move(*issuer));
  api::Options options;
  options.server_url = url_of(config);
  options.service_cidr = network.service_cidr;
  options.root_ca_pem = pki.ca.certificate_pem;
  options.version = kKubernetesVersion;
  auto made = api::Api::make(options, *store, runtime::system_clock(), runtime::system_random(), tokens.get());
  if (!made) return Error(made.error());
  api = std::move(*made);
  http::ServerOptions listening;
  listening.listen = {config.listen};
  listening.tls = {pki.server.certificate_pem, pki.server.key_pem, pki.ca.certificate_pem};
  auto started = http::Server::start(listening, *api);
  if (!started) return Error(listen_error(started.error()));
  server = std::move(*started);
  control.start();
  return wait_on<void>(control, [&](auto done) { api->bootstrap(done); });
}

void Cluster::Parts::start_controllers() {
  run_on(control, [&] {
    controllers_client =
        api->in_process_client(control, component("system:kube-controller-manager"), "kube-controller-manager");
    scheduler_client = api->in_process_client(control, component("system:kube-scheduler"), "kube-scheduler");
    informers = std::make_unique<client::Informers>(*controllers_client, control);
    controllers = controllers::Controllers::make({*controllers_client, *informers, control},
                                                 {.registry = &api->registry(), .root_ca_pem = pki.ca.certificate_pem});
    scheduler = std::make_unique<scheduler::Scheduler>(*scheduler_client, *informers, control);
    informers->when_synced([this] { scheduler->start(); });
    controllers->start();
    informers->start();
  });
}

Result<void> Cluster::Parts::start_nodes(cli::ReadyPipe& ready) {
  if (!config.node && config.simulated_nodes == 0) return {};
  const PartContext context{config, network, *api, *server, ready};
  auto started = config.node ? start_local_node(context) : start_simulated_nodes(context);
  if (!started) return Error(started.error());
  nodes = std::move(*started);
  return {};
}

Result<void> Cluster::Parts::publish() {
  const std::string kubeconfig = config.kubeconfig.empty() ? dir.kubeconfig() : config.kubeconfig;
  const std::string text = auth::make_kubeconfig("proa", url_of(config), pki.ca.certificate_pem, pki.admin);
  if (auto written = runtime::write_file_atomic(kubeconfig, text, 0600); !written) return written;
  state = {.pid = getpid(),
           .start_time = runtime::process_start_time(getpid()),
           .server_url = url_of(config),
           .kubeconfig = kubeconfig,
           .node = nodes ? nodes->describe() : "",
           .version = kKubernetesVersion,
           .started = std::time(nullptr)};
  api->set_ready(true);
  return {};
}

Cluster::Cluster(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Cluster::~Cluster() = default;

const cli::ServerState& Cluster::state() const { return parts_->state; }

Result<std::unique_ptr<Cluster>> Cluster::start(const cli::ClusterConfig& config, cli::ReadyPipe& ready) {
  auto parts = std::make_unique<Parts>(config);
  if (auto done = parts->start_storage(); !done) return Error(done.error());
  if (auto done = parts->start_api(); !done) return Error(done.error());
  parts->start_controllers();
  if (auto done = parts->start_nodes(ready); !done) return Error(done.error());
  if (auto done = parts->publish(); !done) return Error(done.error());
  return std::unique_ptr<Cluster>(new Cluster(std::move(parts)));
}

Status listen_error(Status why) {
  why.message += ". Free it, or choose another address with --listen HOST:PORT";
  return why;
}

Result<void> teardown(const cli::ClusterConfig& config) {
  return teardown_local_node(config, plan_network(config.data_dir, config.data_dir == "/var/lib/proa"));
}

}  // namespace proa
