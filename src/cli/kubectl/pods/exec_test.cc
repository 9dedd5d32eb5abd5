// kubectl exec and attach up to the stream: who is chosen, and what is refused before it begins.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

class ExecTest : public ClusterTest {
 protected:
  void pod(std::string_view name, std::string_view phase, std::string_view containers) {
    server_.has(
        fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: {0}, namespace: team, labels: {{app: {0}}}}}, "
                    "spec: {{containers: {2}}}, status: {{phase: {1}, conditions: "
                    "[{{type: Ready, status: \"True\"}}]}}}}",
                    name, phase, containers));
  }
  /// The path and query of the stream that was asked for.
  std::string stream() {
    for (const auto& line : split(server_.requests(), "\n"))
      if (line.contains("/exec") || line.contains("/attach")) return line;
    return "none";
  }
};

TEST_F(ExecTest, what_cannot_be_is_refused_unasked) {
  each_is_refused_unasked({
      {"exec", "error: pod, type/name or --filename must be specified\n"},
      {"exec -- ls", "error: pod, type/name or --filename must be specified\n"},
      {"exec p", "error: you must specify at least one command for the container\n"},
      {"exec p --", "error: you must specify at least one command for the container\n"},
      {"exec p ls",
       "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
       "See 'kubectl exec -h' for help and examples\n"},
      {"attach", "error: at least 1 argument is required for attach\n"},
      {"attach a b c", "error: expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw 3: [a b c]\n"},
  });
}

TEST_F(ExecTest, a_pod_that_is_over_or_away_takes_no_command) {
  pod("done", "Succeeded", "[{name: c}]");
  complains("exec done -- ls", "error: cannot exec into a container in a completed pod; current phase is Succeeded\n");
  complains("attach done", "error: cannot attach a container in a completed pod; current phase is Succeeded\n");
  complains("exec none -- ls", "Error from server (NotFound): pods \"none\" not found\n");
}

TEST_F(ExecTest, asks_for_the_first_container_and_the_words_as_they_stand) {
  pod("p", "Running", "[{name: main}, {name: side}]");
  const Outcome first = run("exec p -- sh -c x=1&&y");
  EXPECT_TRUE(first.err.starts_with("Defaulted container \"main\" out of: main, side\n")) << first.err;
  EXPECT_EQ(stream(),
            "GET /api/v1/namespaces/team/pods/p/exec"
            "?command=sh&command=-c&command=x=1&&y&container=main&stdout=true&stderr=true");
  EXPECT_NE(run("exec p -c side -q -- ls").code, 0) << "the script has no stream";
  EXPECT_EQ(stream(), "GET /api/v1/namespaces/team/pods/p/exec?command=ls&container=side&stdout=true&stderr=true");
}

TEST_F(ExecTest, a_flag_behind_the_dashes_is_the_commands) {
  pod("p", "Running", "[{name: main}]");
  (void)run("exec p -- ls -c side -i");
  EXPECT_EQ(stream(),
            "GET /api/v1/namespaces/team/pods/p/exec"
            "?command=ls&command=-c&command=side&command=-i&container=main&stdout=true&stderr=true");
}

TEST_F(ExecTest, a_container_that_may_be_named_by_an_annotation_is_taken) {
  server_.has(R"({apiVersion: v1, kind: Pod, metadata: {name: p, namespace: team,
      annotations: {kubectl.kubernetes.io/default-container: side}},
      spec: {containers: [{name: main}, {name: side}]}, status: {phase: Running}})");
  (void)run("exec p -- ls");
  EXPECT_EQ(stream(), "GET /api/v1/namespaces/team/pods/p/exec?command=ls&container=side&stdout=true&stderr=true");
}

TEST_F(ExecTest, attach_knows_its_container) {
  pod("p", "Running", "[{name: main}, {name: shell, tty: true, stdin: true}]");
  complains("attach p -c none -q", "error: cannot attach to the container: container none not found in pod p\n");
  const Outcome outcome = run("attach p -c main -it");
  EXPECT_TRUE(
      outcome.err.starts_with("error: Unable to use a TTY - container main did not allocate one\n"
                              "If you don't see a command prompt, try pressing enter.\n"))
      << outcome.err;
}

}  // namespace
}  // namespace proa::cli::kubectl
