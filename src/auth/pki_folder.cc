#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include "auth/openssl_text.h"
#include "auth/pki.h"
#include "base/base64.h"
#include "runtime/file.h"

namespace proa::auth {
namespace {

constexpr int64_t kRenewBefore = 30LL * 24 * 3600 * object::kSecondNs;

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

LeafRequest server_request(const std::vector<std::string>& names) {
  LeafRequest request;
  request.common_name = "kube-apiserver";
  request.server = true;
  request.dns_names = {"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                       "kubernetes.default.svc.cluster.local", "localhost"};
  request.ip_addresses = {"127.0.0.1", "::1"};
  for (const std::string& name : names) {
    auto& list = is_address(name) ? request.ip_addresses : request.dns_names;
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  }
  return request;
}

LeafRequest admin_request() {
  LeafRequest request;
  request.common_name = "kubernetes-admin";
  request.organizations = {"system:masters"};
  request.client = true;
  return request;
}

/// Does the certificate come from this CA, last long enough, and hold all names?
bool still_good(const KeyPair& leaf, const KeyPair& ca, const LeafRequest& request, object::TimeNs now) {
  const auto end = not_after(leaf.certificate_pem);
  if (!end || *end < now + kRenewBefore) return false;
  const CertificatePtr certificate = read_certificate(leaf.certificate_pem);
  const CertificatePtr issuer = read_certificate(ca.certificate_pem);
  const KeyPtr key = read_key(leaf.key_pem);
  if (!certificate || !issuer || !key || X509_check_private_key(certificate.get(), key.get()) != 1) return false;
  if (X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) != 1) return false;
  for (const std::string& name : request.dns_names)
    if (X509_check_host(certificate.get(), name.c_str(), name.size(), 0, nullptr) != 1) return false;
  for (const std::string& ip : request.ip_addresses)
    if (X509_check_ip_asc(certificate.get(), ip.c_str(), 0) != 1) return false;
  return true;
}

Result<void> save(const std::string& folder, const std::string& name, const KeyPair& pair) {
  // The key first: a crash in between leaves a pair that does not match, which is made anew.
  if (auto put = runtime::write_file_atomic(folder + "/" + name + ".key", pair.key_pem, 0600); !put) return put;
  return runtime::write_file_atomic(folder + "/" + name + ".crt", pair.certificate_pem, 0644);
}

Result<KeyPair> load(const std::string& folder, const std::string& name) {
  auto certificate = runtime::read_file(folder + "/" + name + ".crt");
  if (!certificate) return Error(certificate.error());
  auto key = runtime::read_file(folder + "/" + name + ".key");
  if (!key) return Error(key.error());
  return KeyPair{std::move(*certificate), std::move(*key)};
}

Result<KeyPair> load_or_make_ca(const std::string& folder, object::TimeNs now) {
  const bool has_certificate = runtime::file_exists(folder + "/ca.crt");
  if (has_certificate && runtime::file_exists(folder + "/ca.key")) {
    auto ca = load(folder, "ca");
    if (!ca) return ca;
    if (!read_certificate(ca->certificate_pem) || !read_key(ca->key_pem))
      return Error(base::internal_error(
          fmt::format("{}/ca.crt or ca.key is damaged: restore both from a backup, or remove both for a new CA "
                      "(all client certificates and kubeconfigs end with the old one)",
                      folder)));
    return ca;
  }
  if (has_certificate)
    return Error(
        base::internal_error(fmt::format("{}/ca.key is missing beside ca.crt: restore it from a backup, or "
                                         "remove ca.crt for a new CA",
                                         folder)));
  auto ca = make_ca("kubernetes", now);
  if (!ca) return ca;
  if (auto saved = save(folder, "ca", *ca); !saved) return Error(saved.error());
  return ca;
}

Result<KeyPair> load_or_make_leaf(const std::string& folder, const std::string& name, const KeyPair& ca,
                                  const LeafRequest& request, object::TimeNs now) {
  if (auto kept = load(folder, name); kept && still_good(*kept, ca, request, now)) return kept;
  auto made = sign_leaf(ca, request, now);
  if (!made) return made;
  if (auto saved = save(folder, name, *made); !saved) return Error(saved.error());
  return made;
}

Result<std::string> load_or_make_signing_key(const std::string& folder) {
  const std::string path = folder + "/sa.key";
  if (!runtime::file_exists(path)) {
    auto key = make_signing_key_pem();
    if (!key) return key;
    if (auto put = runtime::write_file_atomic(path, *key, 0600); !put) return Error(put.error());
    return key;
  }
  auto key = runtime::read_file(path);
  if (key && !read_key(*key))
    return Error(
        base::internal_error(fmt::format("{} is damaged: restore it from a backup, or remove it for a new key "
                                         "(tokens signed with the old one end)",
                                         path)));
  return key;
}

}  // namespace

Result<Pki> load_or_make_pki(const std::string& folder, const std::vector<std::string>& names, object::TimeNs now) {
  if (auto made = runtime::make_dirs(folder, 0700); !made) return Error(made.error());
  auto ca = load_or_make_ca(folder, now);
  if (!ca) return Error(ca.error());
  auto server = load_or_make_leaf(folder, "apiserver", *ca, server_request(names), now);
  if (!server) return Error(server.error());
  auto admin = load_or_make_leaf(folder, "admin", *ca, admin_request(), now);
  if (!admin) return Error(admin.error());
  auto signing = load_or_make_signing_key(folder);
  if (!signing) return Error(signing.error());
  return Pki{std::move(*ca), std::move(*server), std::move(*admin), std::move(*signing)};
}

std::string make_kubeconfig(const std::string& name, const std::string& server_url, const std::string& ca_pem,
                            const KeyPair& client) {
  return fmt::format(
      "apiVersion: v1\n"
      "clusters:\n"
      "- cluster:\n"
      "    certificate-authority-data: {ca}\n"
      "    server: {url}\n"
      "  name: {name}\n"
      "contexts:\n"
      "- context:\n"
      "    cluster: {name}\n"
      "    user: {name}\n"
      "  name: {name}\n"
      "current-context: {name}\n"
      "kind: Config\n"
      "preferences: {{}}\n"
      "users:\n"
      "- name: {name}\n"
      "  user:\n"
      "    client-certificate-data: {certificate}\n"
      "    client-key-data: {key}\n",
      fmt::arg("ca", base::base64_encode(ca_pem)), fmt::arg("url", server_url), fmt::arg("name", name),
      fmt::arg("certificate", base::base64_encode(client.certificate_pem)),
      fmt::arg("key", base::base64_encode(client.key_pem)));
}

}  // namespace proa::auth
