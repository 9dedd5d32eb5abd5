// kubectl wait: what it looks at, and how it ends.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

std::string pod(const std::string& ready, int version, const std::string& name = "a") {
  return fmt::format(R"(apiVersion: v1
kind: Pod
metadata: {{name: {}, namespace: team, uid: u-{}, resourceVersion: "{}", labels: {{app: web}}}}
status: {{phase: Running, conditions: [{{type: Ready, status: "{}"}}]}}
)",
                     name, name, version, ready);
}

class WaitTest : public ClusterTest {
 protected:
  WaitTest() { server_.has(pod("False", 1)); }
};

TEST_F(WaitTest, a_condition_is_waited_for_and_its_value_may_be_asked_for) {
  server_.tells("MODIFIED", pod("Unknown", 2));
  server_.tells("MODIFIED", pod("True", 3));
  says("wait pod/a --for=condition=Ready", "pod/a condition met\n");
  says("wait pod/a --for=condition=ready=true", "pod/a condition met\n");
  server_.has(pod("False", 4));
  says("wait pod/a --for=condition=Ready=False", "pod/a condition met\n");
}

TEST_F(WaitTest, a_path_may_be_anything_or_a_value) {
  says("wait pod/a --for=jsonpath={.status.phase}=Running", "pod/a condition met\n");
  says("wait pod/a --for=jsonpath={.status.phase}", "pod/a condition met\n");
  says("wait pods --all --for=jsonpath={.kind}=Pod", "pod/a condition met\n");
  server_.tells("MODIFIED", pod("True", 2));
  says("wait pod/a --for=jsonpath={.status.conditions[0].status}=True -o name", "pod/a\n");
}

TEST_F(WaitTest, a_watch_that_ends_is_followed_by_another_look) {
  server_.has(pod("True", 3));
  const std::string pods = "GET /api/v1/namespaces/team/pods";
  server_.answers(pods, 200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}}]})");
  server_.answers(pods, 200, "");
  says("wait pod/a --for=condition=Ready --timeout=30s", "pod/a condition met\n");
  asked(R"(GET /api/v1/namespaces/team/pods/a
GET /api/v1/namespaces/team/pods?fieldSelector=metadata.name=a
GET /api/v1/namespaces/team/pods?fieldSelector=metadata.name=a&resourceVersion=1&watch=true
GET /api/v1/namespaces/team/pods?fieldSelector=metadata.name=a
)");
}

TEST_F(WaitTest, time_that_is_up_names_the_object) {
  server_.tells("MODIFIED", pod("Unknown", 2));
  complains("wait pod/a --for=condition=Ready --timeout=1ms", "error: timed out waiting for the condition on pods/a\n");
}

TEST_F(WaitTest, no_time_is_one_look) {
  complains("wait pod/a --for=condition=Ready --timeout=0", "error: condition not met for pods/a\n");
  says("wait pod/a --for=condition=Ready=False --timeout=0", "pod/a condition met\n");
  asked(
      "GET /api/v1/namespaces/team/pods/a\nGET /api/v1/namespaces/team/pods/a\n"
      "GET /api/v1/namespaces/team/pods/a\nGET /api/v1/namespaces/team/pods/a\n");
}

TEST_F(WaitTest, an_end_is_waited_for_and_may_have_been_long_ago) {
  server_.tells("DELETED", pod("False", 2));
  says("wait pod/a --for=delete", "pod/a condition met\n");
  says("wait pod/a --for=delete", "");
  says("wait pods -l app=web --for=delete", "");
}

TEST_F(WaitTest, a_beginning_is_waited_for) {
  server_.tells("ADDED", pod("False", 2, "b"));
  says("wait pod/b --for=create", "pod/b condition met\n");
  says("wait pod/a --for=create", "pod/a condition met\n");
}

TEST_F(WaitTest, each_object_tells_its_own_end) {
  server_.has(pod("True", 2, "b"));
  const Outcome outcome = run("wait pods -l app=web --for=condition=Ready --timeout=0");
  EXPECT_EQ(outcome.out, "pod/b condition met\n");
  EXPECT_EQ(outcome.err, "error: condition not met for pods/a\n");
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(WaitTest, wrong_conditions_are_refused) {
  struct Wrong {
    const char *words, *text;
  };
  constexpr Wrong kWrong[] = {
      {"wait pod/a --for=nope", "error: unrecognized condition: \"nope\"\n"},
      {"wait pod/a", "error: unrecognized condition: \"\"\n"},
      {"wait pod/none --for=condition=Ready", "Error from server (NotFound): pods \"none\" not found\n"},
      {"wait pods -l none=x --for=condition=Ready", "error: no matching resources found\n"},
  };
  for (const auto& [words, text] : kWrong) complains(words, text);
}

}  // namespace
}  // namespace proa::cli::kubectl
