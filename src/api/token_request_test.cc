// Tokens: who gets one, for how long, for whom, bound to what; and how they are reviewed.
#include "api/api_testing.h"
#include "auth/pki.h"

namespace proa::api {
namespace {

using object::View;

constexpr std::string_view kAccounts = "/api/v1/namespaces/default/serviceaccounts";

class TokenRequestTest : public ApiTest {
 protected:
  TokenRequestTest() {
    tokens_ = &issuer_;
    start();
    for (const char* name : {"web", "other"})
      EXPECT_EQ(ask("POST", kAccounts, R"({"metadata":{"name":")" + std::string(name) + "\"}}").code, 201);
    uid_ = ask("GET", at(kAccounts, "web"))["metadata"]["uid"].str();
    EXPECT_EQ(ask("POST", "/api/v1/nodes", R"({"metadata":{"name":"n"}})").code, 201);
    EXPECT_EQ(ask("POST", "/api/v1/namespaces/default/secrets", R"({"metadata":{"name":"s"}})").code, 201);
    EXPECT_EQ(ask("POST", kPods, R"({"metadata":{"name":"p"},"spec":{"serviceAccountName":"web","nodeName":"n",
                  "containers":[{"name":"c","image":"i"}]}})")
                  .code,
              201);
  }

  Answer request_token(const std::string& body) { return ask("POST", at(kAccounts, "web") + "/token", body); }
  std::string token_for(const std::string& spec) {
    const Answer made = request_token(R"({"spec":)" + spec + "}");
    EXPECT_EQ(made.code, 201) << made.text;
    return made["status"]["token"].str();
  }
  Answer review(const std::string& token, const std::string& audiences = "[]") {
    return ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews",
               R"({"spec":{"token":")" + token + R"(","audiences":)" + audiences + "}}");
  }
  bool authenticated(const std::string& token, const std::string& audiences = "[]") {
    return review(token, audiences)["status"]["authenticated"].as_bool();
  }

  const auth::TokenIssuer issuer_ =
      *auth::TokenIssuer::from_key(*auth::make_signing_key_pem(), Options().service_account_issuer);
  std::string uid_;
};

struct RequestCase {
  const char *what, *body;
  int code;
  const char* message;  // a part of it
};

const RequestCase kRequests[] = {
    {"an hour where nothing is said", R"({})", 201, ""},
    {"the shortest", R"({"spec":{"expirationSeconds":600}})", 201, ""},
    {"too short", R"({"spec":{"expirationSeconds":599}})", 422,
     "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"},
    {"the longest", R"({"spec":{"expirationSeconds":4294967296}})", 201, ""},
    {"too long", R"({"spec":{"expirationSeconds":4294967297}})", 422,
     "spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"},
    {"its own name", R"({"metadata":{"name":"web","namespace":"default"}})", 201, ""},
    {"another name", R"({"metadata":{"name":"other"}})", 422,
     R"(TokenRequest.authentication.k8s.io "web" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified)"},
    {"another uid", R"({"metadata":{"uid":"42"}})", 409,
     R"(Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "web": the UID in the token request (42) does not match the UID of the service account)"},
    {"a pod of this account", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}})", 201, ""},
    {"a pod that is not there", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"q"}}})", 404,
     R"(pods "q" not found)"},
    {"a pod that was there before",
     R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"42"}}})", 409,
     R"(Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (42) does not match the UID in record)"},
    {"a Secret", R"({"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}})", 201, ""},
    {"a Secret that is not there", R"({"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"q"}}})", 404,
     R"(secrets "q" not found)"},
    {"a node", R"({"spec":{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"n"}}})", 201, ""},
    {"a node that is not there", R"({"spec":{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"q"}}})", 404,
     R"(nodes "q" not found)"},
    {"another kind", R"({"spec":{"boundObjectRef":{"kind":"ConfigMap","apiVersion":"v1","name":"c"}}})", 400,
     "cannot bind token to object of type /v1, Kind=ConfigMap"},
    {"a pod of another group", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"apps/v1","name":"p"}}})", 400,
     "cannot bind token to object of type apps/v1, Kind=Pod"},
};

TEST_F(TokenRequestTest, is_held_against_its_bounds_and_what_it_is_bound_to) {
  for (const RequestCase& one : kRequests) {
    const Answer answer = request_token(one.body);
    EXPECT_EQ(answer.code, one.code) << one.what << ": " << answer.text;
    EXPECT_NE(answer.message().find(one.message), std::string::npos) << one.what << ": " << answer.message();
  }
  EXPECT_EQ(ask("POST", at(kAccounts, "none") + "/token", "{}").code, 404);
}

TEST_F(TokenRequestTest, nobody_gets_a_token_bound_to_a_pod_of_another_account) {
  const Answer answer = ask("POST", at(kAccounts, "other") + "/token",
                            R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}})");
  EXPECT_EQ(answer.code, 400);
  EXPECT_EQ(answer.message(),
            "cannot bind token for serviceaccount \"other\" to pod running with different serviceaccount name.");
}

TEST_F(TokenRequestTest, tells_what_was_made) {
  const Answer answer = request_token(R"({"spec":{"expirationSeconds":900}})");
  EXPECT_EQ(answer["metadata"]["name"].as_string(), "web");
  EXPECT_EQ(answer["metadata"]["namespace"].as_string(), "default");
  EXPECT_EQ(answer["metadata"]["uid"].str(), uid_);
  EXPECT_EQ(answer["spec"]["audiences"].at(0).str(), Options().service_account_issuer);
  const auto claims = issuer_.verify(answer["status"]["token"].as_string(), executor_.clock().wall());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->expires - claims->issued, 900 * object::kSecondNs);
}

TEST_F(TokenRequestTest, a_review_is_for_the_audience_that_asks) {
  const std::string own = token_for("{}"), vault = token_for(R"({"audiences":["vault"]})");
  EXPECT_TRUE(authenticated(own));
  EXPECT_FALSE(authenticated(own, R"(["vault"])")) << "the API's token opens no vault";
  EXPECT_FALSE(authenticated(vault));
  const Answer both = review(vault, R"(["none","vault"])");
  EXPECT_TRUE(both["status"]["authenticated"].as_bool());
  EXPECT_EQ(both["status"]["audiences"].size(), 1U);
  EXPECT_EQ(both["status"]["audiences"].at(0).as_string(), "vault");
  EXPECT_EQ(both["status"]["user"]["username"].as_string(), "system:serviceaccount:default:web");
  EXPECT_EQ(review(own)["status"]["audiences"].at(0).str(), Options().service_account_issuer);
}

TEST_F(TokenRequestTest, a_review_takes_the_token_whole) {
  const std::string token = token_for("{}");
  EXPECT_FALSE(authenticated(token + " more"));
  EXPECT_EQ(review("nonsense")["status"]["error"].as_string(), "invalid bearer token");
  EXPECT_EQ(review("").code, 400);
}

TEST_F(TokenRequestTest, a_token_dies_with_what_it_is_bound_to) {
  const auto bound = [&](const char* kind, const char* name) {
    return token_for(R"({"boundObjectRef":{"apiVersion":"v1","kind":")" + std::string(kind) + R"(","name":")" + name +
                     "\"}}");
  };
  const std::string pod = bound("Pod", "p"), secret = bound("Secret", "s"), node = bound("Node", "n");
  EXPECT_TRUE(authenticated(pod) && authenticated(secret) && authenticated(node));
  ask("DELETE", "/api/v1/nodes/n");
  EXPECT_TRUE(authenticated(pod) && authenticated(secret) && !authenticated(node));
  ask("DELETE", "/api/v1/namespaces/default/secrets/s");
  EXPECT_TRUE(authenticated(pod) && !authenticated(secret));
  ask("DELETE", at(kPods, "p") + "?gracePeriodSeconds=0");
  EXPECT_FALSE(authenticated(pod));
}

TEST_F(TokenRequestTest, a_pod_that_a_finalizer_holds_keeps_its_token_for_a_minute) {
  merge(at(kPods, "p"), R"({"metadata":{"finalizers":["example.com/hold"]}})");
  const std::string token = token_for(R"({"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}})");
  ask("DELETE", at(kPods, "p") + "?gracePeriodSeconds=0");
  ASSERT_EQ(ask("GET", at(kPods, "p")).code, 200);
  EXPECT_TRUE(authenticated(token));
  executor_.advance(62 * runtime::kSecond);
  EXPECT_FALSE(authenticated(token));
}

}  // namespace
}  // namespace proa::api
