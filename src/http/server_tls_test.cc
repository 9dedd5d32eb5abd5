// TLS of the whole server: who is believed, what clients say of what they do not believe, and ends that come early.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "http/server_testing.h"
#include "http/text.h"

namespace proa::http {
namespace {

/// A connection of a test's own: bytes over TLS, or without it, on a blocking socket.
class RawClient {
 public:
  explicit RawClient(const std::string& address, bool tls = true) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{60, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    if (!tls) return;
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
    EXPECT_EQ(SSL_connect(ssl_), 1);
  }
  ~RawClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    const auto size = static_cast<int>(bytes.size());
    EXPECT_EQ(ssl_ ? SSL_write(ssl_, bytes.data(), size) : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              size);
  }
  /// Nothing more comes from here: close_notify, or the end of the TCP stream.
  void end_tls() { SSL_shutdown(ssl_); }
  void end_tcp() { ::shutdown(socket_, SHUT_WR); }
  std::string read_to_end() {
    std::string out;
    char buffer[16 * 1024];
    for (;;) {
      const int got =
          ssl_ ? SSL_read(ssl_, buffer, sizeof buffer) : static_cast<int>(::recv(socket_, buffer, sizeof buffer, 0));
      if (got <= 0) return out;
      out.append(buffer, static_cast<size_t>(got));
    }
  }
  /// Was the end said, not only come?
  bool told_the_end() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  SSL* ssl() { return ssl_; }

 private:
  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

class ServerTlsTest : public ServerTest {
 protected:
  Peer peer_of(const std::string& certificate, const std::string& key) {
    Peer peer;
    handler_.on_request = [&](RequestPtr request, ResponseWriterPtr response) {
      peer = request->peer;
      response->send(200, {}, nullptr);
    };
    const auto got = client(certificate, key)->exchange("GET", "/", {}, "");
    EXPECT_TRUE(got) << got.error().message;
    return peer;
  }
  std::string refusal(ClientOptions options) {
    options.url = options.url.empty() ? "https://" + address_ : options.url;
    const auto got = (*Client::make(options))->exchange("GET", "/", {}, "");
    return got ? "" : got.error().message;
  }
  std::string at_localhost() const { return "https://localhost" + address_.substr(address_.find(':')); }
};

TEST_F(ServerTlsTest, a_certificate_that_does_not_hold_says_why_and_names_nobody) {
  const auto& all = test_certificates();
  struct Case {
    const std::string &certificate, &key;
    const char* why;
  };
  const Case cases[] = {
      {all.expired_pem, all.expired_key_pem, "certificate has expired"},
      {all.stranger_pem, all.stranger_key_pem, "unable to"},
      {all.serving_pem, all.serving_key_pem, "purpose"},
  };
  for (const Case& one : cases) {
    const Peer peer = peer_of(one.certificate, one.key);
    EXPECT_NE(peer.certificate_error.find(one.why), std::string::npos) << peer.certificate_error;
    EXPECT_EQ(peer.certificate_common_name, "") << one.why;
    EXPECT_TRUE(peer.certificate_organizations.empty()) << one.why;
  }
}

TEST_F(ServerTlsTest, the_last_of_several_names_counts_and_none_is_nobody) {
  const auto& all = test_certificates();
  EXPECT_EQ(peer_of(all.two_names_pem, all.two_names_key_pem).certificate_common_name, "carol");
  const Peer nameless = peer_of(all.nameless_pem, all.nameless_key_pem);
  EXPECT_EQ(nameless.certificate_common_name, "");
  EXPECT_EQ(nameless.certificate_error, "");
}

TEST_F(ServerTlsTest, a_client_believes_only_what_its_ca_signed_for_that_name_and_time) {
  const auto& all = test_certificates();
  ClientOptions options;
  options.ca_pem = all.ca_pem;
  EXPECT_EQ(refusal(options), "");
  options.tls_server_name = "elsewhere";
  EXPECT_NE(refusal(options), "");
  options.tls_server_name = "localhost";
  EXPECT_EQ(refusal(options), "");
  options.ca_pem = all.stranger_pem;
  EXPECT_NE(refusal(options).find("x509: certificate signed by unknown authority"), std::string::npos);
  options.ca_pem.clear();
  options.insecure_skip_verify = true;
  EXPECT_EQ(refusal(options), "");
  serve(all.expired_server);
  options = {};
  options.ca_pem = all.ca_pem;
  EXPECT_EQ(
      refusal(options),
      "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not "
      "yet valid");
}

TEST_F(ServerTlsTest, a_ca_that_is_none_is_told_before_anything_is_sent) {
  ClientOptions options;
  options.url = "https://" + address_;
  options.ca_pem = "nonsense";
  EXPECT_FALSE(Client::make(options));
  options.ca_pem.clear();
  options.certificate_pem = test_certificates().client_pem;
  options.key_pem = test_certificates().stranger_key_pem;
  EXPECT_FALSE(Client::make(options)) << "the key of another certificate";
}

TEST_F(ServerTlsTest, a_new_certificate_is_for_new_connections) {
  auto before = client();
  ASSERT_TRUE(before->exchange("GET", "/", {}, ""));
  ASSERT_TRUE(server_->set_certificate(test_certificates().expired_server));
  ClientOptions options;
  options.ca_pem = test_certificates().ca_pem;
  EXPECT_NE(refusal(options).find("expired"), std::string::npos);
  EXPECT_TRUE(before->exchange("GET", "/", {}, "")) << "the old one goes on";
  TlsConfig broken = test_certificates().server;
  broken.key_pem = "nonsense";
  EXPECT_FALSE(server_->set_certificate(broken));
  ASSERT_TRUE(server_->set_certificate(test_certificates().server)) << "and a broken one changes nothing";
  EXPECT_EQ(refusal(options), "");
}

TEST_F(ServerTlsTest, who_ends_its_side_after_the_question_still_gets_the_answer_whole) {
  const std::string large(5'000'000, 'x');
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) { response->send(200, {}, share(large)); };
  for (const bool tcp_too : {false, true}) {
    RawClient raw(address_);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    raw.end_tls();
    if (tcp_too) raw.end_tcp();
    const std::string got = raw.read_to_end();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got.substr(0, 100);
    EXPECT_EQ(got.size() - std::min(got.size(), got.find("\r\n\r\n") + 4), large.size()) << tcp_too;
    EXPECT_TRUE(raw.told_the_end());
  }
}

TEST_F(ServerTlsTest, who_ends_its_side_is_not_waited_for) {
  Gate begun, gone;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    response->on_abandoned([&, response]() mutable { gone.set(); });
    begun.set();
  };
  RawClient raw(address_);
  raw.send("GET /?watch=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(begun.wait());
  raw.end_tls();
  EXPECT_TRUE(gone.wait());
  EXPECT_EQ(raw.read_to_end(), "");
}

TEST_F(ServerTlsTest, an_end_in_the_middle_of_a_question_is_an_end) {
  for (const char* text : {"", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"}) {
    RawClient raw(address_);
    if (*text) raw.send(text);
    raw.end_tls();
    EXPECT_EQ(raw.read_to_end(), "") << text;
  }
}

TEST_F(ServerTlsTest, tells_who_speaks_without_tls_that_this_is_https) {
  RawClient raw(address_, false);
  raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(raw.read_to_end(), "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
}

TEST_F(ServerTlsTest, keys_may_be_changed_in_the_middle_of_a_stream) {
  RawClient raw(address_);
  // Each asks for a new key of the other side too, and nobody reads the answers before the end.
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(SSL_key_update(raw.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(raw.ssl()), 1);
  }
  raw.send("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string got = raw.read_to_end();
  EXPECT_TRUE(got.ends_with("GET /after  ")) << got;
}

}  // namespace
}  // namespace proa::http
