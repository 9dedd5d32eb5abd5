// A whole cluster in one thread under virtual time: the API over a simulated disk, the controllers, the scheduler, and
// node agents over fake runtimes. All of it is the code that runs live; only the world around it is made up.
//
// The server (API, controllers, scheduler and agents: one process, as `proa server` is) can be killed at any moment
// and started again; disk and containers stay, as they do on a real machine.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "node/cri/fake.h"
#include "sim/sim_disk.h"
#include "sim/world.h"
#include "store/log.h"

namespace proa::sim {

struct ClusterOptions {
  int nodes = 3;
  /// What the disk holds at the first start.
  store::Recovered disk;
};

/// The disk of a cluster without nodes that has made its bootstrap objects, the same every time: what takes the first
/// seconds of each history otherwise. `at`: the virtual time up to which it ran; a world that goes on begins there.
struct InstalledDisk {
  store::Recovered disk;
  runtime::TimeNs at = 0;
};
const InstalledDisk& installed_disk();

class Cluster {
 public:
  Cluster(World& world, ClusterOptions options);
  ~Cluster();

  /// Starts the server on what the disk holds. REQUIRES: not running.
  void start_server();
  /// kill -9: nothing is flushed, nobody is told.
  void kill_server();
  bool running() const { return server_ != nullptr; }

  /// A node loses power: its containers are gone; its agent comes back with the next server start or restore_node().
  void lose_node(int node);
  void restore_node(int node);
  bool node_is_lost(int node) const;

  node::cri::FakeRuntime& runtime_of(int node);
  SimDisk& disk() { return disk_; }
  World& world() { return world_; }
  int nodes() const { return static_cast<int>(machines_.size()); }

  /// A client of the running server, as a user's kubectl would be. REQUIRES: running().
  client::Client& user();
  /// Of the last durable write; 0 while the server is down.
  store::Revision revision() const;
  /// What the API shows now (durable state); empty while the server is down.
  std::vector<object::Document> list(const client::Resource& resource) const;
  object::Document get(const client::Resource& resource, std::string_view ns, std::string_view name) const;

 private:
  struct Server;
  struct Machine;
  void start_agent(int node);

  World& world_;
  SimDisk disk_;
  SimExecutor& hardware_;  // containers live on it, whatever becomes of the server
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unique_ptr<Server> server_;
  int incarnation_ = 0;
};

}  // namespace proa::sim
