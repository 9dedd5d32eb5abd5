#include "net/network.h"

#include "base/log.h"
#include "net/dns/dns_service.h"
#include "net/dns/server.h"
#include "net/load_balancer/controller.h"
#include "net/proxy/conntrack.h"
#include "net/proxy/controller.h"
#include "runtime/file.h"

namespace proa::net {
namespace {

ServiceProxy::Kernel kernel_of_this_machine(runtime::EventLoop& loop) {
  return {.run_nft = make_nft_runner(loop),
          .forget_udp =
              [](const std::set<Target>& gone) {
                if (const auto done = forget_udp_flows(gone); !done) base::log_warn("net/proxy", done.error().message);
              },
          .count_open =
              [](const std::string& ip) {
                const auto open = count_open_connections(ip);
                if (!open) base::log_warn("net/proxy", open.error().message);
                return open.value_or(0);
              }};
}

class NetworkImpl final : public Network {
 public:
  NetworkImpl(const NetworkOptions& options, client::Client& client, runtime::EventLoop& loop)
      : options_(options),
        client_(client),
        informers_(client, loop),
        proxy_(informers_, loop, {options.id, options.pod_cidr}, options.node_name, kernel_of_this_machine(loop)),
        load_balancers_(client, informers_, loop),
        loop_(loop) {}

  void start(std::function<void(Result<void>)> ready) {
    DnsOptions dns;
    dns.address = options_.gateway;
    dns.domain = options_.domain;
    if (const auto text = runtime::read_file("/etc/resolv.conf")) dns.upstreams = nameservers_of(*text);
    auto server = DnsServer::start(dns, informers_, loop_);
    if (!server) return loop_.post([ready = std::move(ready), why = server.error()] { ready(Error(why)); });
    dns_ = std::move(*server);
    ensure_dns_service(client_, options_.dns_address, options_.gateway, [](const Result<void>& done) {
      if (!done) base::log_warn("net/dns", "the Service kube-dns could not be made", {{"error", done.error().message}});
    });
    proxy_.when_ready(std::move(ready));
    informers_.start();
  }

  void drain(const object::Document& pod, std::function<void()> done) override { proxy_.drain(pod, std::move(done)); }

 private:
  const NetworkOptions options_;
  client::Client& client_;
  client::Informers informers_;
  ServiceProxy proxy_;
  LoadBalancers load_balancers_;
  runtime::EventLoop& loop_;
  std::unique_ptr<DnsServer> dns_;
};

}  // namespace

HostSettings host_settings(const NetworkOptions& options) {
  HostSettings out;
  out.proxy = {options.id, options.pod_cidr};
  out.gateway = options.gateway;
  return out;
}

std::unique_ptr<Network> Network::start(const NetworkOptions& options, client::Client& client, runtime::EventLoop& loop,
                                        std::function<void(Result<void>)> ready) {
  auto network = std::make_unique<NetworkImpl>(options, client, loop);
  network->start(std::move(ready));
  return network;
}

}  // namespace proa::net
