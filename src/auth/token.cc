#include "auth/token.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

#include "auth/openssl_text.h"
#include "base/base64.h"
#include "object/json.h"

namespace proa::auth {
namespace {

using object::Value;
using object::View;

constexpr size_t kCoordinate = 32;  // bytes of a number of P-256

std::string coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  std::string out(kCoordinate, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), kCoordinate);
  BN_free(number);
  return out;
}

/// ES256 wants r and s side by side; OpenSSL speaks DER.
std::string sign(EVP_PKEY* key, std::string_view text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string der(128, '\0');
  size_t length = der.size();
  const bool ok = EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
                  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &length,
                                 reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!ok) return {};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length));
  std::string out(2 * kCoordinate, '\0');
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), into, kCoordinate);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), into + kCoordinate, kCoordinate);
  ECDSA_SIG_free(signature);
  return out;
}

bool signature_fits(EVP_PKEY* key, std::string_view text, std::string_view raw) {
  if (raw.size() != 2 * kCoordinate) return false;
  const auto* from = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(from, kCoordinate, nullptr), BN_bin2bn(from + kCoordinate, kCoordinate, nullptr));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature, &der);
  ECDSA_SIG_free(signature);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool fits = length > 0 && EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestVerify(context, der, static_cast<size_t>(length),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  return fits;
}

Error invalid_token(std::string_view why) {
  return Error(base::unauthorized(fmt::format("invalid bearer token: {}", why)));
}

Value audiences_of(const std::vector<std::string>& audiences) {
  Value list = Value::array();
  for (const std::string& audience : audiences) list.push_back(audience);
  return list;
}

TokenClaims claims_of(View body) {
  const View kubernetes = body["kubernetes.io"];
  TokenClaims out;
  out.namespace_name = kubernetes["namespace"].as_string();
  out.service_account = kubernetes["serviceaccount"]["name"].as_string();
  out.service_account_uid = kubernetes["serviceaccount"]["uid"].as_string();
  const auto bound = [&](std::string_view kind, std::string& name, std::string& uid) {
    name = kubernetes[kind]["name"].as_string();
    uid = kubernetes[kind]["uid"].as_string();
  };
  bound("pod", out.pod_name, out.pod_uid);
  bound("secret", out.secret_name, out.secret_uid);
  bound("node", out.node_name, out.node_uid);
  for (View audience : body["aud"].items()) out.audiences.push_back(audience.str());
  if (body["aud"].is_string()) out.audiences.push_back(body["aud"].str());
  out.issued = body["iat"].as_int() * object::kSecondNs;
  out.expires = body["exp"].as_int() * object::kSecondNs;
  out.id = body["jti"].as_string();
  return out;
}

}  // namespace

Result<TokenIssuer> TokenIssuer::from_key(const std::string& key_pem, std::string issuer_url) {
  KeyPtr key = read_key(key_pem);
  if (!key) return Error(base::internal_error("the ServiceAccount signing key is damaged"));
  TokenIssuer issuer;
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key.get(), &der);
  issuer.key_id_ = base::base64url_encode(sha256({reinterpret_cast<char*>(der), static_cast<size_t>(length)}));
  OPENSSL_free(der);
  issuer.key_ = std::shared_ptr<void>(key.release(), [](void* raw) { EVP_PKEY_free(static_cast<EVP_PKEY*>(raw)); });
  issuer.issuer_ = std::move(issuer_url);
  return issuer;
}

Result<std::string> TokenIssuer::issue(const TokenClaims& claims) const {
  const Value header = Value::object({{"alg", "ES256"}, {"kid", key_id_}});
  Value kubernetes = Value::object({{"namespace", claims.namespace_name}});
  const auto bind = [&](object::Key kind, const std::string& name, const std::string& uid) {
    if (name.empty()) return;
    Value reference = Value::object({{"name", name}});
    if (!uid.empty()) reference.set("uid", uid);
    kubernetes.set(kind, std::move(reference));
  };
  bind("node", claims.node_name, claims.node_uid);
  bind("pod", claims.pod_name, claims.pod_uid);
  bind("secret", claims.secret_name, claims.secret_uid);
  bind("serviceaccount", claims.service_account, claims.service_account_uid);
  const int64_t issued = claims.issued / object::kSecondNs;
  Value body = Value::object({
      {"aud", audiences_of(claims.audiences)},
      {"exp", claims.expires / object::kSecondNs},
      {"iat", issued},
      {"iss", issuer_},
      {"jti", claims.id},
      {"kubernetes.io", std::move(kubernetes)},
      {"nbf", issued},
      {"sub", "system:serviceaccount:" + claims.namespace_name + ":" + claims.service_account},
  });
  std::string text =
      base::base64url_encode(object::to_json(header)) + "." + base::base64url_encode(object::to_json(body));
  const std::string signature = sign(static_cast<EVP_PKEY*>(key_.get()), text);
  if (signature.empty()) return openssl_error("sign a token");
  return text + "." + base::base64url_encode(signature);
}

Result<TokenClaims> TokenIssuer::verify(std::string_view token, object::TimeNs now) const {
  const size_t first = token.find('.'), last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return invalid_token("not a JWT");
  const auto header = base::base64url_decode(token.substr(0, first));
  const auto body = base::base64url_decode(token.substr(first + 1, last - first - 1));
  const auto signature = base::base64url_decode(token.substr(last + 1));
  if (!header || !body || !signature) return invalid_token("not a JWT");
  const auto head = object::parse_json(*header);
  if (!head || View(*head)["alg"].as_string() != "ES256") return invalid_token("unknown algorithm");
  if (!signature_fits(static_cast<EVP_PKEY*>(key_.get()), token.substr(0, last), *signature))
    return invalid_token("bad signature");
  const auto parsed = object::parse_json(*body);
  if (!parsed) return invalid_token("not a JWT");
  const View claims = *parsed;
  if (claims["iss"].as_string() != issuer_) return invalid_token("unknown issuer");
  TokenClaims out = claims_of(claims);
  if (now >= out.expires) return invalid_token("token has expired");
  if (claims["nbf"].as_int() * object::kSecondNs > now + 60 * object::kSecondNs)
    return invalid_token("token is not valid yet");
  if (out.service_account.empty() || out.namespace_name.empty()) return invalid_token("not a ServiceAccount's");
  return out;
}

std::string TokenIssuer::jwks() const {
  EVP_PKEY* key = static_cast<EVP_PKEY*>(key_.get());
  return fmt::format(
      R"({{"keys":[{{"use":"sig","kty":"EC","kid":"{}","crv":"P-256","alg":"ES256","x":"{}","y":"{}"}}]}})", key_id_,
      base::base64url_encode(coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X)),
      base::base64url_encode(coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y)));
}

}  // namespace proa::auth
