// The network of one machine as one part: the Service proxy, the load balancer, the cluster's DNS with its Service
// kube-system/kube-dns. One event loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/client.h"
#include "client/informer.h"
#include "net/proxy/host.h"
#include "object/document.h"
#include "runtime/event_loop.h"

namespace proa::net {

struct NetworkOptions {
  std::string id;           // of the data directory; names the nft table
  std::string pod_cidr;     // "10.244.0.0/24"
  std::string gateway;      // where DNS listens: "10.244.0.1"
  std::string dns_address;  // the Service kube-dns: "10.96.0.10"
  std::string node_name;
  std::string domain = "cluster.local";
};

/// What has to be done to the machine before, and undone after; blocking (see host.h).
HostSettings host_settings(const NetworkOptions& options);

class Network {
 public:
  /// `ready`: once the first rules are in force and DNS answers; an error when the machine can't have them.
  static std::unique_ptr<Network> start(const NetworkOptions& options, client::Client& client, runtime::EventLoop& loop,
                                        std::function<void(Result<void>)> ready);
  virtual ~Network() = default;
  /// See ServiceProxy::drain; fits node::Drain.
  virtual void drain(const object::Document& pod, std::function<void()> done) = 0;
};

}  // namespace proa::net
