#include "cli/kubectl/create/key_pair.h"

#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {
namespace {

/// The types of the PEM blocks of a text, in order: `CERTIFICATE`, `EC PRIVATE KEY`, ...
std::vector<std::string> block_types(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
  std::vector<std::string> types;
  for (size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    const std::string_view type = text.substr(at, text.find(kDashes, at) - at);
    if (text.find(fmt::format("-----END {}-----", type), at) != text.npos) types.emplace_back(type);
  }
  return types;
}

bool is_key(const std::string& type) { return type == "PRIVATE KEY" || type.ends_with(" PRIVATE KEY"); }

Try<void> check_certificate_blocks(const std::vector<std::string>& types) {
  if (types.empty()) return fail("tls: failed to find any PEM data in certificate input");
  for (const std::string& type : types)
    if (type == "CERTIFICATE") return {};
  if (types.size() == 1 && types[0].ends_with("PRIVATE KEY"))
    return fail(
        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may "
        "have been switched");
  return fail(
      fmt::format("tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of "
                  "the following types: [{}]",
                  join(types, " ")));
}

Try<void> check_key_blocks(const std::vector<std::string>& types) {
  if (types.empty()) return fail("tls: failed to find any PEM data in key input");
  for (const std::string& type : types)
    if (is_key(type)) return {};
  if (types.size() == 1 && types[0] == "CERTIFICATE")
    return fail("tls: found a certificate rather than a key in the PEM for the private key");
  return fail(
      fmt::format("tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM "
                  "blocks of the following types: [{}]",
                  join(types, " ")));
}

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

template <class T, auto Free>
std::unique_ptr<T, Freed<Free>> read_pem(const std::string& pem, T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
  const std::unique_ptr<BIO, Freed<BIO_free_all>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const auto no_password = [](char*, int, int, void*) { return -1; };
  std::unique_ptr<T, Freed<Free>> found(read(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  return found;
}

}  // namespace

Try<void> check_key_pair(const std::string& certificate_pem, const std::string& key_pem) {
  if (auto ok = check_certificate_blocks(block_types(certificate_pem)); !ok) return ok;
  if (auto ok = check_key_blocks(block_types(key_pem)); !ok) return ok;
  const auto certificate = read_pem<X509, X509_free>(certificate_pem, PEM_read_bio_X509);
  if (!certificate) return fail("x509: malformed certificate");
  const auto key = read_pem<EVP_PKEY, EVP_PKEY_free>(key_pem, PEM_read_bio_PrivateKey);
  if (!key) return fail("tls: failed to parse private key");
  EVP_PKEY* const shown = X509_get0_pubkey(certificate.get());
  if (!shown || EVP_PKEY_get_base_id(shown) != EVP_PKEY_get_base_id(key.get()))
    return fail("tls: private key type does not match public key type");
  if (EVP_PKEY_eq(shown, key.get()) != 1) return fail("tls: private key does not match public key");
  return {};
}

}  // namespace proa::cli::kubectl
