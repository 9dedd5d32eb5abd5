// A node makes itself known, says how it is, and shows that it lives.
#include "node/node_heartbeat.h"

#include <gmock/gmock.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "node/node_object.h"
#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using client::resources::kLeases;
using client::resources::kNodes;
using object::Document;
using object::Value;
using object::View;
using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;

NodeSettings settings() {
  NodeSettings out;
  out.name = out.hostname = "node";
  out.ip = "192.0.2.1";
  out.milli_cpu = 3500;
  out.memory_bytes = 8LL << 30;
  out.ephemeral_bytes = 100LL << 30;
  out.pod_cidr = "10.244.0.0/24";
  return out;
}

NodeState ready() {
  NodeState out;
  out.ready = true;
  out.info = json(R"({"kubeletVersion":"v1.36.3"})");
  return out;
}

NodeState not_ready(const char* why) {
  NodeState out = ready();
  out.ready = false;
  out.not_ready_reason = why;
  return out;
}

class NodeHeartbeatTest : public testing::Test {
 protected:
  void start() {
    heartbeat_ = std::make_unique<NodeHeartbeat>(settings_, client_, executor_);
    heartbeat_->start(ready(), [this](const Result<void>& how) { registered_ += how ? 1 : 100; });
    executor_.settle();
  }
  Document node() const { return client_.find(kNodes, "", "node"); }
  Document lease() const { return client_.find(kLeases, "kube-node-lease", "node"); }
  std::string renewed() const { return lease()["spec"]["renewTime"].str(); }
  /// What was written since the last call.
  std::vector<std::string> writes() { return std::exchange(client_.writes, {}); }

  client::FakeExecutor executor_;
  client::FakeClient client_{executor_};
  const NodeSettings settings_ = settings();
  std::unique_ptr<NodeHeartbeat> heartbeat_;
  int registered_ = 0;
};

TEST_F(NodeHeartbeatTest, registers_a_node_with_its_labels_range_and_amounts) {
  start();
  EXPECT_EQ(registered_, 1);
  ASSERT_TRUE(node());
  EXPECT_EQ(node()["metadata"]["labels"]["kubernetes.io/hostname"].as_string(), "node");
  EXPECT_EQ(node()["spec"]["podCIDR"].as_string(), "10.244.0.0/24");
  EXPECT_EQ(object::to_json(node()["status"]["capacity"]),
            R"({"cpu":"3500m","ephemeral-storage":"104857600Ki","hugepages-1Gi":"0","hugepages-2Mi":"0",)"
            R"("memory":"8388608Ki","pods":"110"})");
  EXPECT_EQ(object::to_json(node()["status"]["addresses"]),
            R"([{"type":"InternalIP","address":"192.0.2.1"},{"type":"Hostname","address":"node"}])");
}

TEST_F(NodeHeartbeatTest, tells_each_condition_in_the_kubelets_words) {
  start();
  std::vector<std::string> words;
  for (View each : node()["status"]["conditions"].items())
    words.push_back(each["type"].str() + "=" + each["status"].str() + " " + each["reason"].str() + ": " +
                    each["message"].str());
  EXPECT_THAT(words,
              ElementsAre("MemoryPressure=False KubeletHasSufficientMemory: kubelet has sufficient memory available",
                          "DiskPressure=False KubeletHasNoDiskPressure: kubelet has no disk pressure",
                          "PIDPressure=False KubeletHasSufficientPID: kubelet has sufficient PID available",
                          "Ready=True KubeletReady: kubelet is posting ready status"));
}

TEST_F(NodeHeartbeatTest, writes_its_status_on_change_and_every_five_minutes) {
  start();
  writes();
  heartbeat_->update(ready());
  executor_.settle();
  EXPECT_THAT(writes(), IsEmpty()) << "nothing is new";
  heartbeat_->update(not_ready("container runtime is down"));
  executor_.settle();
  EXPECT_THAT(writes(), testing::SizeIs(1));
  EXPECT_EQ(condition(node()["status"], "Ready")["message"].as_string(), "container runtime is down");
  EXPECT_EQ(condition(node()["status"], "Ready")["reason"].as_string(), "KubeletNotReady");
  executor_.advance(299 * kSecond);
  const std::string before = condition(node()["status"], "Ready")["lastHeartbeatTime"].str();
  executor_.advance(2 * kSecond);
  EXPECT_NE(condition(node()["status"], "Ready")["lastHeartbeatTime"].str(), before);
}

TEST_F(NodeHeartbeatTest, keeps_the_time_of_a_condition_until_it_turns) {
  start();
  const std::string since = condition(node()["status"], "Ready")["lastTransitionTime"].str();
  executor_.advance(400 * kSecond);
  EXPECT_EQ(condition(node()["status"], "Ready")["lastTransitionTime"].str(), since);
  heartbeat_->update(not_ready("x"));
  executor_.settle();
  EXPECT_NE(condition(node()["status"], "Ready")["lastTransitionTime"].str(), since);
  EXPECT_EQ(condition(node()["status"], "DiskPressure")["lastTransitionTime"].str(), since);
}

TEST_F(NodeHeartbeatTest, leaves_what_others_wrote_of_the_node) {
  client_.put(kNodes, json(R"({"metadata":{"name":"node","labels":{"mine":"yes"}},"spec":{"unschedulable":true},
    "status":{"conditions":[{"type":"NetworkUnavailable","status":"False"}]}})"));
  start();
  EXPECT_EQ(registered_, 1);
  EXPECT_EQ(node()["metadata"]["labels"]["mine"].as_string(), "yes");
  EXPECT_TRUE(node()["spec"]["unschedulable"].as_bool());
  EXPECT_EQ(condition(node()["status"], "NetworkUnavailable")["status"].as_string(), "False");
  EXPECT_EQ(condition(node()["status"], "Ready")["status"].as_string(), "True");
}

TEST_F(NodeHeartbeatTest, renews_its_lease_every_ten_seconds_for_forty) {
  start();
  EXPECT_EQ(lease()["spec"]["holderIdentity"].as_string(), "node");
  EXPECT_EQ(lease()["spec"]["leaseDurationSeconds"].as_int(), 40);
  EXPECT_EQ(lease()["metadata"]["ownerReferences"].at(0)["uid"].as_string(), node()["metadata"]["uid"].as_string());
  for (int i = 0; i < 3; ++i) {
    const std::string before = renewed();
    executor_.advance(10 * kSecond);
    EXPECT_GT(renewed(), before);
  }
}

TEST_F(NodeHeartbeatTest, takes_over_the_lease_that_it_had) {
  client_.put(kLeases, json(R"({"metadata":{"name":"node","namespace":"kube-node-lease"},
    "spec":{"holderIdentity":"node","renewTime":"2020-01-01T00:00:00.000000Z"}})"));
  start();
  EXPECT_GT(renewed(), "2026");
}

TEST_F(NodeHeartbeatTest, makes_its_lease_anew_when_somebody_deleted_it) {
  start();
  client_.erase(kLeases, "kube-node-lease", "node");
  executor_.advance(25 * kSecond);
  EXPECT_TRUE(lease());
}

TEST_F(NodeHeartbeatTest, comes_back_when_somebody_deleted_the_node) {
  start();
  client_.erase(kNodes, "", "node");
  executor_.advance(310 * kSecond);
  ASSERT_TRUE(node());
  EXPECT_EQ(condition(node()["status"], "Ready")["status"].as_string(), "True");
  EXPECT_EQ(registered_, 1) << "it was told once";
}

TEST_F(NodeHeartbeatTest, writes_again_what_met_a_conflict) {
  start();
  int conflicts = 2;
  client_.refuse = [&](std::string_view verb, const client::Resource& resource,
                       std::string_view) -> std::optional<Status> {
    if (verb == "update" && resource == kNodes && conflicts-- > 0)
      return base::modified_conflict({"", "nodes"}, "node");
    return std::nullopt;
  };
  heartbeat_->update(not_ready("x"));
  executor_.advance(kSecond);
  EXPECT_EQ(condition(node()["status"], "Ready")["status"].as_string(), "False");
}

TEST_F(NodeHeartbeatTest, goes_on_trying_while_the_api_does_not_answer) {
  bool down = true;
  client_.refuse = [&](std::string_view, const client::Resource&, std::string_view) -> std::optional<Status> {
    if (down) return Status{.code = 503, .reason = "ServiceUnavailable", .message = "starting"};
    return std::nullopt;
  };
  start();
  executor_.advance(30 * kSecond);
  EXPECT_EQ(registered_, 0);
  down = false;
  executor_.advance(10 * kSecond);
  EXPECT_EQ(registered_, 1);
  EXPECT_TRUE(lease());
}

}  // namespace
}  // namespace proa::node
