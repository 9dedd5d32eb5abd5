// The agent with a made-up runtime, API and clock: whole lives of pods, without a sleep.
#include "node/agent.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "node/agent_testing.h"
#include "node/pod_worker.h"
#include "object/meta.h"

namespace proa::node {
namespace {

using client::resources::kPods;
using object::Document;
using object::Value;
using object::View;
using runtime::kSecond;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AgentTest, registers_a_ready_node_and_renews_its_lease) {
  EXPECT_TRUE(ready_);
  const Document node = client_.find(client::resources::kNodes, "", "node");
  ASSERT_TRUE(node);
  EXPECT_EQ(condition(node["status"], "Ready")["message"].as_string(), "kubelet is posting ready status");
  EXPECT_EQ(node["status"]["capacity"]["cpu"].as_string(), "4");
  const std::string first =
      client_.find(client::resources::kLeases, "kube-node-lease", "node")["spec"]["renewTime"].str();
  const size_t writes = client_.writes.size();
  executor_.advance(30 * kSecond);
  EXPECT_NE(client_.find(client::resources::kLeases, "kube-node-lease", "node")["spec"]["renewTime"].str(), first);
  EXPECT_EQ(client_.writes.size() - writes, 3U) << "an idle node writes its lease and nothing else";
}

TEST_F(AgentTest, runs_a_pod_and_tells_each_step) {
  put("web");
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_EQ(condition(pod("web")["status"], "Ready")["status"].as_string(), "False") << "it may end at once";
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  executor_.advance(kSecond);
  EXPECT_EQ(condition(pod("web")["status"], "Ready")["status"].as_string(), "True");
  const auto messages = event_messages();
  for (const char* each : {"Container image \"app\" already present on machine and can be accessed by the pod",
                           "Container created", "Container started"})
    EXPECT_THAT(messages, Contains(each));
}

TEST_F(AgentTest, ends_a_pod_with_its_grace_and_then_deletes_the_object) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.stop_delay = 5 * kSecond}; });
  put("web");
  remove("web");
  EXPECT_TRUE(object::is_deleting(pod("web").root()));
  EXPECT_THAT(runtime_.calls(), Contains("stop main 30"));
  executor_.advance(4 * kSecond);
  EXPECT_TRUE(pod("web"));
  executor_.advance(2 * kSecond);
  EXPECT_FALSE(pod("web"));
  EXPECT_THAT(runtime_.running(), IsEmpty());
  EXPECT_EQ(agent_->worker("default", "web"), nullptr);
}

TEST_F(AgentTest, restarts_what_crashes_after_growing_pauses) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.ends_after = kSecond, .exit_code = 1}; });
  put("web");
  const auto restarts = [&] { return main_of(pod("web"))["restartCount"].as_int(); };
  executor_.advance(2 * kSecond);  // ends at 1 s, starts again at once
  EXPECT_EQ(restarts(), 1);
  executor_.advance(3 * kSecond);  // ends at 2 s, waits until 12 s
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "CrashLoopBackOff");
  executor_.advance(8 * kSecond);
  EXPECT_EQ(restarts(), 2);
  executor_.advance(15 * kSecond);  // ended at 13 s, waits until 33 s
  EXPECT_EQ(restarts(), 2);
  executor_.advance(8 * kSecond);
  EXPECT_EQ(restarts(), 3);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, sees_the_end_of_a_container_that_ends_at_once) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.ends_after = 0, .exit_code = 127}; });
  put("web");
  executor_.advance(3 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "CrashLoopBackOff");
  EXPECT_EQ(std::ranges::count(runtime_.calls(), "start main"), 2);
}

TEST_F(AgentTest, a_job_like_pod_runs_to_its_end) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.ends_after = kSecond}; });
  put("job", R"("restartPolicy":"Never","containers":[{"name":"main","image":"app"}])");
  executor_.advance(3 * kSecond);
  EXPECT_EQ(phase("job"), "Succeeded");
  EXPECT_EQ(main_of(pod("job"))["state"]["terminated"]["reason"].as_string(), "Completed");
  remove("job");
  EXPECT_FALSE(pod("job"));
}

TEST_F(AgentTest, says_why_an_image_can_not_be_had_and_tries_again) {
  runtime_.set_missing_image("app:latest");
  put("web");
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "ErrImagePull");
  executor_.advance(4 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "ImagePullBackOff");
  EXPECT_THAT(main_of(pod("web"))["state"]["waiting"]["message"].str(),
              HasSubstr("Back-off pulling image \"app\": ErrImagePull: "));
  runtime_.set_missing_image("app:latest", false);
  executor_.advance(12 * kSecond);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, waits_for_a_configmap_that_the_environment_needs) {
  put("web", R"("containers":[{"name":"main","image":"app","envFrom":[{"configMapRef":{"name":"settings"}}]}])");
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "CreateContainerConfigError");
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["message"].as_string(), "configmap \"settings\" not found");
  client_.put(client::resources::kConfigMaps,
              json(R"({"metadata":{"name":"settings","namespace":"default"},"data":{"A":"1"}})"));
  executor_.advance(5 * kSecond);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, kills_what_fails_its_liveness_probe) {
  int answer = 0;
  runtime_.on_exec([&](const std::string&, const auto&) { return cri::ExecResult{"", "no", answer}; });
  put("web",
      R"("containers":[{"name":"main","image":"app","livenessProbe":{"exec":{"command":["check"]},"periodSeconds":2,"failureThreshold":2}}])");
  executor_.advance(10 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 0);
  answer = 1;
  executor_.advance(5 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
  const auto messages = event_messages();
  EXPECT_THAT(messages, Contains("Liveness probe failed: no"));
  EXPECT_THAT(messages, Contains("Container main failed liveness probe, will be restarted"));
}

TEST_F(AgentTest, a_forced_deletion_ends_containers_at_once) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.stop_delay = 60 * kSecond}; });
  put("web");
  remove("web");
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  client_.erase(kPods, "default", "web");
  executor_.advance(3 * kSecond);
  EXPECT_THAT(runtime_.running(), IsEmpty());
}

TEST_F(AgentTest, adopts_containers_and_removes_orphans_after_a_restart) {
  put("kept");
  put("lost");
  const std::string id = main_of(pod("kept"))["containerID"].str();
  agent_.reset();
  client_.erase(kPods, "default", "lost");
  start();
  executor_.advance(kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("kept/main"));
  EXPECT_EQ(main_of(pod("kept"))["containerID"].str(), id);
  EXPECT_EQ(main_of(pod("kept"))["restartCount"].as_int(), 0);
}

TEST_F(AgentTest, sees_an_end_of_which_it_is_told_before_it_has_taken_the_container_over) {
  put("web");
  agent_.reset();
  runtime_.lag = kSecond / 2;
  executor_.after(kSecond / 4, [this] { runtime_.kill(runtime_.running_ids().front(), 1); });
  start();
  executor_.advance(10 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
}

TEST_F(AgentTest, mends_pods_after_a_power_cut) {
  put("web");
  agent_.reset();
  runtime_.power_cut();
  start();
  executor_.advance(12 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, makes_one_sandbox_after_a_power_cut_whatever_happens_to_the_object_meanwhile) {
  put("web");
  agent_.reset();
  runtime_.power_cut();
  runtime_.set_sandbox(3 * kSecond);
  start();
  for (int i = 0; i < 3; ++i) {
    client_.edit(kPods, "default", "web", [i](Value& value) { value["metadata"]["labels"]["n"] = std::to_string(i); });
    executor_.advance(kSecond / 2);
  }
  executor_.advance(10 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  EXPECT_EQ(std::ranges::count(runtime_.calls(), "sandbox web"), 2) << "one before the cut and one after it";
  EXPECT_EQ(std::ranges::count(runtime_.calls(), "stop-sandbox web"), 1);
}

TEST_F(AgentTest, sees_the_end_of_a_container_though_the_runtime_did_not_answer_at_first) {
  put("web");
  runtime_.set_down("connection refused");
  runtime_.kill(runtime_.running_ids().front(), 1);
  executor_.advance(kSecond / 10);
  client_.edit(kPods, "default", "web", [](Value& value) { value["metadata"]["labels"]["a"] = "b"; });
  executor_.advance(kSecond / 10);
  runtime_.set_down("");
  executor_.advance(3 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
}

TEST_F(AgentTest, sees_within_seconds_what_a_runtime_that_was_away_does_not_tell) {
  put("web");
  executor_.advance(120 * kSecond);
  runtime_.mute = true;
  runtime_.come_back();
  executor_.advance(20 * kSecond);
  runtime_.kill(runtime_.running_ids().front(), 1);
  executor_.advance(3 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 1);
  executor_.advance(60 * kSecond);
  runtime_.kill(runtime_.running_ids().front(), 1);
  executor_.advance(90 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["restartCount"].as_int(), 2) << "later, within a minute and the back-off";
}

TEST_F(AgentTest, runs_on_when_a_status_write_meets_a_conflict) {
  int conflicts = 3;
  client_.refuse = [&](std::string_view verb, const client::Resource& resource,
                       std::string_view) -> std::optional<Status> {
    if (verb == "update" && resource == kPods && conflicts-- > 0) return base::modified_conflict({"", "pods"}, "web");
    return std::nullopt;
  };
  put("web");
  executor_.advance(kSecond);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, reports_a_runtime_that_is_down_and_its_return) {
  runtime_.set_down("connection refused");
  executor_.advance(70 * kSecond);  // noticed within a minute
  const auto ready = [&] {
    return condition(client_.find(client::resources::kNodes, "", "node")["status"], "Ready")["status"].str();
  };
  EXPECT_EQ(ready(), "True") << "a restart of the runtime takes less than half a minute";
  executor_.advance(30 * kSecond);
  EXPECT_EQ(ready(), "False");
  runtime_.set_down("");
  executor_.advance(2 * kSecond);
  EXPECT_EQ(ready(), "True");
}

TEST_F(AgentTest, leaves_no_sandbox_of_a_pod_that_is_gone) {
  put("web");
  put("stays");
  remove("web");
  executor_.advance(3 * kSecond);
  EXPECT_THAT(sandboxes(), ElementsAre("stays"));
}

TEST_F(AgentTest, removes_a_sandbox_that_belongs_to_no_pod_within_a_minute) {
  put("stays");
  cri::SandboxConfig lost;  // its removal failed, when the runtime was away
  lost.name = "lost";
  lost.uid = "uid-lost";
  runtime_.run_pod_sandbox(lost, [](const Result<std::string>&) {});
  EXPECT_THAT(sandboxes(), ElementsAre("lost", "stays"));
  executor_.advance(60 * kSecond);
  EXPECT_THAT(sandboxes(), ElementsAre("stays"));
  EXPECT_THAT(runtime_.running(), ElementsAre("stays/main"));
}

TEST_F(AgentTest, a_second_deletion_with_less_grace_hurries_the_first) {
  runtime_.on_start([](const auto&, const auto&) { return cri::FakeLife{.stop_delay = 60 * kSecond}; });
  put("web");
  remove("web");
  executor_.advance(kSecond);
  client_.edit(kPods, "default", "web", [](Value& value) { value["metadata"]["deletionGracePeriodSeconds"] = 5; });
  executor_.advance(kSecond / 10);
  EXPECT_THAT(runtime_.calls(), Contains("stop main 5"));
  executor_.advance(8 * kSecond);
  EXPECT_FALSE(pod("web"));
  EXPECT_THAT(runtime_.running(), IsEmpty());
}

TEST_F(AgentTest, pulls_another_image_at_once_whatever_happened_to_the_last) {
  runtime_.set_missing_image("typo:latest");
  put("web", R"("containers":[{"name":"main","image":"typo"}])");
  executor_.advance(120 * kSecond);
  EXPECT_EQ(main_of(pod("web"))["state"]["waiting"]["reason"].as_string(), "ImagePullBackOff");
  client_.edit(kPods, "default", "web", [](Value& value) { value["spec"]["containers"].items()[0]["image"] = "app"; });
  executor_.advance(2 * kSecond);
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(AgentTest, ends_a_pod_at_its_deadline) {
  put("web", R"("activeDeadlineSeconds":30,"containers":[{"name":"main","image":"app"}])");
  executor_.advance(25 * kSecond);
  EXPECT_EQ(phase("web"), "Running");
  executor_.advance(10 * kSecond);
  EXPECT_THAT(runtime_.running(), IsEmpty());
  EXPECT_EQ(phase("web"), "Failed");
  EXPECT_EQ(pod("web")["status"]["reason"].as_string(), "DeadlineExceeded");
  EXPECT_EQ(std::ranges::count(event_messages(), "Pod was active on the node longer than the specified deadline"), 1);
  executor_.advance(60 * kSecond);
  EXPECT_EQ(std::ranges::count(runtime_.calls(), "start main"), 1);
}

TEST_F(AgentTest, says_that_no_sandbox_can_be_made_for_too_long_a_name) {
  put("web", R"("hostname":"h","subdomain":"a-subdomain-of-so-many-letters-that-it-does-not-fit",
    "setHostnameAsFQDN":true,"containers":[{"name":"main","image":"app"}])");
  EXPECT_THAT(event_messages(), Contains(HasSubstr("Failed to create pod sandbox: failed to construct FQDN from pod")));
  EXPECT_THAT(runtime_.calls(), IsEmpty());
  remove("web");
  executor_.advance(kSecond);
  EXPECT_FALSE(pod("web"));
}

TEST_F(AgentTest, says_what_a_postStart_hook_that_failed_wrote_and_kills_its_container) {
  runtime_.on_exec([&](const std::string&, const auto&) { return cri::ExecResult{"out", "err\n", 3}; });
  put("web",
      R"("containers":[{"name":"main","image":"app","lifecycle":{"postStart":{"exec":{"command":["sh","-c","x"]}}}}])");
  const View waiting = main_of(pod("web"))["state"]["waiting"];
  EXPECT_EQ(waiting["reason"].as_string(), "PostStartHookError");
  EXPECT_EQ(waiting["message"].as_string(),
            "Exec lifecycle hook ([sh -c x]) for Container \"main\" in Pod \"web_default(uid-web)\" failed - error: "
            "command 'sh -c x' exited with 3: err\n, message: \"outerr\\n\"");
  EXPECT_THAT(event_messages(), testing::IsSupersetOf({"PostStartHook failed", "FailedPostStartHook"}));
  EXPECT_THAT(runtime_.running(), IsEmpty());
}

TEST_F(AgentTest, runs_hooks_and_gives_what_is_left_of_the_grace) {
  std::vector<std::string> hooks;
  runtime_.on_exec([&](const std::string&, const std::vector<std::string>& command) {
    hooks.push_back(command.front());
    return cri::ExecResult{};
  });
  put("web",
      R"("containers":[{"name":"main","image":"app","lifecycle":{"postStart":{"exec":{"command":["hello"]}},"preStop":{"sleep":{"seconds":10}}}}])");
  EXPECT_THAT(hooks, ElementsAre("hello"));
  remove("web");
  executor_.advance(9 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/main"));
  executor_.advance(2 * kSecond);
  EXPECT_THAT(runtime_.calls(), Contains("stop main 20"));
  EXPECT_FALSE(pod("web"));
}

}  // namespace
}  // namespace proa::node
