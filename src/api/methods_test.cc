// Methods and names that a path does not take, and fields that a list may be asked by.
#include "api/api_testing.h"

namespace proa::api {
namespace {

using Methods = ApiTest;

TEST_F(Methods, heads_of_resources_are_not_served) {
  for (const std::string_view path : {kMaps, std::string_view("/api/v1/namespaces/default")})
    EXPECT_EQ(ask("HEAD", path).code, 405) << path;
}

TEST_F(Methods, a_namespace_is_finalized_by_its_own_name_and_only_replaced) {
  constexpr std::string_view kFinalize = "/api/v1/namespaces/default/finalize";
  const Answer got = ask("GET", kFinalize);
  EXPECT_EQ(got.code, 405);
  EXPECT_EQ(got.message(), "the server does not allow this method on the requested resource");
  EXPECT_EQ(ask("PUT", kFinalize, "{}").message(),
            "the name of the object (default based on URL) was undeterminable: name must be provided");
  EXPECT_EQ(ask("PUT", kFinalize, R"({"metadata":{"name":"other"}})").message(),
            "the name of the object (other) does not match the name on the URL (default)");
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default")["spec"]["finalizers"].at(0).str(), "kubernetes");
  const Answer let_go = ask("PUT", kFinalize, R"({"metadata":{"name":"default"},"spec":{"finalizers":[]}})");
  EXPECT_EQ(let_go.code, 200) << let_go.text;
  EXPECT_FALSE(let_go["spec"].has("finalizers"));
}

TEST_F(Methods, lists_are_asked_by_the_fields_of_their_kind) {
  const auto asked = [this](std::string_view resource, std::string_view field) {
    return ask("GET", std::string(resource) + "?fieldSelector=" + std::string(field)).code;
  };
  EXPECT_EQ(asked("/apis/batch/v1/jobs", "status.successful%3D0"), 200);
  EXPECT_EQ(asked("/apis/batch/v1/jobs", "status.succeeded%3D0"), 400);
  EXPECT_EQ(asked("/api/v1/replicationcontrollers", "status.replicas%3D0"), 200);
  EXPECT_EQ(asked("/apis/apps/v1/replicasets", "status.replicas%3D0"), 400);
  EXPECT_EQ(asked("/api/v1/nodes", "spec.unschedulable%3Dtrue"), 200);
  EXPECT_EQ(asked("/api/v1/secrets", "type%3DOpaque"), 200);
}

TEST_F(Methods, continue_tokens_tell_the_version_that_nobody_knows) {
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?continue=eyJ2IjoieCJ9").message(),
            "invalid continue token: continue key is not valid: server does not recognize this encoded version x");
}

}  // namespace
}  // namespace proa::api
