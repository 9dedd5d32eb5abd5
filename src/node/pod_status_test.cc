#include "node/pod_status.h"

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using object::Value;
using object::View;

constexpr const char* kOne = R"("containers":[{"name":"web","image":"web:v1"}])";

View container(const Value& status, size_t i = 0) { return View(status)["containerStatuses"].at(i); }

TEST(PodStatus, of_a_pod_that_is_new_here_says_ContainerCreating) {
  Look look(pod_with(kOne));
  look.state.sandboxes.clear();
  const Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Pending");
  EXPECT_EQ(container(status)["state"]["waiting"]["reason"].as_string(), "ContainerCreating");
  EXPECT_EQ(object::to_json(container(status)),
            R"({"name":"web","state":{"waiting":{"reason":"ContainerCreating"}},"lastState":{},"ready":false,)"
            R"("restartCount":0,"image":"web:v1","imageID":"","started":false})");
  EXPECT_EQ(condition(status, "PodReadyToStartContainers")["status"].as_string(), "False");
  EXPECT_EQ(condition(status, "Ready")["reason"].as_string(), "ContainersNotReady");
  EXPECT_EQ(condition(status, "Ready")["message"].as_string(), "containers with unready status: [web]");
  EXPECT_EQ(View(status)["hostIP"].as_string(), "192.0.2.1");
  EXPECT_FALSE(View(status)["podIP"].exists());
  EXPECT_EQ(View(status)["startTime"].as_string(), "2026-01-01T00:00:00Z");
  EXPECT_EQ(View(status)["qosClass"].as_string(), "BestEffort");
}

TEST(PodStatus, of_a_running_pod_is_ready_with_its_address) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web")};
  const Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
  EXPECT_EQ(View(status)["podIP"].as_string(), "10.244.0.5");
  EXPECT_EQ(View(status)["podIPs"].at(0)["ip"].as_string(), "10.244.0.5");
  EXPECT_EQ(container(status)["containerID"].as_string(), "containerd://web-0");
  EXPECT_EQ(container(status)["state"]["running"]["startedAt"].as_string(), "2025-12-31T23:59:40Z");
  EXPECT_TRUE(container(status)["ready"].as_bool());
  for (const char* type : {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
    EXPECT_EQ(condition(status, type)["status"].as_string(), "True") << type;
    EXPECT_EQ(condition(status, type)["observedGeneration"].as_int(), 1);
  }
  EXPECT_EQ(
      object::to_json(condition(status, "Ready")),
      R"({"type":"Ready","observedGeneration":1,"status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-01T00:00:00Z"})");
}

TEST(PodStatus, without_a_readiness_probe_is_ready_once_the_container_has_settled) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web")};
  look.state.containers[0].started_at = look.now;
  EXPECT_FALSE(container(look.status())["ready"].as_bool());
  look.state.containers[0].started_at = look.now - kSettle;
  EXPECT_TRUE(container(look.status())["ready"].as_bool());
}

TEST(PodStatus, of_a_container_that_could_not_be_started_says_that_it_started_in_1970) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web")};
  look.state.containers[0].state = cri::ContainerState::kExited;
  look.state.containers[0].reason = "StartError";
  look.state.containers[0].started_at = 0;
  const Value status = look.status();
  const View ended = container(status)["state"]["terminated"].exists() ? container(status)["state"]["terminated"]
                                                                       : container(status)["lastState"]["terminated"];
  EXPECT_EQ(ended["startedAt"].as_string(), "1970-01-01T00:00:00Z");
}

TEST(PodStatus, keeps_transition_times_and_conditions_of_others) {
  Look look(pod_with(kOne, "", R"({"conditions":[{"type":"example.com/gate","status":"True"},
    {"type":"Ready","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"},
    {"type":"Initialized","status":"False","lastTransitionTime":"2020-01-01T00:00:00Z"}]})"));
  look.state.containers = {running("web")};
  const Value status = look.status();
  EXPECT_EQ(View(status)["conditions"].at(0)["type"].as_string(), "example.com/gate");
  EXPECT_EQ(condition(status, "Ready")["lastTransitionTime"].as_string(), "2020-01-01T00:00:00Z");
  EXPECT_EQ(condition(status, "Initialized")["lastTransitionTime"].as_string(), "2026-01-01T00:00:00Z");
}

TEST(PodStatus, is_the_same_when_nothing_changed) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web")};
  look.pod["status"] = look.status();
  look.now += 3600 * runtime::kSecond;
  EXPECT_TRUE(View(look.status()) == View(look.pod)["status"]);
}

TEST(PodStatus, waits_for_the_readiness_probe) {
  Look look(pod_with(R"("containers":[{"name":"web","readinessProbe":{}}])"));
  look.state.containers = {running("web")};
  EXPECT_FALSE(container(look.status())["ready"].as_bool());
  look.probes["web-0"].readiness = true;
  EXPECT_TRUE(container(look.status())["ready"].as_bool());
  look.probes["web-0"].readiness = false;
  EXPECT_FALSE(container(look.status())["ready"].as_bool());
}

TEST(PodStatus, keeps_an_adopted_container_ready_until_its_probe_speaks) {
  Look look(pod_with(
      R"("containers":[{"name":"web","readinessProbe":{}}])", "",
      R"({"containerStatuses":[{"name":"web","containerID":"containerd://web-0","ready":true,"started":true}]})"));
  look.state.containers = {running("web")};
  EXPECT_TRUE(container(look.status())["ready"].as_bool());
}

TEST(PodStatus, is_not_started_before_the_startup_probe_succeeds) {
  Look look(pod_with(R"("containers":[{"name":"web","startupProbe":{}}])"));
  look.state.containers = {running("web")};
  EXPECT_FALSE(container(look.status())["started"].as_bool());
  EXPECT_FALSE(container(look.status())["ready"].as_bool());
  look.probes["web-0"].startup = true;
  EXPECT_TRUE(container(look.status())["started"].as_bool());
  EXPECT_TRUE(container(look.status())["ready"].as_bool());
}

TEST(PodStatus, of_a_crash_shows_the_end_and_then_the_pause) {
  Look look(pod_with(kOne));
  look.state.containers = {ended("web", 1, 1), ended("web", 2, 0)};
  Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
  EXPECT_EQ(container(status)["state"]["terminated"]["reason"].as_string(), "Error");
  EXPECT_EQ(container(status)["lastState"]["terminated"]["exitCode"].as_int(), 2);
  EXPECT_EQ(container(status)["restartCount"].as_int(), 1);
  look.memory.waiting["web"] = {"CrashLoopBackOff", "back-off 10s"};
  status = look.status();
  EXPECT_EQ(container(status)["state"]["waiting"]["reason"].as_string(), "CrashLoopBackOff");
  EXPECT_EQ(container(status)["lastState"]["terminated"]["exitCode"].as_int(), 1);
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
}

TEST(PodStatus, does_not_show_a_container_that_is_being_started) {
  Look look(pod_with(kOne));
  look.memory.starting = "web";
  cri::ContainerStatus unborn = running("web");
  unborn.state = cri::ContainerState::kCreated;
  look.state.containers = {unborn};
  EXPECT_EQ(container(look.status())["state"]["waiting"]["reason"].as_string(), "ContainerCreating");
  EXPECT_FALSE(container(look.status())["containerID"].exists());
}

TEST(PodStatus, of_an_image_that_is_missing_says_so) {
  Look look(pod_with(kOne));
  look.memory.waiting["web"] = {"ErrImagePull", "not found"};
  const Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Pending");
  EXPECT_EQ(container(status)["state"]["waiting"]["message"].as_string(), "not found");
}

TEST(PodStatus, phase_of_pods_that_run_to_their_end) {
  struct Case {
    const char* policy;
    int code;
    const char* phase;
  };
  for (const Case& each : {Case{"Never", 0, "Succeeded"}, Case{"Never", 3, "Failed"}, Case{"OnFailure", 0, "Succeeded"},
                           Case{"OnFailure", 3, "Running"}, Case{"Always", 0, "Running"}}) {
    Look look(pod_with(fmt::format(R"("restartPolicy":"{}","containers":[{{"name":"web"}}])", each.policy)));
    look.state.containers = {ended("web", each.code)};
    EXPECT_EQ(View(look.status())["phase"].as_string(), each.phase) << each.policy << each.code;
  }
}

TEST(PodStatus, of_a_finished_pod_has_the_reasons_of_its_end) {
  Look look(pod_with(R"("restartPolicy":"Never","containers":[{"name":"web"}])"));
  look.state.containers = {ended("web", 0)};
  const Value good = look.status();
  EXPECT_EQ(condition(good, "Ready")["reason"].as_string(), "PodCompleted");
  EXPECT_EQ(condition(good, "Initialized")["reason"].as_string(), "PodCompleted");
  look.state.containers = {ended("web", 1)};
  EXPECT_EQ(condition(look.status(), "Ready")["reason"].as_string(), "PodFailed");
}

TEST(PodStatus, never_leaves_a_final_phase) {
  Look look(pod_with(kOne, "", R"({"phase":"Failed","reason":"Evicted","message":"no room"})"));
  look.state.containers = {running("web")};
  const Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Failed");
  EXPECT_EQ(View(status)["reason"].as_string(), "Evicted");
}

TEST(PodStatus, of_a_deleted_pod_that_is_down_is_final) {
  Look look(pod_with(kOne, R"("deletionTimestamp":"2026-01-01T00:00:30Z")"));
  look.state.containers = {ended("web", 143)};
  EXPECT_EQ(View(look.status(true))["phase"].as_string(), "Failed");
  look.state.containers = {ended("web", 0)};
  EXPECT_EQ(View(look.status(true))["phase"].as_string(), "Succeeded");
}

TEST(PodStatus, of_init_containers_goes_from_PodInitializing_to_Completed) {
  Look look(pod_with(R"("initContainers":[{"name":"i1"}],"containers":[{"name":"web"}])"));
  look.state.containers = {running("i1")};
  Value status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Pending");
  EXPECT_EQ(container(status)["state"]["waiting"]["reason"].as_string(), "PodInitializing");
  EXPECT_EQ(condition(status, "Initialized")["message"].as_string(), "containers with incomplete status: [i1]");
  look.state.containers = {running("web"), ended("i1", 0)};
  status = look.status();
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
  EXPECT_TRUE(View(status)["initContainerStatuses"].at(0)["ready"].as_bool());
  EXPECT_EQ(condition(status, "Initialized")["status"].as_string(), "True");
}

TEST(PodStatus, infers_the_end_of_a_container_that_the_runtime_lost) {
  Look look(pod_with(kOne, "", R"({"containerStatuses":[{"name":"web","containerID":"containerd://x","restartCount":2,
    "state":{"running":{"startedAt":"2025-12-31T00:00:00Z"}},"lastState":{}}]})"));
  const Value status = look.status();
  EXPECT_EQ(container(status)["restartCount"].as_int(), 3);
  EXPECT_EQ(container(status)["lastState"]["terminated"]["reason"].as_string(), "ContainerStatusUnknown");
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
}

TEST(PodStatus, knows_the_three_classes_of_service) {
  const auto qos = [](const std::string& resources) {
    return std::string(qos_class(pod_with(R"("containers":[{"name":"web","resources":)" + resources + "}]")));
  };
  EXPECT_EQ(qos("{}"), "BestEffort");
  EXPECT_EQ(qos(R"({"requests":{"cpu":"100m"}})"), "Burstable");
  EXPECT_EQ(qos(R"({"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"1000m","memory":"1024Mi"}})"), "Guaranteed");
  EXPECT_EQ(qos(R"({"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"2","memory":"1Gi"}})"), "Burstable");
}

}  // namespace
}  // namespace proa::node
