#include "http/connection.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "http/test_certificate.h"

namespace proa::http {
namespace {

class Greeter : public Handler {
 public:
  void handle(RequestPtr, ResponseWriterPtr response) override { response->send(200, {}, share("hello")); }
};

/// A connection on an I/O thread, and the peer's end of its socket.
class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = ends[0];
    peer_ = ends[1];
    thread_->start();
  }
  void TearDown() override {
    thread_->stop();
    ::close(peer_);
  }

  void begin() {
    thread_->post([this] {
      start_connection(ours_, "peer", thread_, *TlsContext::server(test_certificates().server), greeter_);
    });
  }
  /// All that was posted before, and what the connection makes of the bytes that it has, is done.
  void settle() {
    int unread = 1;
    while (unread > 0) {
      std::promise<void> reached;
      thread_->post([&] { ::ioctl(ours_, FIONREAD, &unread); });
      thread_->post([&] { reached.set_value(); });
      reached.get_future().wait();
    }
  }
  /// Fills what the kernel keeps for the peer; gives the number of bytes.
  size_t fill() const {
    const std::string junk(4096, 'x');
    size_t filled = 0;
    for (ssize_t put = 0; (put = ::send(ours_, junk.data(), junk.size(), 0)) > 0;) filled += static_cast<size_t>(put);
    for (ssize_t put = 0; (put = ::send(ours_, junk.data(), 1, 0)) > 0;) filled += static_cast<size_t>(put);
    return filled;
  }
  void drain(size_t count) const {
    std::string into(count, '\0');
    for (ssize_t got = 0; count > 0 && (got = ::recv(peer_, into.data(), count, 0)) > 0;)
      count -= static_cast<size_t>(got);
    EXPECT_EQ(count, 0u);
  }

  const std::shared_ptr<IoThread> thread_ = std::make_shared<IoThread>("test", 90);
  Greeter greeter_;
  int ours_ = -1, peer_ = -1;
};

TEST_F(ConnectionTest, says_its_part_of_the_handshake_once_also_when_the_socket_is_full) {
  const size_t filled = fill();
  begin();
  const auto context = *TlsContext::client({test_certificates().ca_pem, "", "", false});
  SSL* const ssl = SSL_new(context->get());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new_socket(peer_, BIO_NOCLOSE));
  EXPECT_EQ(SSL_connect(ssl), -1);  // its first words are out, the answer cannot come
  settle();
  ::fcntl(peer_, F_SETFL, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(peer_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  drain(filled);
  SSL_set0_rbio(ssl, BIO_new_socket(peer_, BIO_NOCLOSE));
  EXPECT_EQ(SSL_connect(ssl), 1);
  const std::string request = "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
  EXPECT_EQ(SSL_write(ssl, request.data(), static_cast<int>(request.size())), static_cast<int>(request.size()));
  std::string answer(4096, '\0');
  const int got = SSL_read(ssl, answer.data(), static_cast<int>(answer.size()));
  EXPECT_EQ(answer.substr(0, static_cast<size_t>(std::max(got, 0))).substr(0, 15), "HTTP/1.1 200 OK");
  SSL_free(ssl);
}

}  // namespace
}  // namespace proa::http
