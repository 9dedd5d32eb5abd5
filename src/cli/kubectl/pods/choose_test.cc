// Which of a workload's pods a command takes: the best to run something in, or the best to read the logs of.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kReady =
    "phase: Running, conditions: [{type: Ready, status: 'True', lastTransitionTime: 2026-01-01T00:00:00Z}]";
constexpr const char* kReadyLater =
    "phase: Running, conditions: [{type: Ready, status: 'True', lastTransitionTime: 2026-01-01T00:01:00Z}]";
constexpr const char* kRestarted = "phase: Running, containerStatuses: [{name: c, restartCount: 3}]";
constexpr const char* kNode = "nodeName: n";
constexpr const char* kDeleted = ", deletionTimestamp: 2026-01-01T00:02:00Z";

struct Pod {
  const char* status;
  const char* spec = kNode;
  const char* meta = "";
};

class ChooseTest : public ClusterTest {
 protected:
  /// The pod of two, `a` and `b`, that a command on their Deployment asks for.
  std::string chosen(const std::string& command, const Pod& a, const Pod& b) {
    ScriptedServer& server = server_;
    server.has(R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team}
spec: {selector: {matchLabels: {app: web}}}
)");
    for (const auto& [name, pod] : {std::pair("a", a), {"b", b}})
      server.has(
          fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {}, namespace: team, labels: {{app: web}}, "
                      "creationTimestamp: 2026-01-01T00:00:00Z{}}}\nspec: {{containers: [{{name: c, image: i}}], "
                      "{}}}\nstatus: {{{}}}\n",
                      name, pod.meta, pod.spec, pod.status));
    const Outcome outcome = run(command);
    const std::string requests = server.requests();
    for (const char* name : {"a", "b"})
      for (const char* what : {"exec", "log"})
        if (requests.find(fmt::format("/pods/{}/{}", name, what)) != std::string::npos) return name;
    return outcome.err;
  }
};

TEST_F(ChooseTest, a_pod_that_runs_comes_before_those_that_wait_or_have_ended) {
  EXPECT_EQ(chosen("exec deploy/web -- ls", {"phase: Succeeded"}, {kReady}), "b");
  EXPECT_EQ(chosen("exec deploy/web -- ls", {"phase: Pending", "hostname: h"}, {"phase: Running"}), "b");
  EXPECT_EQ(chosen("logs deploy/web", {"phase: Pending"}, {"phase: Running"}), "b");
  EXPECT_EQ(chosen("exec deploy/web -- ls", {"phase: Succeeded"}, {"phase: Failed"}),
            "error: cannot exec into a container in a completed pod; current phase is Succeeded\n");
}

TEST_F(ChooseTest, one_that_is_ready_and_longest_so_comes_first) {
  for (const char* command : {"exec deploy/web -- ls", "logs deploy/web"}) {
    EXPECT_EQ(chosen(command, {"phase: Running"}, {kReady}), "b") << command;
    EXPECT_EQ(chosen(command, {kReadyLater}, {kReady}), "b") << command;
  }
}

TEST_F(ChooseTest, nothing_is_run_in_a_pod_that_goes_while_another_stays) {
  EXPECT_EQ(chosen("exec deploy/web -- ls", {kReady, kNode, kDeleted}, {kReadyLater}), "b");
}

TEST_F(ChooseTest, restarts_speak_against_running_something_and_for_reading_logs) {
  EXPECT_EQ(chosen("exec deploy/web -- ls", {kRestarted}, {"phase: Running"}), "b");
  EXPECT_EQ(chosen("logs deploy/web", {"phase: Running"}, {kRestarted}), "b");
}

}  // namespace
}  // namespace proa::cli::kubectl
