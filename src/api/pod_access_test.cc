#include "api/api_testing.h"

namespace proa::api {
namespace {

using PodAccessTest = ApiTest;

TEST_F(PodAccessTest, logs_of_a_simulated_node_s_pod_are_refused_with_the_reason) {
  ask("POST", "/api/v1/namespaces/default/pods",
      R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  const Answer answer = ask("GET", "/api/v1/namespaces/default/pods/p/log");
  EXPECT_EQ(answer.code, 503) << answer.text;
  EXPECT_EQ(answer.message(), "this server reaches no node: it runs without one, or its nodes are simulated");
}

}  // namespace
}  // namespace proa::api
