#include "http/test_certificate.h"

#include <initializer_list>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace proa::http {
namespace {

struct Made {
  X509* certificate;
  EVP_PKEY* key;
};

std::string pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  std::string out(text, static_cast<size_t>(length));
  BIO_free(bio);
  return out;
}

std::string pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  std::string out(text, static_cast<size_t>(length));
  BIO_free(bio);
  return out;
}

Made make(const char* name, std::initializer_list<const char*> organizations, const char* alternative, const Made* ca) {
  Made out{X509_new(), EVP_EC_gen("P-256")};
  static long serial = 1;
  X509_set_version(out.certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(out.certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(out.certificate), 3600);
  X509_set_pubkey(out.certificate, out.key);
  X509_NAME* subject = X509_get_subject_name(out.certificate);
  const auto entry = [&](const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  };
  for (const char* organization : organizations) entry("O", organization);
  entry("CN", name);
  X509_set_issuer_name(out.certificate, ca ? X509_get_subject_name(ca->certificate) : subject);
  const auto extend = [&](int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(out.certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (!ca) extend(NID_basic_constraints, "critical,CA:TRUE");
  if (alternative) extend(NID_subject_alt_name, alternative);
  X509_sign(out.certificate, ca ? ca->key : out.key, EVP_sha256());
  return out;
}

TestCertificates make_all() {
  const Made ca = make("test-ca", {}, nullptr, nullptr);
  const Made server = make("server", {}, "IP:127.0.0.1,DNS:localhost", &ca);
  const Made client = make("alice", {"devs", "admins"}, nullptr, &ca);
  const Made other_ca = make("other-ca", {}, nullptr, nullptr);
  const Made stranger = make("mallory", {}, nullptr, &other_ca);
  TestCertificates out;
  out.ca_pem = pem(ca.certificate);
  out.server = {pem(server.certificate), pem(server.key), out.ca_pem};
  out.client_pem = pem(client.certificate);
  out.client_key_pem = pem(client.key);
  out.stranger_pem = pem(stranger.certificate);
  out.stranger_key_pem = pem(stranger.key);
  for (const Made& made : {ca, server, client, other_ca, stranger}) {
    X509_free(made.certificate);
    EVP_PKEY_free(made.key);
  }
  return out;
}

}  // namespace

const TestCertificates& test_certificates() {
  static const TestCertificates made = make_all();
  return made;
}

}  // namespace proa::http
