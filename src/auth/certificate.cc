// Making and reading certificates; what a data directory keeps of them is in pki_folder.cc.
#include <ctime>

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "auth/openssl_text.h"
#include "auth/pki.h"

namespace proa::auth {
namespace {

using object::kSecondNs;

// Clocks of clients may be behind ours.
constexpr int64_t kBackdateSeconds = 300;
constexpr int64_t kCaSeconds = 10LL * 365 * 24 * 3600;

bool extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  const bool added = made && X509_add_ext(certificate, made, -1) == 1;
  X509_EXTENSION_free(made);
  return added;
}

bool entry(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.c_str()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

CertificatePtr blank(EVP_PKEY* key, int64_t from_seconds, int64_t to_seconds) {
  CertificatePtr certificate(X509_new());
  X509* raw = certificate.get();
  unsigned char serial[16];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw));
  BN_free(number);
  X509_set_version(raw, X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(raw), from_seconds);
  ASN1_TIME_set(X509_getm_notAfter(raw), to_seconds);
  X509_set_pubkey(raw, key);
  return certificate;
}

KeyPtr new_key() { return KeyPtr(EVP_EC_gen("P-256")); }

std::string alternative_names(const LeafRequest& request) {
  std::string out;
  for (const std::string& name : request.dns_names) out += fmt::format("{}DNS:{}", out.empty() ? "" : ",", name);
  for (const std::string& ip : request.ip_addresses) out += fmt::format("{}IP:{}", out.empty() ? "" : ",", ip);
  return out;
}

}  // namespace

Result<KeyPair> make_ca(const std::string& common_name, object::TimeNs now) {
  const KeyPtr key = new_key();
  if (!key) return openssl_error("make a CA key");
  const int64_t from = now / kSecondNs - kBackdateSeconds;
  const CertificatePtr ca = blank(key.get(), from, from + kCaSeconds);
  X509* raw = ca.get();
  bool ok = entry(X509_get_subject_name(raw), "CN", common_name);
  X509_set_issuer_name(raw, X509_get_subject_name(raw));
  ok = ok && extend(raw, raw, NID_basic_constraints, "critical,CA:TRUE") &&
       extend(raw, raw, NID_key_usage, "critical,digitalSignature,keyEncipherment,keyCertSign") &&
       extend(raw, raw, NID_subject_key_identifier, "hash") &&
       extend(raw, raw, NID_subject_alt_name, "DNS:" + common_name);
  if (!ok || X509_sign(raw, key.get(), EVP_sha256()) == 0) return openssl_error("sign the CA certificate");
  return KeyPair{write_certificate(raw), write_key(key.get())};
}

Result<KeyPair> sign_leaf(const KeyPair& ca, const LeafRequest& request, object::TimeNs now) {
  const CertificatePtr issuer = read_certificate(ca.certificate_pem);
  const KeyPtr issuer_key = read_key(ca.key_pem);
  if (!issuer || !issuer_key) return Error(base::internal_error("the CA's certificate or key is damaged"));
  const KeyPtr key = new_key();
  if (!key) return openssl_error("make a key");
  const int64_t from = now / kSecondNs - kBackdateSeconds;
  const CertificatePtr leaf = blank(key.get(), from, now / kSecondNs + request.valid_seconds);
  X509* raw = leaf.get();
  bool ok = true;
  for (const std::string& organization : request.organizations)
    ok = ok && entry(X509_get_subject_name(raw), "O", organization);
  ok = ok && entry(X509_get_subject_name(raw), "CN", request.common_name);
  X509_set_issuer_name(raw, X509_get_subject_name(issuer.get()));
  std::string usage;
  if (request.server) usage = "serverAuth";
  if (request.client) usage += usage.empty() ? "clientAuth" : ",clientAuth";
  const std::string names = alternative_names(request);
  ok = ok && extend(raw, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
       extend(raw, issuer.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
       (usage.empty() || extend(raw, issuer.get(), NID_ext_key_usage, usage)) &&
       extend(raw, issuer.get(), NID_authority_key_identifier, "keyid") &&
       (names.empty() || extend(raw, issuer.get(), NID_subject_alt_name, names));
  if (!ok || X509_sign(raw, issuer_key.get(), EVP_sha256()) == 0)
    return openssl_error("sign the certificate of " + request.common_name);
  return KeyPair{write_certificate(raw), write_key(key.get())};
}

Result<std::string> make_signing_key_pem() {
  const KeyPtr key = new_key();
  if (!key) return openssl_error("make a signing key");
  return write_key(key.get());
}

Result<object::TimeNs> not_after(const std::string& certificate_pem) {
  const CertificatePtr certificate = read_certificate(certificate_pem);
  tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
    return Error(base::internal_error("this is no certificate in PEM form"));
  return static_cast<object::TimeNs>(timegm(&end)) * kSecondNs;
}

}  // namespace proa::auth
