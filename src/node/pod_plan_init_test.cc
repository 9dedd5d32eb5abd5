// Init containers and sidecars: in which order they start, what holds them up, and what a new sandbox undoes.
#include <gmock/gmock.h>

#include "node/pod_fixture.h"
#include "node/pod_plan.h"

namespace proa::node {
namespace {

using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;
using Containers = std::vector<cri::ContainerStatus>;

const std::string kTwo = R"("initContainers":[{"name":"i1"},{"name":"i2"}],"containers":[{"name":"web"}])";
const std::string kMixed = R"("initContainers":[{"name":"i1"},
  {"name":"side","restartPolicy":"Always","livenessProbe":{},"terminationGracePeriodSeconds":7},{"name":"i2"}],
  "containers":[{"name":"web"}])";

Look look_at(const std::string& spec, Containers containers) {
  Look look(pod_with(spec));
  look.state.containers = std::move(containers);
  return look;
}

TEST(PodPlanInit, takes_the_next_step_that_the_containers_so_far_ask_for) {
  struct Case {
    const char* what;
    Containers seen;
    std::vector<std::string> actions;
  };
  const Case cases[] = {
      {"nothing yet", {}, {"start i1 0"}},
      {"the first runs", {running("i1")}, {}},
      {"the first is done", {ended("i1", 0)}, {"start side 0"}},
      {"the sidecar runs", {running("side"), ended("i1", 0)}, {"start i2 0"}},
      {"the second runs beside it", {running("i2"), running("side"), ended("i1", 0)}, {}},
      {"the second failed", {ended("i2", 1), running("side"), ended("i1", 0)}, {"start i2 1"}},
      {"all are done", {ended("i2", 0), running("side"), ended("i1", 0)}, {"start web 0"}},
      {"all run", {running("web"), ended("i2", 0), running("side"), ended("i1", 0)}, {}},
      {"the sidecar ended well", {running("web"), ended("i2", 0), ended("side", 0), ended("i1", 0)}, {"start side 1"}},
      {"the sidecar was lost", {running("web"), ended("i2", 0), ended("i1", 0)}, {"start side 0"}},
      {"the sidecar crashed while the second runs",
       {running("i2"), ended("side", 1), ended("i1", 0)},
       {"start side 1"}},
      {"done ones were removed", {running("web"), running("side")}, {}},
  };
  for (const Case& each : cases) EXPECT_EQ(look_at(kMixed, each.seen).actions(), each.actions) << each.what;
}

TEST(PodPlanInit, a_sidecar_that_pauses_after_crashes_holds_up_nobody_behind_those_who_have_run) {
  Look look = look_at(R"("initContainers":[{"name":"side","restartPolicy":"Always"},{"name":"i1"},{"name":"i2"}],
    "containers":[{"name":"web"}])",
                      {ended("i1", 0), ended("side", 1, 3)});
  look.memory.restarts["side"] = {160 * kSecond, kTestNow - 30 * kSecond};
  EXPECT_THAT(look.actions(), ElementsAre("start i2 0"));
  look.state.containers = {ended("i2", 0), ended("i1", 0), ended("side", 1, 3)};
  EXPECT_THAT(look.actions(), ElementsAre("start web 0"));
  look.state.containers = {running("i2"), ended("i1", 0), ended("side", 1, 3)};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlanInit, a_sidecar_that_never_started_holds_up_the_next) {
  Look look = look_at(kMixed, {ended("side", 1, 0), ended("i1", 0)});
  look.memory.restarts["side"] = {10 * kSecond, kTestNow - 30 * kSecond};
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), IsEmpty());
  EXPECT_EQ(plan.memory.waiting.at("side").message,
            "back-off 10s restarting failed container=side pod=web_default(u1)");
}

TEST(PodPlanInit, says_init_container_of_a_sidecar_that_is_killed) {
  struct Case {
    ProbeResults results;
    const char* message;
  };
  for (const Case& each : {Case{{.startup = {}, .liveness = false, .readiness = {}}, "failed liveness probe"},
                           Case{{.startup = false, .liveness = {}, .readiness = {}}, "failed startup probe"}}) {
    Look look = look_at(kMixed, {running("web"), ended("i2", 0), running("side"), ended("i1", 0)});
    look.probes["side-0"] = each.results;
    EXPECT_THAT(look.actions(), ElementsAre(std::string("kill side 30: Init container side ") + each.message));
  }
}

TEST(PodPlanInit, replaces_a_sidecar_whose_image_was_changed) {
  Look look = look_at(kMixed, {running("web"), ended("i2", 0), running("side"), ended("i1", 0)});
  look.state.containers[2].annotations["io.kubernetes.container.hash"] = "of another image";
  EXPECT_THAT(look.actions(), ElementsAre("kill side 30: Init container side definition changed"));
}

TEST(PodPlanInit, what_an_init_containers_end_means_follows_the_policy) {
  struct Case {
    const char* policy;
    int code;
    std::vector<std::string> actions;
  };
  const Case cases[] = {{"Always", 0, {"start i2 0"}}, {"OnFailure", 0, {"start i2 0"}}, {"Never", 0, {"start i2 0"}},
                        {"Always", 2, {"start i1 1"}}, {"OnFailure", 2, {"start i1 1"}}, {"Never", 2, {}}};
  for (const Case& each : cases) {
    const Look look = look_at(fmt::format(R"("restartPolicy":"{}",)", each.policy) + kTwo, {ended("i1", each.code)});
    EXPECT_EQ(look.actions(), each.actions) << each.policy << each.code;
  }
}

TEST(PodPlanInit, an_init_containers_own_rules_go_before_the_pods_policy) {
  const std::string rules = R"("restartPolicy":"Never","containers":[{"name":"web"}],"initContainers":[{"name":"i1",
    "restartPolicy":"Never","restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"NotIn","values":[3]}}]}])";
  EXPECT_THAT(look_at(rules, {ended("i1", 4)}).actions(), ElementsAre("start i1 1"));
  EXPECT_THAT(look_at(rules, {ended("i1", 3)}).actions(), IsEmpty());
}

TEST(PodPlanInit, ends_the_sidecars_of_a_pod_whose_initialization_failed) {
  Look look = look_at(R"("restartPolicy":"Never",)" + kMixed, {ended("i2", 1), running("side"), ended("i1", 0)});
  EXPECT_THAT(look.actions(), ElementsAre("kill side 30: Stopping container side"));
}

TEST(PodPlanInit, an_ephemeral_container_does_not_wait_and_is_not_started_again) {
  const std::string spec = R"("ephemeralContainers":[{"name":"debug"}],)" + kTwo;
  EXPECT_THAT(look_at(spec, {running("i1")}).actions(), ElementsAre("start debug 0"));
  EXPECT_THAT(look_at(spec, {ended("debug", 1), running("i1")}).actions(), IsEmpty());
}

TEST(PodPlanInit, runs_all_init_containers_again_in_a_new_sandbox) {
  Look look = look_at(kMixed, {ended("web", 255), ended("i2", 0), ended("side", 255), ended("i1", 0)});
  look.state.sandboxes = {sandbox(false)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), ElementsAre("remove i1-0", "remove side-0", "remove i2-0", "sandbox 1"));
  look.state.containers = {ended("web", 255)};
  look.state.sandboxes = {sandbox(true, 1), sandbox(false)};
  EXPECT_THAT(look.actions(), ElementsAre("start i1 0"));
}

TEST(PodPlanInit, keeps_its_init_containers_when_no_new_sandbox_is_made) {
  Look look = look_at(R"("restartPolicy":"Never",)" + kTwo, {ended("web", 0), ended("i2", 0), ended("i1", 0)});
  look.state.sandboxes = {sandbox(false)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
}

}  // namespace
}  // namespace proa::node
