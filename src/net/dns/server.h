// The cluster's DNS server: UDP and TCP on one address; cluster names from the informers, all others from the
// machine's own resolvers. One event loop's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/informer.h"
#include "runtime/event_loop.h"

namespace proa::net {

struct DnsOptions {
  std::string address;  // "10.244.0.1", need not be there yet
  uint16_t port = 53;
  std::string domain = "cluster.local";
  std::vector<std::string> upstreams;  // of the machine's resolv.conf
};

class DnsServer {
 public:
  static Result<std::unique_ptr<DnsServer>> start(const DnsOptions& options, client::Informers& informers,
                                                  runtime::EventLoop& loop);
  virtual ~DnsServer() = default;
};

/// The nameservers of a resolv.conf's text.
std::vector<std::string> nameservers_of(std::string_view resolv_conf);

}  // namespace proa::net
