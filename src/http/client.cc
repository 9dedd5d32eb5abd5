#include "http/client.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "http/client_socket.h"
#include "http/client_transport.h"
#include "http/http1_parser.h"
#include "http/text.h"
#include "http/websocket_codec.h"
#include "runtime/clock.h"

namespace proa::http {

std::string_view ClientResponse::header(std::string_view lower_case_name) const {
  return find_header(headers, lower_case_name);
}

namespace {

class ClientImpl final : public Client {
 public:
  ClientImpl(ClientOptions options, Endpoint to, std::shared_ptr<const TlsContext> tls)
      : options_(std::move(options)), to_(std::move(to)), tls_(std::move(tls)) {}

  Result<ClientResponse> exchange(const std::string& method, const std::string& target, const Headers& headers,
                                  const std::string& body) override {
    return run(method, target, headers, &body, nullptr);
  }
  Result<ClientResponse> stream(const std::string& method, const std::string& target, const Headers& headers,
                                const std::function<bool(std::string_view)>& piece) override {
    return run(method, target, headers, nullptr, &piece);
  }
  Result<std::unique_ptr<ClientSocket>> websocket(const std::string& target,
                                                  const std::vector<std::string>& protocols) override;

 private:
  using Piece = std::function<bool(std::string_view)>;
  Result<ClientResponse> run(const std::string& method, const std::string& target, const Headers& headers,
                             const std::string* body, const Piece* piece);
  Result<ClientResponse> attempt(const std::string& message, bool head, const Piece* piece, bool& again);
  Result<void> receive(Http1Parser& parser, const Piece* piece, int64_t deadline, bool& any, bool& ended);
  Result<void> ensure_connected();
  std::string compose(const std::string& method, const std::string& target, const Headers& headers,
                      const std::string* body) const;

  const ClientOptions options_;
  const Endpoint to_;
  const std::shared_ptr<const TlsContext> tls_;
  std::unique_ptr<ClientTransport> transport_;
  std::string surplus_;  // bytes after the last answer
};

Result<void> ClientImpl::ensure_connected() {
  if (transport_ && surplus_.empty() && !transport_->is_stale()) return {};
  auto made = ClientTransport::connect(to_, tls_, options_.tls_server_name, options_.timeout_ms);
  if (!made) return Error(made.error());
  transport_ = std::move(*made);
  surplus_.clear();
  return {};
}

std::string ClientImpl::compose(const std::string& method, const std::string& target, const Headers& headers,
                                const std::string* body) const {
  std::string out = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", method, to_.path, target, to_.authority());
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.append(name).append(": ").append(value).append("\r\n");
  };
  if (find_header(headers, "user-agent").empty()) add("User-Agent", options_.user_agent);
  if (!options_.bearer_token.empty()) add("Authorization", "Bearer " + options_.bearer_token);
  for (const auto& [name, value] : options_.headers) add(name, value);
  for (const auto& [name, value] : headers) add(name, value);
  if (body && (!body->empty() || (method != "GET" && method != "HEAD")))
    add("Content-Length", std::to_string(body->size()));
  out += "\r\n";
  if (body) out += *body;
  return out;
}

Result<ClientResponse> ClientImpl::run(const std::string& method, const std::string& target, const Headers& headers,
                                       const std::string* body, const Piece* piece) {
  const std::string message = compose(method, target, headers, body);
  const bool harmless = method == "GET" || method == "HEAD" || method == "OPTIONS";
  const bool reused = transport_ != nullptr;
  bool again = false;
  auto response = attempt(message, method == "HEAD", piece, again);
  // A kept connection may have been closed by the server's idle timeout just now: once more, on a new one.
  if (!response && reused && harmless && again) {
    transport_.reset();
    response = attempt(message, method == "HEAD", piece, again);
  }
  if (!response) transport_.reset();
  return response;
}

/// `again`: of a failure, nothing has come back, and there is time.
Result<ClientResponse> ClientImpl::attempt(const std::string& message, bool head, const Piece* piece, bool& again) {
  if (auto ready = ensure_connected(); !ready) return Error(ready.error());
  const int64_t deadline =
      options_.timeout_ms > 0 ? runtime::system_clock().monotonic() + options_.timeout_ms * runtime::kMillisecond : 0;
  const auto in_time = [deadline] { return deadline == 0 || runtime::system_clock().monotonic() < deadline; };
  again = true;
  if (auto sent = transport_->write(message, deadline); !sent) return Error(sent.error());
  Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
  ClientResponse response;
  bool any = false, ended = false;
  do {
    parser.reset();
    parser.no_body = head;
    auto received = receive(parser, piece, deadline, any, ended);
    again = !any && in_time();
    if (!received) return Error(received.error());
  } while (parser.status / 100 == 1);
  response.status = parser.status;
  // What comes after the answer is nobody's: the next request must not take it for its own.
  const bool keep = parser.done() && parser.keep_alive() && surplus_.empty();
  response.headers = std::move(parser.headers);
  response.body = std::move(parser.body);
  if (!keep) transport_.reset();
  return response;
}

Result<void> ClientImpl::receive(Http1Parser& parser, const Piece* piece, int64_t deadline, bool& any, bool& ended) {
  if (piece)
    parser.on_body = [&](std::string_view bytes) {
      if (parser.status >= 400)
        parser.body += bytes;
      else if (!(*piece)(bytes))
        ended = true;
      return !ended;
    };
  std::array<char, 64 * 1024> buffer;
  while (!parser.done()) {
    std::string_view bytes = surplus_;
    std::string taken_surplus;
    if (!bytes.empty()) {
      taken_surplus = std::move(surplus_);
      surplus_.clear();
      bytes = taken_surplus;
    } else {
      auto got = transport_->read(buffer, deadline);
      if (!got) return Error(got.error());
      any = any || *got > 0;
      if (*got == 0) parser.end_of_input();
      bytes = {buffer.data(), *got};
    }
    const size_t used = parser.feed(bytes);
    if (ended) return {};
    if (parser.failed()) {
      Status status;
      status.code = 0;
      status.reason = "Unreachable";
      status.message = bytes.empty() ? (any ? "unexpected EOF" : "Unable to connect to the server: EOF")
                                     : "Unable to connect to the server: net/http: malformed HTTP response";
      return Error(std::move(status));
    }
    surplus_ = bytes.substr(used);
  }
  return {};
}

Result<std::unique_ptr<ClientSocket>> ClientImpl::websocket(const std::string& target,
                                                            const std::vector<std::string>& protocols) {
  transport_.reset();
  const std::string key = base64(random_bytes(16));
  Headers headers = {
      {"connection", "Upgrade"}, {"upgrade", "websocket"}, {"sec-websocket-version", "13"}, {"sec-websocket-key", key}};
  std::string offered;
  for (const std::string& protocol : protocols) offered += (offered.empty() ? "" : ", ") + protocol;
  headers.emplace_back("sec-websocket-protocol", offered);
  if (auto ready = ensure_connected(); !ready) return Error(ready.error());
  if (auto sent = transport_->write(compose("GET", target, headers, nullptr), 0); !sent) return Error(sent.error());
  Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
  bool any = false, ended = false;
  auto received = receive(parser, nullptr, 0, any, ended);
  auto transport = std::move(transport_);
  if (!received) return Error(received.error());
  if (parser.status != 101 || find_header(parser.headers, "sec-websocket-accept") != websocket_accept(key)) {
    Status status;
    status.code = parser.status;
    status.reason = "UpgradeFailed";
    status.message = parser.body.empty() ? fmt::format("unable to upgrade connection: {}", reason_phrase(parser.status))
                                         : parser.body;
    return Error(std::move(status));
  }
  return make_client_socket(std::move(transport), std::string(find_header(parser.headers, "sec-websocket-protocol")),
                            std::move(surplus_));
}

}  // namespace

Result<std::unique_ptr<Client>> Client::make(const ClientOptions& options) {
  auto to = parse_url(options.url);
  if (!to) return Error(to.error());
  std::shared_ptr<const TlsContext> tls;
  if (to->scheme == "https") {
    auto made =
        TlsContext::client({options.ca_pem, options.certificate_pem, options.key_pem, options.insecure_skip_verify});
    if (!made) return Error(made.error());
    tls = std::move(*made);
  }
  return std::make_unique<ClientImpl>(options, std::move(*to), std::move(tls));
}

}  // namespace proa::http
