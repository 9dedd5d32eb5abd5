// How a pod's life ends: by its deadline, by its deletion in each stage, by itself; and who may try again when.
#include <gmock/gmock.h>

#include "node/pod_fixture.h"
#include "node/pod_plan.h"

namespace proa::node {
namespace {

using object::Value;
using object::View;
using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOne = R"("containers":[{"name":"web","image":"web:v1"}])";
constexpr const char* kDeleted = R"("deletionTimestamp":"2026-01-01T00:00:30Z","deletionGracePeriodSeconds":30)";

// ---- activeDeadlineSeconds

Look with_deadline(int seconds, const std::string& more = kOne) {
  Look look(pod_with(fmt::format(R"("activeDeadlineSeconds":{},{})", seconds, more), "",
                     R"({"phase":"Running","startTime":"2025-12-31T23:59:00Z"})"));
  look.state.containers = {running("web")};
  return look;
}

TEST(PodPlan, starts_no_sidecar_anew_when_what_it_served_has_ended_for_good) {
  Look look(pod_with(R"("restartPolicy":"Never","initContainers":[{"name":"s","restartPolicy":"Always"}],
                        "containers":[{"name":"a"}])",
                     "", R"({"phase":"Running"})"));
  look.state.containers = {ended("a", 0), running("s")};
  EXPECT_THAT(look.actions(), ElementsAre("kill s 30: Stopping container s"));
  // The API need not have been told by then that the pod has ended.
  look.state.containers = {ended("a", 0), ended("s", 143)};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.state.containers = {running("a"), ended("s", 143)};
  look.now += 20 * runtime::kSecond;
  EXPECT_THAT(look.actions(), ElementsAre("start s 1")) << "but while it runs";
}

TEST(PodDeadline, is_waited_for) {
  const PodPlan plan = with_deadline(61).plan();
  EXPECT_THAT(words_of(plan), IsEmpty());
  EXPECT_EQ(plan.look_again, kTestNow + kSecond);
  EXPECT_THAT(plan.events, IsEmpty());
}

TEST(PodDeadline, ends_the_pod_with_its_grace_and_tells_it_once) {
  Look look = with_deadline(60);
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), ElementsAre("kill web 30: Stopping container web"));
  ASSERT_EQ(plan.events.size(), 1U);
  EXPECT_EQ(plan.events[0].type + " " + plan.events[0].reason + " " + plan.events[0].message,
            "Normal DeadlineExceeded Pod was active on the node longer than the specified deadline");
  look.memory = plan.memory;
  EXPECT_THAT(look.plan().events, IsEmpty());
}

TEST(PodDeadline, makes_the_pod_fail_when_nothing_of_it_runs_any_more) {
  Look look = with_deadline(60);
  look.memory = look.plan().memory;
  EXPECT_EQ(View(look.status())["phase"].as_string(), "Running");
  EXPECT_FALSE(View(look.status())["reason"].exists());
  look.state.containers = {ended("web", 0)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  ASSERT_TRUE(look.plan().over);
  const Value status = look.status(true);
  EXPECT_EQ(View(status)["phase"].as_string(), "Failed") << "also where the container ended well";
  EXPECT_EQ(View(status)["reason"].as_string(), "DeadlineExceeded");
  EXPECT_EQ(View(status)["message"].as_string(), "Pod was active on the node longer than the specified deadline");
  EXPECT_EQ(condition(status, "Ready")["reason"].as_string(), "PodFailed");
}

TEST(PodDeadline, comes_too_late_for_a_pod_that_has_ended) {
  Look look = with_deadline(60);
  look.state.containers = {ended("web", 0)};
  look.pod["status"]["phase"] = "Succeeded";
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_FALSE(look.plan().over);
  EXPECT_EQ(View(look.status())["phase"].as_string(), "Succeeded");
  EXPECT_FALSE(View(look.status())["reason"].exists());
}

TEST(PodDeadline, holds_for_what_crashes_and_for_what_has_not_come_up) {
  Look crashing = with_deadline(60);
  crashing.state.containers = {ended("web", 1)};
  EXPECT_THAT(crashing.actions(), ElementsAre("stop-sandbox"));
  Look initializing = with_deadline(60, R"("initContainers":[{"name":"i1"}],"containers":[{"name":"web"}])");
  initializing.state.containers = {running("i1")};
  EXPECT_THAT(initializing.actions(), ElementsAre("kill i1 30: Stopping container i1"));
  Look pulling = with_deadline(60);
  pulling.state.containers.clear();
  pulling.memory.starting = "web";
  EXPECT_THAT(pulling.actions(), IsEmpty());
  EXPECT_FALSE(pulling.plan().over);
}

TEST(PodDeadline, counts_from_the_start_on_this_node) {
  Look look = with_deadline(1);
  look.pod["status"].erase("startTime");
  EXPECT_THAT(look.plan().events, IsEmpty());
}

// ---- deletion, in each stage

TEST(PodDeletion, takes_what_is_left_of_the_stage_that_the_pod_had_reached) {
  struct Case {
    const char* what;
    std::vector<cri::SandboxStatus> sandboxes;
    std::vector<cri::ContainerStatus> containers;
    std::set<std::string> stopped;
    std::vector<std::string> actions;
  };
  const Case cases[] = {
      {"before its sandbox", {}, {}, {}, {"delete", "clean-up"}},
      {"with a sandbox alone", {sandbox()}, {}, {}, {"stop-sandbox"}},
      {"with a sandbox that is stopped", {sandbox(false)}, {}, {"sandbox-0"}, {"delete", "clean-up"}},
      {"with a sandbox that died", {sandbox(false)}, {ended("web", 1)}, {}, {"stop-sandbox"}},
      {"in its init container", {sandbox()}, {running("i1")}, {}, {"kill i1 30: Stopping container i1"}},
      {"between two init containers", {sandbox()}, {ended("i1", 0)}, {}, {"stop-sandbox"}},
      {"in a pause after a crash", {sandbox()}, {ended("web", 1), ended("i1", 0)}, {}, {"stop-sandbox"}},
      {"with two sandboxes", {sandbox(true, 1), sandbox(true, 0)}, {}, {"sandbox-1"}, {"stop-sandbox"}},
      {"with a debugger",
       {sandbox()},
       {running("debug"), running("web")},
       {},
       {"kill debug 30: Stopping container debug", "kill web 30: Stopping container web"}},
  };
  for (const Case& each : cases) {
    Look look(pod_with(R"("initContainers":[{"name":"i1"},{"name":"i2"}],"containers":[{"name":"web"}],
      "ephemeralContainers":[{"name":"debug"}])",
                       kDeleted));
    look.state.sandboxes = each.sandboxes;
    look.state.containers = each.containers;
    look.memory.stopped_sandboxes = each.stopped;
    EXPECT_EQ(look.actions(), each.actions) << each.what;
  }
}

TEST(PodDeletion, asks_for_nothing_that_is_under_way) {
  Look look(pod_with(kOne, kDeleted));
  look.memory.stopping_sandbox = "sandbox-0";
  EXPECT_THAT(look.actions(), IsEmpty());
  look.state.sandboxes.clear();
  look.memory.making_sandbox = true;
  EXPECT_THAT(look.actions(), IsEmpty()) << "what is being made will have to be stopped";
}

TEST(PodDeletion, of_a_pod_on_the_hosts_network_takes_no_traffic_away_first) {
  Look look(pod_with(std::string(R"("hostNetwork":true,)") + kOne, kDeleted));
  look.memory.drained = false;
  look.state.containers = {running("web")};
  EXPECT_THAT(look.actions(), ElementsAre("kill web 30: Stopping container web"));
}

TEST(PodDeletion, of_a_pod_that_had_ended_by_itself_is_quick) {
  Look look(pod_with(kOne, kDeleted, R"({"phase":"Succeeded"})"));
  look.state.containers = {ended("web", 0)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), ElementsAre("delete", "clean-up"));
}

TEST(PodGrace, is_the_deletions_before_the_probes_before_the_pods) {
  struct Case {
    const char* spec;
    const char* metadata;
    const char* probe;
    int64_t grace;
  };
  const char* probes = R"("terminationGracePeriodSeconds":20,"containers":[{"name":"web",
    "livenessProbe":{"terminationGracePeriodSeconds":5},"startupProbe":{}}])";
  const Case cases[] = {
      {kOne, "", "", 30},
      {probes, "", "", 20},
      {probes, "", "livenessProbe", 5},
      {probes, "", "startupProbe", 20},
      {probes, kDeleted, "livenessProbe", 30},
      {probes, R"("deletionTimestamp":"2026-01-01T00:00:30Z","deletionGracePeriodSeconds":1)", "", 2},
      {R"("terminationGracePeriodSeconds":0,"containers":[{"name":"web"}])", "", "", 2},
  };
  for (const Case& each : cases) {
    const Value pod = pod_with(each.spec, each.metadata);
    EXPECT_EQ(grace_of(pod, container_spec(pod, "web"), each.probe), each.grace) << each.spec << each.probe;
  }
}

// ---- pauses

TEST(PodPause, is_over_at_once_for_another_image) {
  Look look(pod_with(kOne));
  look.state.containers = {ended("web", 1, 4)};
  look.memory.tried["web"] = container_hash(View(look.pod)["spec"]["containers"].at(0));
  look.memory.restarts["web"] = {300 * kSecond, kTestNow - 30 * kSecond};
  look.memory.waiting["web"] = {"CrashLoopBackOff", "back-off 5m0s"};
  EXPECT_THAT(look.actions(), IsEmpty());
  look.pod["spec"]["containers"].items()[0]["image"] = "web:v2";
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), ElementsAre("start web 5"));
  EXPECT_EQ(plan.memory.restarts.at("web").pause, 10 * kSecond) << "counted from the beginning";
  EXPECT_THAT(plan.memory.waiting, IsEmpty());
}

TEST(PodPause, after_a_pull_that_failed_is_over_at_once_for_another_image) {
  Look look(pod_with(kOne));
  look.memory.tried["web"] = container_hash(View(look.pod)["spec"]["containers"].at(0));
  look.memory.retry_at["web"] = kTestNow + 200 * kSecond;
  EXPECT_THAT(look.actions(), IsEmpty());
  look.pod["spec"]["containers"].items()[0]["image"] = "web:v2";
  EXPECT_THAT(look.actions(), ElementsAre("start web 0"));
}

TEST(PodPause, is_each_containers_own) {
  Look look(pod_with(R"("containers":[{"name":"a"},{"name":"b"}])"));
  look.state.containers = {ended("b", 1, 1), ended("a", 1, 1)};
  look.memory.restarts["a"] = {10 * kSecond, kTestNow - 30 * kSecond};
  EXPECT_THAT(look.actions(), ElementsAre("start b 2"));
}

TEST(PodPause, says_its_length_as_go_does) {
  for (const auto& [seconds, text] :
       {std::pair{10, "10s"}, {40, "40s"}, {80, "1m20s"}, {160, "2m40s"}, {300, "5m0s"}}) {
    Look look(pod_with(kOne));
    look.state.containers = {ended("web", 1, 3)};
    look.memory.restarts["web"] = {seconds * kSecond, kTestNow - 30 * kSecond};
    EXPECT_EQ(look.plan().memory.waiting["web"].message,
              fmt::format("back-off {} restarting failed container=web pod=web_default(u1)", text));
  }
}

TEST(PodPause, is_forgotten_after_ten_minutes_without_a_crash) {
  Look look(pod_with(kOne));
  look.memory.restarts["web"] = {160 * kSecond, kTestNow - 606 * kSecond};
  look.state.containers = {ended("web", 1, 5)};
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), ElementsAre("start web 6"));
  EXPECT_EQ(plan.memory.restarts.at("web").pause, 10 * kSecond);
}

}  // namespace
}  // namespace proa::node
