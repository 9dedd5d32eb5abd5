#include "node/pod_plan.h"

#include <gmock/gmock.h>

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<std::string>;

constexpr const char* kOne = R"("containers":[{"name":"web","image":"web:v1"}])";
constexpr const char* kNever = R"("restartPolicy":"Never","containers":[{"name":"web"}])";
constexpr const char* kDeleted = R"("deletionTimestamp":"2026-01-01T00:00:30Z","deletionGracePeriodSeconds":30)";

TEST(PodPlan, mounts_volumes_before_anything_else) {
  Look look(pod_with(kOne));
  look.state.sandboxes.clear();
  look.memory.volumes_ready = false;
  EXPECT_THAT(look.actions(), ElementsAre("volumes"));
  look.memory.preparing_volumes = true;
  EXPECT_THAT(look.actions(), IsEmpty());
  look.memory.preparing_volumes = false;
  look.memory.volumes_retry_at = kTestNow + kSecond;
  EXPECT_THAT(look.actions(), IsEmpty());
  EXPECT_EQ(look.plan().look_again, kTestNow + kSecond);
}

TEST(PodPlan, makes_a_sandbox_then_starts_the_container) {
  Look look(pod_with(kOne));
  look.state.sandboxes.clear();
  EXPECT_THAT(look.actions(), ElementsAre("sandbox 0"));
  look.memory.making_sandbox = true;
  EXPECT_THAT(look.actions(), IsEmpty());
  look.memory.making_sandbox = false;
  look.state.sandboxes = {sandbox()};
  EXPECT_THAT(look.actions(), ElementsAre("start web 0"));
  EXPECT_EQ(look.plan().memory.starting, "web");
}

TEST(PodPlan, starts_containers_one_at_a_time) {
  Look look(pod_with(R"("containers":[{"name":"a"},{"name":"b"}])"));
  EXPECT_THAT(look.actions(), ElementsAre("start a 0"));
  look.memory.starting = "a";
  EXPECT_THAT(look.actions(), IsEmpty());
  look.memory.starting.clear();
  look.state.containers = {running("a")};
  EXPECT_THAT(look.actions(), ElementsAre("start b 0"));
  look.state.containers = {running("b"), running("a")};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, restarts_at_once_after_the_first_crash_and_pauses_after_the_second) {
  Look look(pod_with(kOne));
  look.state.containers = {ended("web", 1)};
  const PodPlan first = look.plan();
  EXPECT_THAT(words_of(first), ElementsAre("start web 1"));
  EXPECT_EQ(first.memory.restarts.at("web").pause, 10 * kSecond);

  look.memory = first.memory;
  look.memory.starting.clear();
  look.state.containers = {ended("web", 1, 1, 5 * kSecond), ended("web", 1)};
  const PodPlan second = look.plan();
  EXPECT_THAT(words_of(second), IsEmpty());
  EXPECT_EQ(second.look_again, kTestNow + 5 * kSecond);
  ASSERT_TRUE(second.memory.waiting.contains("web"));
  EXPECT_EQ(second.memory.waiting.at("web").reason, "CrashLoopBackOff");
  EXPECT_EQ(second.memory.waiting.at("web").message,
            "back-off 10s restarting failed container=web pod=web_default(u1)");
  ASSERT_EQ(second.events.size(), 1U);
  EXPECT_EQ(second.events[0].message, "Back-off restarting failed container web in pod web_default(u1)");
}

TEST(PodPlan, tells_each_pause_once_as_an_event) {
  Look look(pod_with(kOne));
  look.memory.restarts["web"] = {10 * kSecond, kTestNow - 30 * kSecond};
  look.state.containers = {ended("web", 1, 1)};
  const PodPlan plan = look.plan();
  EXPECT_EQ(plan.events.size(), 1U);
  look.memory = plan.memory;
  EXPECT_EQ(look.plan().events.size(), 0U);
}

TEST(PodPlan, shows_an_error_for_a_second_before_it_says_back_off) {
  Look look(pod_with(kOne));
  look.memory.restarts["web"] = {10 * kSecond, kTestNow - 30 * kSecond};
  look.state.containers = {ended("web", 1, 1, 100 * runtime::kMillisecond)};
  const PodPlan plan = look.plan();
  EXPECT_TRUE(plan.memory.waiting.empty());
  EXPECT_EQ(plan.look_again, kTestNow + 900 * runtime::kMillisecond);
}

TEST(PodPlan, doubles_the_pause_to_five_minutes_and_forgets_it_after_ten) {
  BackOff back_off;
  runtime::TimeNs now = kTestNow;
  std::vector<int64_t> pauses;
  for (int i = 0; i < 7; ++i) {
    back_off.next(now, now);
    pauses.push_back(back_off.pause / kSecond);
    now = back_off.until(now) + kSecond;
  }
  EXPECT_THAT(pauses, ElementsAre(10, 20, 40, 80, 160, 300, 300));
  now += 601 * kSecond;
  EXPECT_EQ(back_off.until(now), now);
  back_off.next(now, now);
  EXPECT_EQ(back_off.pause, 10 * kSecond);
}

TEST(PodPlan, follows_the_restart_policy) {
  struct Case {
    const char* policy;
    int code;
    bool restarts;
  };
  for (const Case& each : {Case{"Always", 0, true}, Case{"Always", 1, true}, Case{"OnFailure", 0, false},
                           Case{"OnFailure", 1, true}, Case{"Never", 0, false}, Case{"Never", 1, false}}) {
    Look look(pod_with(fmt::format(R"("restartPolicy":"{}","containers":[{{"name":"web"}}])", each.policy)));
    look.state.containers = {ended("web", each.code)};
    EXPECT_THAT(look.actions(), each.restarts ? ElementsAre("start web 1") : ElementsAre("stop-sandbox"))
        << each.policy << each.code;
  }
}

TEST(PodPlan, lets_a_containers_own_rules_go_before_the_pods_policy) {
  const auto pod = pod_with(R"("restartPolicy":"Never","containers":[{"name":"web","restartPolicy":"Never",
    "restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[42]}}]}])");
  Look look(pod);
  look.state.containers = {ended("web", 42)};
  EXPECT_THAT(look.actions(), ElementsAre("start web 1"));
  look.state.containers = {ended("web", 1)};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
}

TEST(PodPlan, kills_a_container_whose_liveness_probe_fails) {
  Look look(pod_with(
      R"("terminationGracePeriodSeconds":20,"containers":[{"name":"web","livenessProbe":{"terminationGracePeriodSeconds":5}}])"));
  look.state.containers = {running("web")};
  look.probes["web-0"].liveness = false;
  EXPECT_THAT(look.actions(), ElementsAre("kill web 5: Container web failed liveness probe, will be restarted"));
  look.memory.killing = {"web-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, says_nothing_of_a_restart_where_the_policy_is_never) {
  Look look(pod_with(kNever));
  look.state.containers = {running("web")};
  look.probes["web-0"].startup = false;
  EXPECT_THAT(look.actions(), ElementsAre("kill web 30: Container web failed startup probe"));
}

TEST(PodPlan, restarts_a_container_whose_image_was_changed) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web")};
  look.state.containers[0].annotations["io.kubernetes.container.hash"] =
      container_hash(look.pod["spec"]["containers"].items()[0]);
  EXPECT_THAT(look.actions(), IsEmpty());
  look.pod["spec"]["containers"].items()[0]["image"] = "web:v2";
  EXPECT_THAT(look.actions(), ElementsAre("kill web 30: Container web definition changed, will be restarted"));
}

// ---- init containers

constexpr const char* kInit = R"("initContainers":[{"name":"i1"},{"name":"i2"}],"containers":[{"name":"web"}])";

TEST(PodPlan, runs_init_containers_in_order_and_then_the_others) {
  Look look(pod_with(kInit));
  EXPECT_THAT(look.actions(), ElementsAre("start i1 0"));
  look.state.containers = {running("i1")};
  EXPECT_THAT(look.actions(), IsEmpty());
  look.state.containers = {ended("i1", 0)};
  EXPECT_THAT(look.actions(), ElementsAre("start i2 0"));
  look.state.containers = {ended("i2", 0), ended("i1", 0)};
  EXPECT_THAT(look.actions(), ElementsAre("start web 0"));
  look.state.containers = {running("web"), ended("i2", 0), ended("i1", 0)};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, runs_a_failed_init_container_again_unless_the_policy_is_never) {
  Look look(pod_with(kInit));
  look.state.containers = {ended("i1", 1)};
  EXPECT_THAT(look.actions(), ElementsAre("start i1 1"));
  Look never(pod_with(std::string(R"("restartPolicy":"Never",)") + kInit));
  never.state.containers = {ended("i1", 1)};
  EXPECT_THAT(never.actions(), IsEmpty());
}

TEST(PodPlan, believes_that_an_init_container_succeeded_when_a_later_one_ran) {
  Look look(pod_with(kInit));
  look.state.containers = {ended("i2", 0)};
  EXPECT_THAT(look.actions(), ElementsAre("start web 0"));
}

constexpr const char* kSidecar =
    R"("initContainers":[{"name":"side","restartPolicy":"Always","startupProbe":{}},{"name":"i2"}],"containers":[{"name":"web"}])";

TEST(PodPlan, waits_for_a_sidecar_to_have_started_and_keeps_it_running) {
  Look look(pod_with(kSidecar));
  look.state.containers = {running("side")};
  EXPECT_THAT(look.actions(), IsEmpty());
  look.probes["side-0"].startup = true;
  EXPECT_THAT(look.actions(), ElementsAre("start i2 0"));
  look.state.containers = {running("web"), ended("i2", 0), ended("side", 0)};
  EXPECT_THAT(look.actions(), ElementsAre("start side 1"));
}

TEST(PodPlan, ends_sidecars_when_the_others_have_ended_for_good) {
  Look look(pod_with(std::string(R"("restartPolicy":"Never",)") + kSidecar));
  look.probes["side-0"].startup = true;
  look.state.containers = {ended("web", 0), ended("i2", 0), running("side")};
  EXPECT_THAT(look.actions(), ElementsAre("kill side 30: Stopping container side"));
}

// ---- the end

TEST(PodPlan, drains_then_kills_then_stops_the_sandbox_then_deletes) {
  Look look(pod_with(kOne, kDeleted));
  look.state.containers = {running("web")};
  look.memory.drained = false;
  EXPECT_THAT(look.actions(), ElementsAre("drain"));
  look.memory.draining = true;
  EXPECT_THAT(look.actions(), IsEmpty());
  look.memory.drained = true;
  EXPECT_THAT(look.actions(), ElementsAre("kill web 30: Stopping container web"));
  look.memory.killing = {"web-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
  look.state.containers = {ended("web", 143)};
  look.memory.killing.clear();
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.memory.stopped_sandboxes = {"sandbox-0"};
  const PodPlan early = look.plan();
  EXPECT_TRUE(early.over);
  EXPECT_THAT(words_of(early), IsEmpty());
  EXPECT_EQ(early.look_again, kTestNow + kSecond) << "when it is told";
  // Its last status, which says that it has ended, comes back meanwhile: that does not shorten the wait.
  look.memory = early.memory;
  const auto running_pod = look.pod;
  look.pod["status"]["phase"] = "Succeeded";
  EXPECT_THAT(look.actions(), IsEmpty());
  look.pod = running_pod;
  look.memory.deletion_seen = kTestNow - 2 * kSecond;
  EXPECT_THAT(look.actions(), ElementsAre("delete", "clean-up"));
}

TEST(PodPlan, ends_sidecars_after_the_others_the_last_one_first) {
  Look look(
      pod_with(R"("initContainers":[{"name":"s1","restartPolicy":"Always"},{"name":"s2","restartPolicy":"Always"}],
                        "containers":[{"name":"a"},{"name":"b"}])",
               kDeleted));
  look.state.containers = {running("b"), running("a"), running("s2"), running("s1")};
  EXPECT_THAT(look.actions(), ElementsAre("kill b 30: Stopping container b", "kill a 30: Stopping container a"));
  look.state.containers = {ended("b", 0), ended("a", 0), running("s2"), running("s1")};
  EXPECT_THAT(look.actions(), ElementsAre("kill s2 30: Stopping container s2"));
  look.state.containers = {ended("b", 0), ended("a", 0), ended("s2", 0), running("s1")};
  EXPECT_THAT(look.actions(), ElementsAre("kill s1 30: Stopping container s1"));
}

TEST(PodPlan, does_not_restart_what_ends_in_a_deleted_pod) {
  Look look(pod_with(R"("containers":[{"name":"a"},{"name":"b"}])", kDeleted));
  look.state.containers = {ended("a", 1), running("b")};
  look.memory.killing = {"b-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, waits_for_a_start_that_is_under_way_before_it_deletes) {
  Look look(pod_with(kOne, kDeleted));
  look.memory.starting = "web";
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, tells_of_the_end_of_a_deleted_pod_a_second_after_the_deletion) {
  Look look(pod_with(kOne, kDeleted));
  look.state.containers = {running("web")};
  const runtime::TimeNs deleted = look.now;
  PodPlan plan = look.plan();
  EXPECT_FALSE(plan.tell);
  look.memory = plan.memory;
  look.memory.stopped_sandboxes = {"sandbox-0"};
  look.state.containers = {ended("web", 0)};
  look.now = deleted + 300 * runtime::kMillisecond;
  plan = look.plan();
  EXPECT_FALSE(plan.tell);
  EXPECT_EQ(plan.look_again, deleted + runtime::kSecond);
  look.now = deleted + runtime::kSecond;
  plan = look.plan();
  EXPECT_TRUE(plan.tell);
  EXPECT_TRUE(plan.over);
  EXPECT_EQ(plan.look_again, deleted + 2 * runtime::kSecond) << "when its object goes";
}

TEST(PodPlan, tells_at_once_of_a_deleted_pod_that_never_ran_or_had_ended) {
  Look never(pod_with(kOne, kDeleted));
  EXPECT_TRUE(never.plan().tell);
  Look before(pod_with(kNever, kDeleted, R"({"phase":"Succeeded"})"));
  before.state.containers = {ended("web", 0)};
  EXPECT_TRUE(before.plan().tell);
}

TEST(PodPlan, gives_at_least_two_seconds) {
  Look look(pod_with(kOne, R"("deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":0)"));
  look.state.containers = {running("web")};
  EXPECT_THAT(look.actions(), ElementsAre("kill web 2: Stopping container web"));
}

TEST(PodPlan, stops_the_sandbox_of_a_finished_pod_and_keeps_its_containers) {
  Look look(pod_with(kNever, "", R"({"phase":"Succeeded"})"));
  look.state.containers = {ended("web", 0)};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
}

// ---- mending

TEST(PodPlan, makes_a_new_sandbox_when_the_old_one_died) {
  Look look(pod_with(kOne));
  look.state.sandboxes = {sandbox(false)};
  look.state.containers = {ended("web", 255)};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.memory.stopped_sandboxes = {"sandbox-0"};
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), ElementsAre("sandbox 1"));
  ASSERT_EQ(plan.events.size(), 1U);
  EXPECT_EQ(plan.events[0].message, "Pod sandbox changed, it will be killed and re-created.");
}

TEST(PodPlan, leaves_the_stopped_sandbox_alone_while_the_new_one_is_made) {
  Look look(pod_with(kOne));
  look.state.sandboxes = {sandbox(false)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  look.memory.making_sandbox = true;
  EXPECT_THAT(look.actions(), IsEmpty());
  look.memory.making_sandbox = false;
  look.state.sandboxes = {sandbox(true, 1), sandbox(false)};
  EXPECT_THAT(look.actions(), ElementsAre("start web 0", "remove sandbox-0"));
}

TEST(PodPlan, starts_nothing_in_a_sandbox_that_was_stopped_whatever_a_late_status_says) {
  Look look(pod_with(kOne));
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), ElementsAre("sandbox 1"));
}

TEST(PodPlan, stops_every_sandbox_where_two_are_ready) {
  Look look(pod_with(kOne));
  look.state.sandboxes = {sandbox(true, 1), sandbox(true, 0)};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.memory.stopped_sandboxes = {"sandbox-1"};
  EXPECT_THAT(look.actions(), ElementsAre("stop-sandbox"));
  look.memory.stopped_sandboxes = {"sandbox-1", "sandbox-0"};
  EXPECT_THAT(look.actions(), ElementsAre("sandbox 2"));
}

TEST(PodPlan, makes_no_new_sandbox_for_a_pod_that_ran_to_its_end) {
  Look look(pod_with(kNever));
  look.state.sandboxes = {sandbox(false)};
  look.state.containers = {ended("web", 0)};
  look.memory.stopped_sandboxes = {"sandbox-0"};
  EXPECT_THAT(look.actions(), IsEmpty());
}

TEST(PodPlan, keeps_the_newest_two_of_a_containers_instances) {
  Look look(pod_with(kOne));
  look.state.containers = {running("web", 3), ended("web", 1, 2), ended("web", 1, 1), ended("web", 1, 0)};
  EXPECT_THAT(look.actions(), ElementsAre("remove web-1", "remove web-0"));
}

TEST(PodPlan, counts_restarts_on_when_the_runtime_was_emptied) {
  Look look(
      pod_with(kOne, "", R"({"containerStatuses":[{"name":"web","containerID":"containerd://x","restartCount":2}]})"));
  EXPECT_THAT(look.actions(), ElementsAre("start web 3"));
  look.pod["status"]["containerStatuses"].items()[0].erase("containerID");
  EXPECT_THAT(look.actions(), ElementsAre("start web 2"));
}

TEST(PodPlan, waits_after_an_error_that_is_no_crash) {
  Look look(pod_with(kOne));
  look.memory.retry_at["web"] = kTestNow + 3 * kSecond;
  const PodPlan plan = look.plan();
  EXPECT_THAT(words_of(plan), IsEmpty());
  EXPECT_EQ(plan.look_again, kTestNow + 3 * kSecond);
}

}  // namespace
}  // namespace proa::node
