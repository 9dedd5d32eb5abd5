// OpenSSL's objects as owned pointers, and as PEM. For the sources of this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/status.h"

namespace proa::auth {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free_all>>;

/// Null when the text holds none.
KeyPtr read_key(const std::string& pem);
CertificatePtr read_certificate(const std::string& pem);
std::string write_key(EVP_PKEY* key);
std::string write_certificate(X509* certificate);
/// What OpenSSL said last, and forgets.
Error openssl_error(std::string_view what);
std::string sha256(std::string_view bytes);

}  // namespace proa::auth
