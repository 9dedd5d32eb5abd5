// The phase and the conditions of pods, by what their containers came to.
#include <gmock/gmock.h>

#include "node/pod_fixture.h"
#include "node/pod_status.h"

namespace proa::node {
namespace {

using object::Value;
using object::View;
using Containers = std::vector<cri::ContainerStatus>;

const std::string kOne = R"("containers":[{"name":"web"}])";
const std::string kTwo = R"("containers":[{"name":"web"},{"name":"log"}])";
const std::string kInit = R"("initContainers":[{"name":"i1"}],"containers":[{"name":"web"}])";
const std::string kSidecar =
    R"("initContainers":[{"name":"side","restartPolicy":"Always","startupProbe":{}}],"containers":[{"name":"web"}])";

std::string with_policy(const char* policy, const std::string& spec) {
  return fmt::format(R"("restartPolicy":"{}",)", policy) + spec;
}

Look look_at(const std::string& spec, Containers containers) {
  Look look(pod_with(spec));
  look.state.containers = std::move(containers);
  return look;
}

TEST(PodPhase, is_what_the_containers_amount_to) {
  struct Case {
    std::string spec;
    Containers containers;
    const char* phase;
  };
  const Case cases[] = {
      {kOne, {}, "Pending"},
      {kTwo, {running("web")}, "Pending"},
      {kTwo, {running("log"), running("web")}, "Running"},
      {kTwo, {running("log"), ended("web", 1)}, "Running"},
      {with_policy("Never", kTwo), {running("log"), ended("web", 1)}, "Running"},
      {with_policy("Never", kTwo), {ended("log", 0), ended("web", 0)}, "Succeeded"},
      {with_policy("Never", kTwo), {ended("log", 0), ended("web", 1)}, "Failed"},
      {with_policy("OnFailure", kTwo), {ended("log", 0), ended("web", 0)}, "Succeeded"},
      {with_policy("OnFailure", kTwo), {ended("log", 0), ended("web", 1)}, "Running"},
      {kTwo, {ended("log", 0), ended("web", 0)}, "Running"},
      {kInit, {running("i1")}, "Pending"},
      {kInit, {ended("i1", 0)}, "Pending"},
      {kInit, {ended("i1", 1)}, "Pending"},
      {with_policy("Never", kInit), {ended("i1", 1)}, "Failed"},
      {with_policy("OnFailure", kInit), {ended("i1", 1)}, "Pending"},
      {kInit, {running("web"), ended("i1", 0)}, "Running"},
      {kSidecar, {running("side")}, "Pending"},
      {kSidecar, {running("web"), running("side")}, "Running"},
      {with_policy("Never", kSidecar), {ended("web", 0), running("side")}, "Running"},
      {with_policy("Never", kSidecar), {ended("web", 0), ended("side", 137)}, "Succeeded"},
      {with_policy("Never", kSidecar), {ended("web", 1), ended("side", 0)}, "Failed"},
      {kSidecar, {running("web"), ended("side", 1)}, "Running"},
  };
  for (const Case& each : cases) {
    std::string what = each.spec;
    for (const auto& container : each.containers) what += fmt::format(" {}={}", container.id, container.exit_code);
    EXPECT_EQ(View(look_at(each.spec, each.containers).status())["phase"].as_string(), each.phase) << what;
  }
}

TEST(PodPhase, follows_a_containers_own_restart_rules) {
  const std::string rules = R"("restartPolicy":"Never","containers":[{"name":"web","restartPolicy":"Never",
    "restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[42]}}]}])";
  EXPECT_EQ(View(look_at(rules, {ended("web", 42)}).status())["phase"].as_string(), "Running");
  EXPECT_EQ(View(look_at(rules, {ended("web", 1)}).status())["phase"].as_string(), "Failed");
}

std::string words(View condition) {
  std::string out = condition["status"].str();
  for (const char* field : {"reason", "message"})
    if (const View text = condition[object::Key(std::string_view(field))]; text.exists()) out += "|" + text.str();
  return out;
}

TEST(PodConditions, tell_which_containers_keep_the_pod_from_what) {
  struct Case {
    const char* what;
    std::string spec;
    Containers containers;
    const char* initialized;
    const char* ready;
  };
  const Case cases[] = {
      {"nothing yet", kTwo, {}, "True", "False|ContainersNotReady|containers with unready status: [web log]"},
      {"one of two", kTwo, {running("web")}, "True", "False|ContainersNotReady|containers with unready status: [log]"},
      {"both", kTwo, {running("log"), running("web")}, "True", "True"},
      {"initializing",
       kInit,
       {running("i1")},
       "False|ContainersNotInitialized|containers with incomplete status: [i1]",
       "False|ContainersNotReady|containers with unready status: [web]"},
      {"initialized",
       kInit,
       {ended("i1", 0)},
       "True",
       "False|ContainersNotReady|containers with unready status: [web]"},
      {"a sidecar that starts",
       kSidecar,
       {running("side")},
       "False|ContainersNotInitialized|containers with incomplete status: [side]",
       "False|ContainersNotReady|containers with unready status: [side web]"},
      {"a sidecar that crashed later",
       kSidecar,
       {running("web"), ended("side", 1)},
       "True",
       "False|ContainersNotReady|containers with unready status: [side]"},
      {"success", with_policy("Never", kOne), {ended("web", 0)}, "True|PodCompleted", "False|PodCompleted"},
      {"failure", with_policy("Never", kOne), {ended("web", 1)}, "True", "False|PodFailed"},
      {"no initialization",
       with_policy("Never", kInit),
       {ended("i1", 1)},
       "False|ContainersNotInitialized|containers with incomplete status: [i1]",
       "False|PodFailed"},
  };
  for (const Case& each : cases) {
    const Value status = look_at(each.spec, each.containers).status();
    EXPECT_EQ(words(condition(status, "Initialized")), each.initialized) << each.what;
    EXPECT_EQ(words(condition(status, "Ready")), each.ready) << each.what;
    EXPECT_EQ(words(condition(status, "ContainersReady")), each.ready) << each.what;
  }
}

TEST(PodConditions, of_readiness_gates_hold_back_Ready_alone) {
  struct Case {
    const char* conditions;
    const char* ready;
  };
  const Case cases[] = {
      {"[]",
       "False|ReadinessGatesNotReady|corresponding condition of pod readiness gate \"x/a\" does not exist., "
       "corresponding "
       "condition of pod readiness gate \"x/b\" does not exist."},
      {R"([{"type":"x/a","status":"True"},{"type":"x/b","status":"Unknown"}])",
       "False|ReadinessGatesNotReady|the status of pod readiness gate \"x/b\" is not \"True\", but Unknown"},
      {R"([{"type":"x/a","status":"True"},{"type":"x/b","status":"True"}])", "True"}};
  for (const Case& each : cases) {
    Look look(pod_with(R"("readinessGates":[{"conditionType":"x/a"},{"conditionType":"x/b"}],)" + kOne, "",
                       fmt::format(R"({{"conditions":{}}})", each.conditions)));
    look.state.containers = {running("web")};
    const Value status = look.status();
    EXPECT_EQ(words(condition(status, "Ready")), each.ready);
    EXPECT_EQ(words(condition(status, "ContainersReady")), "True");
  }
}

TEST(PodConditions, PodReadyToStartContainers_needs_a_sandbox_with_an_address) {
  struct Case {
    const char* what;
    std::vector<cri::SandboxStatus> sandboxes;
    std::set<std::string> stopped;
    bool host_network;
    const char* status;
  };
  cri::SandboxStatus no_address = sandbox();
  no_address.ips.clear();
  const Case cases[] = {{"none", {}, {}, false, "False"},
                        {"a good one", {sandbox()}, {}, false, "True"},
                        {"a dead one", {sandbox(false)}, {}, false, "False"},
                        {"one that was stopped", {sandbox()}, {"sandbox-0"}, false, "False"},
                        {"one without address", {no_address}, {}, false, "False"},
                        {"one on the host's network", {no_address}, {}, true, "True"},
                        {"a new one", {sandbox(true, 1), sandbox(false)}, {}, false, "True"}};
  for (const Case& each : cases) {
    Look look(pod_with((each.host_network ? R"("hostNetwork":true,)" : "") + kOne));
    look.state.sandboxes = each.sandboxes;
    look.memory.stopped_sandboxes = each.stopped;
    EXPECT_EQ(words(condition(look.status(), "PodReadyToStartContainers")), each.status) << each.what;
  }
}

TEST(PodConditions, tell_the_generation_that_they_are_about) {
  Look look(pod_with(kOne));
  look.pod["metadata"]["generation"] = 7;
  const Value status = look.status();
  EXPECT_EQ(View(status)["observedGeneration"].as_int(), 7);
  for (View each : View(status)["conditions"].items()) EXPECT_EQ(each["observedGeneration"].as_int(), 7);
}

// ---- states of containers

View init_status(const Value& status) { return View(status)["initContainerStatuses"].at(0); }

TEST(ContainerState, of_an_end_says_why) {
  struct Case {
    int code;
    const char* reason;
    const char* message;
  };
  for (const Case& each : {Case{0, "Completed", ""}, Case{1, "Error", "no database"}, Case{137, "OOMKilled", ""},
                           Case{128, "StartError", "exec: no such file"}}) {
    Look look = look_at(with_policy("Never", kOne), {ended("web", each.code)});
    look.state.containers[0].reason = each.reason;
    look.state.containers[0].message = each.message;
    const Value status = look.status();
    const View end = View(status)["containerStatuses"].at(0)["state"]["terminated"];
    EXPECT_EQ(end["exitCode"].as_int(), each.code);
    EXPECT_EQ(end["reason"].as_string(), each.reason);
    EXPECT_EQ(end["message"].as_string(), each.message);
    EXPECT_EQ(end["containerID"].as_string(), "containerd://web-0");
    EXPECT_EQ(end["startedAt"].as_string(), "2025-12-31T23:59:40Z");
    EXPECT_EQ(end["finishedAt"].as_string(), "2025-12-31T23:59:55Z");
  }
}

TEST(ContainerState, waits_with_its_reason_only_where_it_will_be_started) {
  Look look = look_at(with_policy("Never", kOne), {ended("web", 1)});
  look.memory.waiting["web"] = {"CrashLoopBackOff", "back-off"};
  EXPECT_TRUE(View(look.status())["containerStatuses"].at(0)["state"]["terminated"].exists());
  look = look_at(kOne, {running("web")});
  look.memory.waiting["web"] = {"CrashLoopBackOff", "back-off"};
  EXPECT_TRUE(View(look.status())["containerStatuses"].at(0)["state"]["running"].exists());
}

TEST(ContainerState, of_an_init_container_that_waits_shows_how_it_ended_before) {
  Look look = look_at(kInit, {ended("i1", 2)});
  look.memory.waiting["i1"] = {"CrashLoopBackOff", "back-off 10s"};
  const Value status = look.status();
  EXPECT_EQ(init_status(status)["state"]["waiting"]["reason"].as_string(), "CrashLoopBackOff");
  EXPECT_EQ(init_status(status)["lastState"]["terminated"]["exitCode"].as_int(), 2);
  EXPECT_EQ(View(status)["phase"].as_string(), "Pending");
}

TEST(ContainerState, of_an_init_container_that_was_lost_is_success_once_others_were_made) {
  const Value status = look_at(kInit, {running("web")}).status();
  EXPECT_EQ(object::to_json(init_status(status)["state"]),
            R"({"terminated":{"exitCode":0,"reason":"Completed","message":"Unable to get init container status from )"
            R"(container runtime and pod has been initialized, treat it as exited normally","startedAt":null,)"
            R"("finishedAt":null}})");
  EXPECT_TRUE(init_status(status)["ready"].as_bool());
  EXPECT_EQ(View(status)["phase"].as_string(), "Running");
  const Value sidecar = look_at(kSidecar, {running("web")}).status();
  EXPECT_EQ(init_status(sidecar)["state"]["waiting"]["reason"].as_string(), "PodInitializing");
}

TEST(ContainerState, of_an_ephemeral_container_is_neither_started_nor_ready) {
  Look look = look_at(kOne + R"(,"ephemeralContainers":[{"name":"debug","image":"busybox"}])",
                      {running("debug"), running("web")});
  const Value status = look.status();
  const View debug = View(status)["ephemeralContainerStatuses"].at(0);
  EXPECT_TRUE(debug["state"]["running"].exists());
  EXPECT_FALSE(debug["ready"].as_bool());
  EXPECT_FALSE(debug["started"].exists());
  EXPECT_EQ(words(condition(status, "Ready")), "True");
}

TEST(ContainerState, of_several_is_told_by_name_but_of_init_containers_in_their_order) {
  const Value status =
      look_at(R"("initContainers":[{"name":"z"},{"name":"a"}],"containers":[{"name":"y"},{"name":"b"}])", {}).status();
  EXPECT_EQ(View(status)["containerStatuses"].at(0)["name"].as_string(), "b");
  EXPECT_EQ(init_status(status)["name"].as_string(), "z");
}

TEST(ContainerState, names_its_mounts_and_its_resources) {
  Look look = look_at(R"("containers":[{"name":"web","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}},
    "volumeMounts":[{"name":"v","mountPath":"/v"},{"name":"c","mountPath":"/c","readOnly":true}]}])",
                      {running("web")});
  const Value status = look.status();
  const View web = View(status)["containerStatuses"].at(0);
  EXPECT_EQ(object::to_json(web["volumeMounts"]),
            R"([{"name":"v","mountPath":"/v"},)"
            R"({"name":"c","mountPath":"/c","readOnly":true,"recursiveReadOnly":"Disabled"}])");
  EXPECT_EQ(object::to_json(web["allocatedResources"]), R"({"cpu":"1"})");
  EXPECT_EQ(object::to_json(web["resources"]), R"({"requests":{"cpu":"1"},"limits":{"cpu":"2"}})");
}

TEST(PodAddresses, are_the_sandboxs_or_the_nodes_and_stay_when_the_pod_has_ended) {
  Look host(pod_with(R"("hostNetwork":true,)" + kOne));
  host.state.sandboxes[0].ips.clear();
  EXPECT_EQ(View(host.status())["podIP"].as_string(), "192.0.2.1");
  Look dual(pod_with(kOne));
  dual.state.sandboxes[0].ips = {"10.244.0.5", "fd00::5"};
  EXPECT_EQ(object::to_json(View(dual.status())["podIPs"]), R"([{"ip":"10.244.0.5"},{"ip":"fd00::5"}])");
  Look over(pod_with(with_policy("Never", kOne), "", R"({"phase":"Succeeded","podIP":"10.244.0.9"})"));
  over.state.sandboxes.clear();
  EXPECT_EQ(View(over.status())["podIP"].as_string(), "10.244.0.9");
}

TEST(PodResources, are_what_the_pod_needs_at_one_time) {
  const std::string init = R"({"name":"i","resources":{"requests":{"cpu":"3"}}})";
  const std::string side = R"({"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}})";
  const std::string both = R"("containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}},
    {"name":"b","resources":{"requests":{"cpu":"250m"}}}])";
  const std::pair<std::string, const char*> cases[] = {
      {both, "1250m"},
      {both + R"(,"initContainers":[)" + init + "]", "3"},
      {both + R"(,"initContainers":[)" + side + "]", "1750m"},
      {both + R"(,"initContainers":[)" + init + "," + side + "]", "3"},
      {both + R"(,"initContainers":[)" + side + "," + init + "]", "3500m"},
      {both + R"(,"initContainers":[)" + init + R"(],"resources":{"requests":{"cpu":"2"}})", "2"}};
  for (const auto& [spec, cpu] : cases) {
    const Value status = Look(pod_with(spec)).status();
    EXPECT_EQ(View(status)["allocatedResources"]["cpu"].as_string(), cpu) << spec;
    EXPECT_EQ(View(status)["resources"]["requests"]["cpu"].as_string(), cpu) << spec;
  }
}

}  // namespace
}  // namespace proa::node
