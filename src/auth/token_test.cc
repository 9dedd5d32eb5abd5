#include "auth/token.h"

#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "auth/pki.h"

namespace proa::auth {
namespace {

constexpr int64_t kNow = 1'800'000'000 * object::kSecondNs;
const std::string kIssuer = "https://kubernetes.default.svc.cluster.local";

TokenClaims claims() {
  TokenClaims out;
  out.namespace_name = "default";
  out.service_account = "web";
  out.service_account_uid = "uid-1";
  out.pod_name = "web-0";
  out.pod_uid = "uid-2";
  out.audiences = {kIssuer};
  out.issued = kNow;
  out.expires = kNow + 3600 * object::kSecondNs;
  out.id = "jti-1";
  return out;
}

class TokenTest : public testing::Test {
 protected:
  TokenTest() : issuer_(*TokenIssuer::from_key(*make_signing_key_pem(), kIssuer)) {}
  TokenIssuer issuer_;
};

TEST_F(TokenTest, what_was_issued_is_verified) {
  const std::string token = *issuer_.issue(claims());
  auto got = issuer_.verify(token, kNow + object::kSecondNs);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->namespace_name, "default");
  EXPECT_EQ(got->service_account, "web");
  EXPECT_EQ(got->service_account_uid, "uid-1");
  EXPECT_EQ(got->pod_name, "web-0");
  EXPECT_EQ(got->pod_uid, "uid-2");
  EXPECT_EQ(got->id, "jti-1");
  EXPECT_EQ(got->expires, claims().expires);
}

TEST_F(TokenTest, expired_foreign_and_altered_tokens_are_refused) {
  std::string token = *issuer_.issue(claims());
  EXPECT_FALSE(issuer_.verify(token, claims().expires));
  const auto stranger = TokenIssuer::from_key(*make_signing_key_pem(), kIssuer);
  EXPECT_FALSE(stranger->verify(token, kNow));
  TokenClaims other = claims();
  other.audiences = {"vault"};
  EXPECT_FALSE(issuer_.verify(*issuer_.issue(other), kNow));
  token[token.find('.') + 5] ^= 1;
  EXPECT_FALSE(issuer_.verify(token, kNow));
  for (const char* text : {"", ".", "..", "a.b.c", "e30.e30."}) EXPECT_FALSE(issuer_.verify(text, kNow)) << text;
}

TEST_F(TokenTest, jwks_names_the_key_that_tokens_name) {
  const std::string jwks = issuer_.jwks();
  EXPECT_TRUE(jwks.starts_with(R"({"keys":[{"use":"sig","kty":"EC","kid":")")) << jwks;
}

struct FixedClock final : runtime::Clock {
  runtime::TimeNs wall() const override { return now; }
  runtime::TimeNs monotonic() const override { return now; }
  runtime::TimeNs now = kNow;
};

struct FixedAccounts final : AccountLookup {
  std::optional<std::string> service_account_uid(std::string_view, std::string_view) const override { return account; }
  std::optional<std::string> pod_uid(std::string_view, std::string_view) const override { return pod; }
  std::optional<std::string> account = "uid-1", pod = "uid-2";
};

class AuthenticatorTest : public TokenTest {
 protected:
  FixedClock clock_;
  FixedAccounts accounts_;
  Authenticator authenticator_{&issuer_, &accounts_, clock_};
};

TEST_F(AuthenticatorTest, a_certificate_names_user_and_groups) {
  const std::vector<std::string> organizations = {"system:masters"};
  auto user = authenticator_.authenticate({"kubernetes-admin", &organizations, "", ""});
  ASSERT_TRUE(user);
  EXPECT_EQ(user->name, "kubernetes-admin");
  EXPECT_EQ(user->groups, (std::vector<std::string>{"system:masters", "system:authenticated"}));
}

TEST_F(AuthenticatorTest, nobody_is_anonymous) {
  auto user = authenticator_.authenticate({});
  ASSERT_TRUE(user);
  EXPECT_EQ(user->name, "system:anonymous");
  EXPECT_EQ(user->groups, (std::vector<std::string>{"system:unauthenticated"}));
}

TEST_F(AuthenticatorTest, a_token_is_its_service_account_until_it_ends) {
  const std::string header = "Bearer " + *issuer_.issue(claims());
  for (int i = 0; i < 2; ++i) {
    auto user = authenticator_.authenticate({"", nullptr, "", header});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "system:serviceaccount:default:web");
    EXPECT_EQ(user->uid, "uid-1");
    EXPECT_EQ(user->groups, (std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:default",
                                                      "system:authenticated"}));
  }
  clock_.now += 3601 * object::kSecondNs;
  EXPECT_FALSE(authenticator_.authenticate({"", nullptr, "", header}));
}

TEST_F(AuthenticatorTest, a_token_ends_with_its_account_and_its_pod) {
  const std::string header = "Bearer " + *issuer_.issue(claims());
  ASSERT_TRUE(authenticator_.authenticate({"", nullptr, "", header}));
  accounts_.pod = "another";
  EXPECT_FALSE(authenticator_.authenticate({"", nullptr, "", header}));
  accounts_.pod = "uid-2";
  accounts_.account.reset();
  auto gone = authenticator_.authenticate({"", nullptr, "", header});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, 401);
  EXPECT_EQ(gone.error().message, "Unauthorized");
}

TEST_F(AuthenticatorTest, a_wrong_token_or_certificate_is_401) {
  EXPECT_FALSE(authenticator_.authenticate({"", nullptr, "", "Bearer nonsense"}));
  EXPECT_FALSE(authenticator_.authenticate({"", nullptr, "unable to get local issuer certificate", ""}));
}

}  // namespace
}  // namespace proa::auth
