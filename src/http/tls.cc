#include "http/tls.h"

#include <algorithm>
#include <cstring>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace proa::http {

// OpenSSL's reads and writes land in the engine's Wire: no copy in between, no memory held while idle.
struct WireBio {
  static TlsEngine::Wire& wire(BIO* bio) { return *static_cast<TlsEngine::Wire*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* data, int length) {
    TlsEngine::Wire& to = wire(bio);
    if (!to.out) return -1;
    to.out->append(data, static_cast<size_t>(length));
    return length;
  }

  static int read(BIO* bio, char* into, int length) {
    TlsEngine::Wire& from = wire(bio);
    BIO_clear_retry_flags(bio);
    if (from.in.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t take = std::min(from.in.size(), static_cast<size_t>(length));
    std::memcpy(into, from.in.data(), take);
    from.in.remove_prefix(take);
    return static_cast<int>(take);
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "proa wire");
      BIO_meth_set_write(m, write);
      BIO_meth_set_read(m, read);
      BIO_meth_set_ctrl(m, control);
      BIO_meth_set_create(m, create);
      return m;
    }();
    return made;
  }

  static BIO* make(TlsEngine::Wire& wire) {
    BIO* bio = BIO_new(method());
    BIO_set_data(bio, &wire);
    return bio;
  }
};

namespace {

// The largest plain text of one TLS record.
constexpr size_t kRecord = 16 * 1024;

std::string name_entry(X509_NAME* name, int nid, int& position) {
  position = X509_NAME_get_index_by_NID(name, nid, position);
  if (position < 0) return {};
  unsigned char* text = nullptr;
  const int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, position)));
  if (length < 0) return {};
  std::string out(reinterpret_cast<const char*>(text), static_cast<size_t>(length));
  OPENSSL_free(text);
  return out;
}

}  // namespace

TlsEngine::TlsEngine(std::shared_ptr<const TlsContext> context)
    : context_(std::move(context)), ssl_(SSL_new(context_->get())) {
  BIO* bio = WireBio::make(wire_);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsEngine::~TlsEngine() { SSL_free(ssl_); }

void TlsEngine::receive(std::string_view wire) { wire_.in = wire; }

size_t TlsEngine::read(std::span<char> into, std::string& wire_out) {
  if (progress_ != Progress::kOk) return 0;
  ERR_clear_error();
  wire_.out = &wire_out;
  const int got = SSL_read(ssl_, into.data(), static_cast<int>(into.size()));
  wire_.out = nullptr;
  if (got > 0) return static_cast<size_t>(got);
  const int why = SSL_get_error(ssl_, got);
  if (why == SSL_ERROR_ZERO_RETURN)
    progress_ = Progress::kClosed;
  else if (why != SSL_ERROR_WANT_READ) {
    progress_ = Progress::kFailed;
    plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  }
  return 0;
}

bool TlsEngine::write_record(std::string_view plain, std::string& wire_out) {
  ERR_clear_error();
  wire_.out = &wire_out;
  const int put = SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
  wire_.out = nullptr;
  if (put == static_cast<int>(plain.size())) return true;
  progress_ = Progress::kFailed;
  return false;
}

bool TlsEngine::write(Output& plain, size_t limit, std::string& wire_out) {
  if (progress_ == Progress::kFailed) return false;
  char record[kRecord];
  for (size_t written = 0; written < limit && !plain.empty();) {
    std::string_view run = plain.front();
    if (run.size() >= kRecord || run.size() == plain.size()) {
      run = run.substr(0, kRecord);
      if (!write_record(run, wire_out)) return false;
      plain.consume(run.size());
      written += run.size();
      continue;
    }
    size_t have = 0;
    while (have < kRecord && !plain.empty()) {
      run = plain.front().substr(0, kRecord - have);
      std::memcpy(record + have, run.data(), run.size());
      have += run.size();
      plain.consume(run.size());
    }
    if (!write_record({record, have}, wire_out)) return false;
    written += have;
  }
  return true;
}

void TlsEngine::close(std::string& wire_out) {
  if (progress_ == Progress::kFailed || !handshake_done()) return;
  ERR_clear_error();
  wire_.out = &wire_out;
  SSL_shutdown(ssl_);
  wire_.out = nullptr;
}

bool TlsEngine::handshake_done() const { return SSL_is_init_finished(ssl_) == 1; }

std::string_view TlsEngine::protocol() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

void TlsEngine::describe(Peer& peer) const {
  peer.tls = true;
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (!certificate) return;
  if (const long why = SSL_get_verify_result(ssl_); why != X509_V_OK) {
    peer.certificate_error = X509_verify_cert_error_string(why);
    return;
  }
  X509_NAME* subject = X509_get_subject_name(certificate);
  // The last of several common names counts, as in Go.
  int position = -1;
  for (;;) {
    std::string name = name_entry(subject, NID_commonName, position);
    if (position < 0) break;
    peer.certificate_common_name = std::move(name);
  }
  for (position = -1;;) {
    std::string organization = name_entry(subject, NID_organizationName, position);
    if (position < 0) break;
    peer.certificate_organizations.push_back(std::move(organization));
  }
}

}  // namespace proa::http
