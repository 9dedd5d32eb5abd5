#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/tls.h"

namespace proa::http {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

BioPtr memory(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

Error tls_error(std::string_view what) {
  char text[256] = "";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return Error(base::internal_error(std::string(what) + ": " + text));
}

Result<void> use_certificate(SSL_CTX* context, const std::string& chain_pem, const std::string& key_pem) {
  const BioPtr chain = memory(chain_pem);
  const X509Ptr leaf(PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr), X509_free);
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return tls_error("cannot read the TLS certificate");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) SSL_CTX_add0_chain_cert(context, next);
  ERR_clear_error();
  const KeyPtr key(PEM_read_bio_PrivateKey(memory(key_pem).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return tls_error("cannot use the TLS key");
  return {};
}

Result<void> trust(SSL_CTX* context, const std::string& ca_pem, bool tell_client) {
  const BioPtr text = memory(ca_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (X509* read = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    const X509Ptr ca(read, X509_free);
    X509_STORE_add_cert(store, ca.get());
    if (tell_client) SSL_CTX_add_client_CA(context, ca.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return Error(base::internal_error("no certificate in the CA bundle"));
  return {};
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned in_length, void*) {
  static constexpr unsigned char kOffered[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_length, kOffered, sizeof kOffered - 1, in, in_length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// A certificate that no CA of ours signed does not end the handshake: the request gets 401, as upstream's does.
int accept_any(int, X509_STORE_CTX*) { return 1; }

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsConfig& config) {
  SSL_CTX* raw = SSL_CTX_new(TLS_server_method());
  std::shared_ptr<const TlsContext> context(new TlsContext(raw));
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  static constexpr unsigned char kSessionContext[] = "proa";
  SSL_CTX_set_session_id_context(raw, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  if (auto used = use_certificate(raw, config.certificate_pem, config.key_pem); !used) return Error(used.error());
  if (!config.client_ca_pem.empty()) {
    if (auto trusted = trust(raw, config.client_ca_pem, true); !trusted) return Error(trusted.error());
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, accept_any);
  }
  return context;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const ClientConfig& config) {
  SSL_CTX* raw = SSL_CTX_new(TLS_client_method());
  std::shared_ptr<const TlsContext> context(new TlsContext(raw));
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_mode(raw, SSL_MODE_AUTO_RETRY);
  static constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(raw, kProtocols, sizeof kProtocols - 1);
  if (!config.certificate_pem.empty())
    if (auto used = use_certificate(raw, config.certificate_pem, config.key_pem); !used) return Error(used.error());
  if (config.insecure_skip_verify) return context;
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  if (config.ca_pem.empty()) {
    SSL_CTX_set_default_verify_paths(raw);
  } else if (auto trusted = trust(raw, config.ca_pem, false); !trusted) {
    return Error(trusted.error());
  }
  return context;
}

}  // namespace proa::http
