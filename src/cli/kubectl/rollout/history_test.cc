#include "cli/kubectl/rollout/history.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;

Value json(const std::string& text) { return object::parse_json(text).value(); }
Mapping apps(const std::string& kind) { return {"apps", "v1", kind, "", "", true, {}}; }

History history() {
  History out;
  out[2].change_cause = "kubectl set image deployment/web web=web:v2 --record=true";
  out[10].pod_template =
      json(R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:v3",
    "ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}})");
  return out;
}

TEST(History, lists_revisions_in_order) {
  EXPECT_EQ(history_text(history(), 0).value(),
            "REVISION  CHANGE-CAUSE\n2         kubectl set image deployment/web web=web:v2 --record=true\n10        "
            "<none>\n");
  EXPECT_EQ(history_text({}, 0).value(), "No rollout history found.");
}

TEST(History, shows_the_template_of_a_revision_with_bare_tabs) {
  EXPECT_EQ(history_text(history(), 10).value(),
            "Pod Template:\n  Labels:\tapp=web\n  Containers:\n   web:\n    Image:\tweb:v3\n    Port:\t80/TCP\n"
            "    Host Port:\t0/TCP\n    Environment:\n      A:\t1\n    Mounts:\t<none>\n  Volumes:\t<none>\n"
            "  Node-Selectors:\t<none>\n  Tolerations:\t<none>\n");
  EXPECT_EQ(history_text(history(), 3).error().message(), "unable to find the specified revision");
}

std::string deployment_state(const std::string& status) {
  auto state =
      rollout_state(json(R"({"metadata":{"name":"web","generation":2},"spec":{"replicas":3},"status":)" + status + "}"),
                    apps("Deployment"), 0);
  return state ? state->text : "error: " + state.error().message();
}

TEST(RolloutState, follows_a_deployment_step_by_step) {
  EXPECT_EQ(deployment_state(R"({"observedGeneration":1})"), "Waiting for deployment spec update to be observed...\n");
  EXPECT_EQ(deployment_state(R"({"observedGeneration":2,"updatedReplicas":1,"replicas":4})"),
            "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n");
  EXPECT_EQ(deployment_state(R"({"observedGeneration":2,"updatedReplicas":3,"replicas":4})"),
            "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...\n");
  EXPECT_EQ(deployment_state(R"({"observedGeneration":2,"updatedReplicas":3,"replicas":3,"availableReplicas":2})"),
            "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...\n");
  EXPECT_EQ(deployment_state(R"({"observedGeneration":2,"updatedReplicas":3,"replicas":3,"availableReplicas":3})"),
            "deployment \"web\" successfully rolled out\n");
  EXPECT_EQ(
      deployment_state(
          R"({"observedGeneration":2,"conditions":[{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]})"),
      "error: deployment \"web\" exceeded its progress deadline");
}

TEST(RolloutState, knows_three_kinds_only) {
  EXPECT_EQ(rollout_state(json("{}"), apps("ReplicaSet"), 0).error().message(),
            "no status viewer has been implemented for ReplicaSet.apps");
  EXPECT_EQ(
      rollout_state(json(R"({"spec":{"updateStrategy":{"type":"OnDelete"}}})"), apps("DaemonSet"), 0).error().message(),
      "rollout status is only available for RollingUpdate strategy type");
}

}  // namespace
}  // namespace proa::cli::kubectl
