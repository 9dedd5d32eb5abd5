// kubectl logs: which containers are asked, with what, and what stands before their lines.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kLog = "GET /api/v1/namespaces/team/pods/a/log";

class LogsTest : public ClusterTest {
 protected:
  LogsTest() {
    server_.has(R"(apiVersion: v1
kind: Pod
metadata: {name: a, namespace: team, labels: {app: web}}
spec:
  initContainers: [{name: first, image: i}]
  containers: [{name: c, image: i}, {name: d, image: i}]
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: team, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {phase: Running}
)");
  }
  void log(const std::string& text) { server_.answers(kLog, 200, text); }
};

TEST_F(LogsTest, the_first_container_is_taken_and_named_where_there_are_others) {
  log("one\ntwo\n");
  const Outcome outcome = run("logs a");
  EXPECT_EQ(outcome.out, "one\ntwo\n");
  EXPECT_EQ(outcome.err, "Defaulted container \"c\" out of: c, d, first (init)\n");
  asked("GET /api/v1/namespaces/team/pods/a\nGET /api/v1/namespaces/team/pods/a/log?container=c\n");
}

TEST_F(LogsTest, flags_become_parameters) {
  struct Sent {
    const char *flags, *query;
  };
  constexpr Sent kSent[] = {
      {"-c d", "container=d"},
      {"-c d --previous", "container=d&previous=true"},
      {"-c d --tail=5 --timestamps", "container=d&tailLines=5&timestamps=true"},
      {"-c d --since=90s", "container=d&sinceSeconds=90"},
      {"-c d --since-time=2024-01-01T00:00:00Z", "container=d&sinceTime=2024-01-01T00:00:00Z"},
      {"-c d --limit-bytes=10", "container=d&limitBytes=10"},
  };
  for (const auto& [flags, query] : kSent) {
    log("x\n");
    says(fmt::format("logs a {}", flags), "x\n");
    asked(fmt::format("GET /api/v1/namespaces/team/pods/a\n{}?{}\n", kLog, query));
  }
}

TEST_F(LogsTest, prefixes_tell_pod_and_container) {
  log("one\n");
  log("two\n");
  log("three\n");
  says("logs a --all-containers --prefix", "[pod/a/first] one\n[pod/a/c] two\n[pod/a/d] three\n");
}

TEST_F(LogsTest, a_selector_means_the_last_ten_lines_of_each) {
  log("of a\n");
  server_.answers("GET /api/v1/namespaces/team/pods/b/log", 200, "of b\n");
  EXPECT_EQ(run("logs -l app=web").out, "of a\nof b\n");
  const std::string requests = server_.requests();
  EXPECT_NE(requests.find("pods/a/log?container=c&tailLines=10\n"), std::string::npos) << requests;
  EXPECT_EQ(run("logs -l app=none").err, "No resources found in team namespace.\n");
}

TEST_F(LogsTest, wrong_uses_are_told_before_anything_is_sent) {
  each_is_refused_unasked({
      {"logs a --since-time=x",
       "error: parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\"\n"},
      {"logs a --since-time=2024-01-01T00:00:00Z --since=1s",
       "error: at most one of `sinceTime` or `sinceSeconds` may be specified\n"},
      {"logs a --since=-1s", "error: --since must be greater than 0\n"},
      {"logs a --tail=-2", "error: --tail must be greater than or equal to -1\n"},
      {"logs a c -c d", "error: only one of -c or an inline [CONTAINER] arg is allowed\n"},
      {"logs a --all-containers -c c", "error: --all-containers=true should not be specified with container name c\n"},
  });
}

TEST_F(LogsTest, what_is_missing_is_told) {
  complains("logs none", "error: error from server (NotFound): pods \"none\" not found in namespace \"team\"\n");
  complains("logs a -c none", "error: container none is not valid for pod a\n");
  server_.refuses(kLog, 400, "BadRequest", "container \"c\" in pod \"a\" is waiting to start: ContainerCreating");
  const Outcome outcome = run("logs a -c c");
  EXPECT_EQ(outcome.err,
            "Error from server (BadRequest): container \"c\" in pod \"a\" is waiting to start: ContainerCreating\n");
  EXPECT_EQ(outcome.code, 1);
}

}  // namespace
}  // namespace proa::cli::kubectl
