#include "auth/token.h"

#include <algorithm>

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
  std::optional<std::string> secret_uid(std::string_view, std::string_view) const override { return secret; }
  std::optional<std::string> node_uid(std::string_view) const override { return node; }
  std::optional<std::string> account = "uid-1", pod = "uid-2", secret = "uid-3", node = "uid-4";
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

struct HeaderCase {
  const char *what, *before, *after, *user;  // user null: 401
};

TEST_F(AuthenticatorTest, reads_the_header_as_upstream_does) {
  const char* web = "system:serviceaccount:default:web";
  const HeaderCase cases[] = {
      {"the scheme in any case", "bEaReR ", "", web},
      {"a word after the token is passed over", "Bearer ", " more", web},
      {"two spaces make no token", "Bearer  ", "", "system:anonymous"},
      {"another scheme", "Basic ", "", "system:anonymous"},
      {"a scheme that only begins so", "BearerX ", "", "system:anonymous"},
      {"no scheme", "", "", "system:anonymous"},
      {"an altered token", "Bearer ", "x", nullptr},
  };
  const std::string token = *issuer_.issue(claims());
  for (const HeaderCase& one : cases) {
    const std::string header = one.before + token + one.after;
    const auto user = authenticator_.authenticate({"", nullptr, "", header});
    ASSERT_EQ(user.has_value(), one.user != nullptr) << one.what;
    if (user) {
      EXPECT_EQ(user->name, one.user) << one.what;
    }
  }
}

TEST_F(AuthenticatorTest, a_certificate_goes_before_a_token_and_a_token_before_a_wrong_certificate) {
  const std::string good = "Bearer " + *issuer_.issue(claims());
  EXPECT_EQ(authenticator_.authenticate({"jane", nullptr, "", good})->name, "jane");
  EXPECT_EQ(authenticator_.authenticate({"jane", nullptr, "", "Bearer nonsense"})->name, "jane");
  EXPECT_EQ(authenticator_.authenticate({"", nullptr, "expired", good})->name, "system:serviceaccount:default:web");
}

TEST_F(AuthenticatorTest, a_certificate_of_nobody_is_not_somebody) {
  using Groups = std::vector<std::string>;
  const auto groups = [&](std::string_view name, const Groups& organizations) {
    return authenticator_.authenticate({name, &organizations, "", ""})->groups;
  };
  EXPECT_EQ(groups("system:anonymous", {}), Groups());
  EXPECT_EQ(groups("jane", {"system:unauthenticated"}), Groups{"system:unauthenticated"});
  EXPECT_EQ(groups("jane", {"system:authenticated"}), Groups{"system:authenticated"}) << "not twice";
}

TEST_F(AuthenticatorTest, a_token_is_good_for_those_it_is_meant_for) {
  struct Case {
    std::vector<std::string> token, asked, both;  // `both` empty: refused
  };
  const Case cases[] = {
      {{kIssuer}, {}, {kIssuer}},
      {{"vault"}, {}, {}},
      {{"vault"}, {"vault"}, {"vault"}},
      {{kIssuer}, {"vault"}, {}},
      {{"vault", kIssuer, "more"}, {"none", "more", "vault"}, {"more", "vault"}},
      {{"vault", kIssuer}, {}, {kIssuer}},
  };
  for (const Case& one : cases) {
    TokenClaims with = claims();
    with.audiences = one.token;
    const std::string token = *issuer_.issue(with);
    for (int time = 0; time < 2; ++time) {  // a token that is remembered is asked for its audiences too
      const auto got = authenticator_.review(token, one.asked);
      ASSERT_EQ(got.has_value(), !one.both.empty()) << testing::PrintToString(one.token);
      if (got) {
        EXPECT_EQ(got->audiences, one.both);
      }
    }
    const bool for_api = std::ranges::find(one.token, kIssuer) != one.token.end();
    EXPECT_EQ(authenticator_.authenticate({"", nullptr, "", "Bearer " + token}).has_value(), for_api);
  }
}

TEST_F(AuthenticatorTest, says_for_whom_a_token_is_not) {
  const auto got = authenticator_.review(*issuer_.issue(claims()), {"vault", "more"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message,
            "token audiences [\"" + kIssuer + "\"] is invalid for the target audiences [\"vault\" \"more\"]");
}

TEST_F(AuthenticatorTest, a_token_ends_with_what_it_is_bound_to) {
  TokenClaims bare = claims();
  bare.pod_name = bare.pod_uid = "";
  TokenClaims secret = bare, node = bare, pod = claims();
  secret.secret_name = "s", secret.secret_uid = "uid-3";
  node.node_name = "n", node.node_uid = "uid-4";
  pod.node_name = "n", pod.node_uid = "uid-4";
  const auto good = [&](const TokenClaims& of) { return authenticator_.review(*issuer_.issue(of), {}).has_value(); };
  EXPECT_TRUE(good(bare) && good(secret) && good(node) && good(pod));
  accounts_.secret.reset();
  EXPECT_TRUE(good(bare) && !good(secret) && good(node) && good(pod));
  accounts_.node = "another";
  EXPECT_TRUE(good(bare) && !good(node));
  EXPECT_TRUE(good(pod)) << "a pod's token only tells its node";
  accounts_.pod.reset();
  EXPECT_TRUE(good(bare) && !good(pod));
}

TEST_F(AuthenticatorTest, tells_by_which_credential_and_for_which_pod) {
  TokenClaims of = claims();
  of.node_name = "n", of.node_uid = "uid-4";
  const auto user = authenticator_.review(*issuer_.issue(of), {})->user;
  const decltype(user.extra) expected = {
      {"authentication.kubernetes.io/credential-id", {"JTI=jti-1"}},
      {"authentication.kubernetes.io/node-name", {"n"}},
      {"authentication.kubernetes.io/node-uid", {"uid-4"}},
      {"authentication.kubernetes.io/pod-name", {"web-0"}},
      {"authentication.kubernetes.io/pod-uid", {"uid-2"}},
  };
  EXPECT_EQ(user.extra, expected);
}

}  // namespace
}  // namespace proa::auth
