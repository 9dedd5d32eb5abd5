#include "net/dns/server.h"

#include "client/client.h"
#include "net/dns/cluster_names.h"
#include "net/dns/message.h"
#include "net/dns/sockets.h"

namespace proa::net {
namespace {

using object::Document;

constexpr runtime::DurationNs kUpstreamTimeout = 3 * runtime::kSecond;
constexpr uint16_t kDnsPort = 53;
constexpr size_t kMaxAsking = 512;  // questions under way to upstream; beyond them: server failure

class ServerImpl final : public DnsServer {
 public:
  ServerImpl(const DnsOptions& options, client::Informers& informers, runtime::EventLoop& loop)
      : options_(options),
        loop_(loop),
        services_(informers.of(client::resources::kServices)),
        slices_(informers.of(client::resources::kEndpointSlices)) {
    for (client::Informer* informer : {&services_, &slices_})
      informer->add_handler([this, alive = std::weak_ptr(alive_)](const Document&, const Document&) {
        if (!alive.expired()) names_.reset();
      });
  }

  Result<void> open() {
    auto listener = DnsListener::start(
        loop_, options_.address, options_.port,
        [this](std::string_view query, bool tcp, DnsReply reply) { answer(query, tcp, std::move(reply)); });
    if (!listener) return Error(listener.error());
    listener_ = std::move(*listener);
    return {};
  }

 private:
  /// Made anew at the first question after a change.
  const ClusterNames& names() {
    if (!names_) names_ = std::make_unique<ClusterNames>(options_.domain, services_.list(), slices_.list());
    return *names_;
  }

  void answer(std::string_view bytes, bool tcp, DnsReply reply) {
    const auto query = parse_query(bytes);
    if (!query) return;
    const size_t limit = tcp ? 65535 : std::min<size_t>(query->udp_size, 1232);
    if (!query->supported) return reply(encode_answer(*query, {}, limit));
    if (const auto known = names().resolve(query->question)) return reply(encode_answer(*query, *known, limit));
    forward(std::string(bytes), *query, tcp, 0, std::move(reply));
  }

  /// One upstream after the other.
  void forward(std::string bytes, DnsQuery query, bool tcp, size_t server, DnsReply reply) {
    if (server >= options_.upstreams.size() || asking_ >= kMaxAsking)
      return reply(encode_answer(query, {.code = DnsCode::kServerFailure, .authoritative = false}, 512));
    ++asking_;
    const std::string& upstream = options_.upstreams[server];
    ask_server(loop_, upstream, kDnsPort, tcp, bytes, kUpstreamTimeout,
               [this, alive = std::weak_ptr(alive_), bytes, query = std::move(query), tcp, server,
                reply = std::move(reply)](std::string got) mutable {
                 if (alive.expired()) return;
                 --asking_;
                 if (!got.empty()) return reply(std::move(got));
                 forward(std::move(bytes), std::move(query), tcp, server + 1, std::move(reply));
               });
  }

  const DnsOptions options_;
  runtime::EventLoop& loop_;
  client::Informer& services_;
  client::Informer& slices_;
  std::unique_ptr<ClusterNames> names_;
  std::unique_ptr<DnsListener> listener_;
  size_t asking_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<DnsServer>> DnsServer::start(const DnsOptions& options, client::Informers& informers,
                                                    runtime::EventLoop& loop) {
  auto server = std::make_unique<ServerImpl>(options, informers, loop);
  if (auto opened = server->open(); !opened) return Error(opened.error());
  return server;
}

std::vector<std::string> nameservers_of(std::string_view resolv_conf) {
  std::vector<std::string> out;
  while (!resolv_conf.empty()) {
    const size_t end = resolv_conf.find('\n');
    std::string_view line = resolv_conf.substr(0, end);
    resolv_conf = end == std::string_view::npos ? std::string_view() : resolv_conf.substr(end + 1);
    static constexpr std::string_view kWord = "nameserver";
    if (!line.starts_with(kWord)) continue;
    line.remove_prefix(kWord.size());
    const size_t first = line.find_first_not_of(" \t");
    if (first == 0 || first == std::string_view::npos) continue;
    line = line.substr(first);
    out.emplace_back(line.substr(0, line.find_first_of(" \t\r#")));
  }
  return out;
}

}  // namespace proa::net
