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

struct Wanted {
  std::initializer_list<const char*> names, organizations;
  const char* alternative = nullptr;  // subjectAltName
  const char* usage = nullptr;        // extendedKeyUsage
  long ends = 3600;                   // seconds from now
};

Made make(const Wanted& wanted, const Made* ca) {
  Made out{X509_new(), EVP_EC_gen("P-256")};
  static long serial = 1;
  X509_set_version(out.certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(out.certificate), -2 * 24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(out.certificate), wanted.ends);
  X509_set_pubkey(out.certificate, out.key);
  X509_NAME* subject = X509_get_subject_name(out.certificate);
  const auto entry = [&](const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
  };
  for (const char* organization : wanted.organizations) entry("O", organization);
  for (const char* name : wanted.names) entry("CN", name);
  X509_set_issuer_name(out.certificate, ca ? X509_get_subject_name(ca->certificate) : subject);
  const auto extend = [&](int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(out.certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (!ca) extend(NID_basic_constraints, "critical,CA:TRUE");
  if (wanted.alternative) extend(NID_subject_alt_name, wanted.alternative);
  if (wanted.usage) extend(NID_ext_key_usage, wanted.usage);
  X509_sign(out.certificate, ca ? ca->key : out.key, EVP_sha256());
  return out;
}

void give(const Made& made, std::string& certificate_pem, std::string& key_pem) {
  certificate_pem = pem(made.certificate);
  key_pem = pem(made.key);
  X509_free(made.certificate);
  EVP_PKEY_free(made.key);
}

TestCertificates make_all() {
  constexpr long kYesterday = -24 * 3600;
  constexpr const char* kHere = "IP:127.0.0.1,DNS:localhost";
  const Made ca = make({.names = {"test-ca"}, .organizations = {}}, nullptr);
  const Made other_ca = make({.names = {"other-ca"}, .organizations = {}}, nullptr);
  TestCertificates out;
  const auto client = [&](const Wanted& wanted, std::string& certificate_pem, std::string& key_pem) {
    give(make(wanted, &ca), certificate_pem, key_pem);
  };
  client({.names = {"server"}, .organizations = {}, .alternative = kHere}, out.server.certificate_pem,
         out.server.key_pem);
  client({.names = {"server"}, .organizations = {}, .alternative = kHere, .ends = kYesterday},
         out.expired_server.certificate_pem, out.expired_server.key_pem);
  client({.names = {"alice"}, .organizations = {"devs", "admins"}}, out.client_pem, out.client_key_pem);
  client({.names = {"alice"}, .organizations = {"devs"}, .ends = kYesterday}, out.expired_pem, out.expired_key_pem);
  client({.names = {"bob", "carol"}, .organizations = {}}, out.two_names_pem, out.two_names_key_pem);
  client({.names = {}, .organizations = {"devs"}}, out.nameless_pem, out.nameless_key_pem);
  client({.names = {"alice"}, .organizations = {}, .usage = "serverAuth"}, out.serving_pem, out.serving_key_pem);
  give(make({.names = {"mallory"}, .organizations = {}}, &other_ca), out.stranger_pem, out.stranger_key_pem);
  std::string key;
  give(other_ca, key, key);
  give(ca, out.ca_pem, key);
  out.server.client_ca_pem = out.expired_server.client_ca_pem = out.ca_pem;
  return out;
}

}  // namespace

const TestCertificates& test_certificates() {
  static const TestCertificates made = make_all();
  return made;
}

}  // namespace proa::http
