#include "http/client_transport.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "runtime/clock.h"

namespace proa::http {
namespace {

Error unreachable(std::string words) {
  Status status;
  status.code = 0;
  status.reason = "Unreachable";
  status.message = "Unable to connect to the server: " + std::move(words);
  return Error(std::move(status));
}

Error refused(const Endpoint& to) {
  Status status;
  status.code = 0;
  status.reason = "ConnectionRefused";
  status.message = fmt::format("The connection to the server {} was refused - did you specify the right host or port?",
                               to.authority());
  return Error(std::move(status));
}

/// True when the socket became ready in time.
bool wait_ready(int socket, short events, int64_t deadline_ns) {
  for (;;) {
    int wait_ms = -1;
    if (deadline_ns > 0) {
      const int64_t left = deadline_ns - runtime::system_clock().monotonic();
      wait_ms = static_cast<int>(std::clamp<int64_t>((left + 999'999) / 1'000'000, 0, 1'000'000'000));
    }
    pollfd poll_for{socket, events, 0};
    const int ready = ::poll(&poll_for, 1, wait_ms);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return true;
  }
}

std::string names_of(X509* certificate) {
  std::string out;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string addresses;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) {
      out += (out.empty() ? "" : ", ");
      out.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const ASN1_OCTET_STRING* ip = name->d.iPAddress;
      const unsigned char* b = ASN1_STRING_get0_data(ip);
      if (ASN1_STRING_length(ip) == 4)
        addresses += fmt::format("{}{}.{}.{}.{}", addresses.empty() ? "" : ", ", b[0], b[1], b[2], b[3]);
    }
  }
  GENERAL_NAMES_free(names);
  return addresses.empty() ? out : addresses;
}

/// Go's words for OpenSSL's verdicts: kubectl's users know those.
std::string verify_words(long verdict, SSL* ssl, const std::string& host) {
  const std::string start = "tls: failed to verify certificate: x509: ";
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return start + "certificate has expired or is not yet valid";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      X509* certificate = SSL_get0_peer_certificate(ssl);
      return start + "certificate is valid for " + (certificate ? names_of(certificate) : "") + ", not " + host;
    }
    default: return start + "certificate signed by unknown authority";
  }
}

}  // namespace

Result<Endpoint> parse_url(const std::string& url) {
  Endpoint out;
  std::string rest = url;
  const size_t scheme = rest.find("://");
  out.scheme = scheme == std::string::npos ? "http" : rest.substr(0, scheme);
  if (scheme != std::string::npos) rest = rest.substr(scheme + 3);
  const size_t slash = rest.find('/');
  if (slash != std::string::npos) {
    out.path = rest.substr(slash);
    while (out.path.ends_with('/')) out.path.pop_back();
    rest.resize(slash);
  }
  const bool bracketed = rest.starts_with('[');
  const size_t end_of_host = bracketed ? rest.find(']') : rest.rfind(':');
  out.host = bracketed ? rest.substr(1, end_of_host - 1) : rest.substr(0, end_of_host);
  const size_t colon = rest.find(':', bracketed ? end_of_host : 0);
  out.port = colon != std::string::npos ? rest.substr(colon + 1) : out.scheme == "https" ? "443" : "80";
  if (out.host.empty() || (out.scheme != "https" && out.scheme != "http"))
    return Error(base::bad_request(fmt::format("the server's address \"{}\" is no http or https URL", url)));
  return out;
}

Result<std::unique_ptr<ClientTransport>> ClientTransport::connect(const Endpoint& to,
                                                                  std::shared_ptr<const TlsContext> tls,
                                                                  const std::string& server_name, int64_t timeout_ms) {
  const int64_t deadline =
      runtime::system_clock().monotonic() + (timeout_ms > 0 ? timeout_ms : 30'000) * runtime::kMillisecond;
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &found) != 0)
    return unreachable(fmt::format("dial tcp: lookup {}: no such host", to.host));
  int fd = -1, why = 0;
  for (const addrinfo* at = found; at && fd < 0; at = at->ai_next) {
    fd = ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    why = ::connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (why == EINPROGRESS) {
      socklen_t length = sizeof why;
      if (!wait_ready(fd, POLLOUT, deadline))
        why = ETIMEDOUT;
      else
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &length);
    }
    if (why != 0) ::close(std::exchange(fd, -1));
  }
  freeaddrinfo(found);
  if (why == ECONNREFUSED) return refused(to);
  if (fd < 0)
    return unreachable(fmt::format("dial tcp {}: {}", to.authority(),
                                   why == ETIMEDOUT ? "i/o timeout" : fmt::format("connect: {}", strerror(why))));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SSL* ssl = nullptr;
  if (tls) {
    ssl = SSL_new(tls->get());
    SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
    const std::string name = server_name.empty() ? to.host : server_name;
    X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) != 1) {
      X509_VERIFY_PARAM_set1_host(verify, name.c_str(), name.size());
      SSL_set_tlsext_host_name(ssl, name.c_str());
    }
  }
  std::unique_ptr<ClientTransport> transport(new ClientTransport(fd, ssl, to));
  if (ssl)
    if (auto shaken = transport->handshake(deadline); !shaken) return Error(shaken.error());
  return transport;
}

ClientTransport::~ClientTransport() {
  if (ssl_) {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  ::close(socket_);
}

void ClientTransport::shut_down() { ::shutdown(socket_, SHUT_RDWR); }

Result<void> ClientTransport::wait_for(int ssl_error, int64_t deadline_ns, const char* timeout_words) {
  if (wait_ready(socket_, ssl_error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN, deadline_ns)) return {};
  return unreachable(timeout_words);
}

Result<void> ClientTransport::handshake(int64_t deadline_ns) {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_);
    if (done == 1) return {};
    const int why = SSL_get_error(ssl_, done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      const long verdict = SSL_get_verify_result(ssl_);
      if (verdict != X509_V_OK) return unreachable(verify_words(verdict, ssl_, to_.host));
      const unsigned long code = ERR_peek_error();
      return unreachable(code == 0 ? "EOF" : fmt::format("tls: {}", ERR_reason_error_string(code)));
    }
    if (auto ready = wait_for(why, deadline_ns, "net/http: TLS handshake timeout"); !ready) return ready;
  }
}

Result<size_t> ClientTransport::read(std::span<char> into, int64_t deadline_ns) {
  for (;;) {
    int why = SSL_ERROR_WANT_READ;
    if (ssl_) {
      const std::lock_guard lock(mutex_);
      ERR_clear_error();
      const int got = SSL_read(ssl_, into.data(), static_cast<int>(into.size()));
      if (got > 0) return static_cast<size_t>(got);
      why = SSL_get_error(ssl_, got);
    } else {
      const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EAGAIN && errno != EINTR) why = SSL_ERROR_SYSCALL;
    }
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return unreachable("EOF");
    if (auto ready =
            wait_for(why, deadline_ns, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)");
        !ready)
      return Error(ready.error());
  }
}

bool ClientTransport::is_stale() {
  char byte = 0;
  if (!ssl_) return ::recv(socket_, &byte, 1, MSG_PEEK) >= 0 || (errno != EAGAIN && errno != EINTR);
  const std::lock_guard lock(mutex_);
  ERR_clear_error();
  const int got = SSL_peek(ssl_, &byte, 1);
  if (got > 0) return true;
  const int why = SSL_get_error(ssl_, got);
  return why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE;
}

Result<void> ClientTransport::write(std::string_view bytes, int64_t deadline_ns) {
  while (!bytes.empty()) {
    int why = SSL_ERROR_WANT_WRITE;
    if (ssl_) {
      const std::lock_guard lock(mutex_);
      ERR_clear_error();
      const std::string_view record = bytes.substr(0, 16 * 1024);
      const int put = SSL_write(ssl_, record.data(), static_cast<int>(record.size()));
      if (put > 0) {
        bytes.remove_prefix(static_cast<size_t>(put));
        continue;
      }
      why = SSL_get_error(ssl_, put);
    } else {
      const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put > 0) {
        bytes.remove_prefix(static_cast<size_t>(put));
        continue;
      }
      if (errno != EAGAIN && errno != EINTR) why = SSL_ERROR_SYSCALL;
    }
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return unreachable("write: broken pipe");
    if (auto ready = wait_for(why, deadline_ns, "net/http: request canceled"); !ready) return ready;
  }
  return {};
}

}  // namespace proa::http
