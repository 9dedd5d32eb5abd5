// What `rollout status` says at each step.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/kubectl/rollout/history.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

struct Step {
  const char *what, *object, *text;  // a text that ends a line is printed; another one is the failure
  bool done;
};

void expect_steps(const char* kind, const std::vector<Step>& steps) {
  const Mapping mapping{"apps", "v1", kind, "", "", true, {}};
  for (const Step& step : steps) {
    const auto state = rollout_state(object::parse_json(step.object).value(), mapping, 0);
    EXPECT_EQ(state ? state->text : state.error().message(), step.text) << step.what;
    EXPECT_EQ(state && state->done, step.done) << step.what;
  }
}

TEST(RolloutState, of_a_deployment) {
  expect_steps(
      "Deployment",
      {{"not seen", R"({"metadata":{"name":"web","generation":2},"status":{"observedGeneration":1}})",
        "Waiting for deployment spec update to be observed...\n", false},
       {"late",
        R"({"metadata":{"name":"web"},"status":{"conditions":[{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]}})",
        "deployment \"web\" exceeded its progress deadline", false},
       {"growing", R"({"metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":1,"replicas":3}})",
        "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n", false},
       {"old ones end",
        R"({"metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":4}})",
        "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...\n", false},
       {"not ready",
        R"({"metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":3,"availableReplicas":2}})",
        "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...\n", false},
       {"done",
        R"({"metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":3,"availableReplicas":3}})",
        "deployment \"web\" successfully rolled out\n", true},
       {"nothing wanted", R"({"metadata":{"name":"web"},"spec":{"replicas":0},"status":{}})",
        "deployment \"web\" successfully rolled out\n", true}});
}

TEST(RolloutState, of_a_daemon_set) {
  expect_steps(
      "DaemonSet",
      {{"by hand", R"({"metadata":{"name":"log"},"spec":{"updateStrategy":{"type":"OnDelete"}}})",
        "rollout status is only available for RollingUpdate strategy type", false},
       {"not seen",
        R"({"metadata":{"name":"log","generation":2},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1}})",
        "Waiting for daemon set spec update to be observed...\n", false},
       {"under way",
        R"({"metadata":{"name":"log"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":3,"updatedNumberScheduled":1}})",
        "Waiting for daemon set \"log\" rollout to finish: 1 out of 3 new pods have been updated...\n", false},
       {"not ready",
        R"({"metadata":{"name":"log"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":2}})",
        "Waiting for daemon set \"log\" rollout to finish: 2 of 3 updated pods are available...\n", false},
       {"done",
        R"({"metadata":{"name":"log"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":3}})",
        "daemon set \"log\" successfully rolled out\n", true}});
}

TEST(RolloutState, of_a_stateful_set) {
  expect_steps(
      "StatefulSet",
      {{"never seen", R"({"metadata":{"name":"db"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{}})",
        "Waiting for statefulset spec update to be observed...\n", false},
       {"not ready",
        R"({"metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":1}})",
        "Waiting for 2 pods to be ready...\n", false},
       {"a part",
        R"({"metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":1}})",
        "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...\n", false},
       {"the part is done",
        R"({"metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":2}})",
        "partitioned roll out complete: 2 new pods have been updated...\n", true},
       {"between revisions",
        R"({"metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":1,"updateRevision":"db-2","currentRevision":"db-1"}})",
        "waiting for statefulset rolling update to complete 1 pods at revision db-2...\n", false},
       {"done",
        R"({"metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":3,"currentReplicas":3,"updateRevision":"db-2","currentRevision":"db-2"}})",
        "statefulset rolling update complete 3 pods at revision db-2...\n", true}});
}

TEST(RolloutState, another_revision_and_another_kind_are_told) {
  const auto web =
      object::parse_json(R"({"metadata":{"name":"web","annotations":{"deployment.kubernetes.io/revision":"4"}}})")
          .value();
  const auto other = rollout_state(web, {"apps", "v1", "Deployment", "", "", true, {}}, 3);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message(), "desired revision (3) is different from the running revision (4)");
  const auto pod = rollout_state(web, {"", "v1", "Pod", "", "", true, {}}, 0);
  EXPECT_EQ(pod.error().message(), "no status viewer has been implemented for Pod");
}

}  // namespace
}  // namespace proa::cli::kubectl
