#include "node/pod_publisher.h"

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "node/pod_fixture.h"
#include "object/meta.h"

namespace proa::node {
namespace {

using client::resources::kPods;
using object::Document;
using object::Value;
using runtime::kSecond;

class PodPublisherTest : public testing::Test {
 protected:
  PodPublisherTest() : look_(pod_with(R"("containers":[{"name":"web","image":"web:v1"}])")) {
    look_.state.containers = {running("web")};
    pod_ = client_.put(kPods, look_.pod);
    // As a worker does: whatever it is told, it wishes again, unless it would do so for ever.
    publisher_.on_published([this](Document fresh) {
      ++told_;
      if (fresh) pod_ = std::move(fresh);
      if (told_ < 1000) publish();
    });
    client_.refuse = [this](std::string_view verb, const client::Resource&, std::string_view) -> std::optional<Status> {
      if (verb != "update") return std::nullopt;
      ++writes_;
      if (conflicts_-- <= 0) return std::nullopt;
      return base::modified_conflict({"", "pods"}, "web");
    };
  }
  void publish() {
    look_.pod = pod_.root().to_value();
    publisher_.publish(pod_, look_.input(), false);
  }

  client::FakeExecutor executor_;
  client::FakeClient client_{executor_};
  PodPublisher publisher_{client_, executor_};
  Look look_;
  Document pod_;
  int told_ = 0, writes_ = 0, conflicts_ = 0;
};

TEST_F(PodPublisherTest, writes_what_differs_once) {
  publish();
  EXPECT_FALSE(publisher_.settled());
  executor_.settle();
  EXPECT_TRUE(publisher_.settled());
  EXPECT_EQ(client_.find(kPods, "default", "web")["status"]["phase"].as_string(), "Running");
  EXPECT_EQ(writes_, 1);
}

TEST_F(PodPublisherTest, reads_again_at_once_after_a_conflict) {
  client_.edit(kPods, "default", "web", [](Value& value) { value["metadata"]["labels"]["a"] = "b"; });
  publish();
  executor_.settle();
  EXPECT_TRUE(publisher_.settled());
  EXPECT_EQ(writes_, 2);
  EXPECT_EQ(pod_["metadata"]["labels"]["a"].as_string(), "b");
}

TEST_F(PodPublisherTest, pauses_longer_and_longer_when_conflicts_go_on) {
  conflicts_ = 1'000'000;
  publish();
  executor_.settle();
  EXPECT_EQ(writes_, 2);
  executor_.advance(10 * kSecond);
  EXPECT_LE(writes_, 15);
  EXPECT_FALSE(publisher_.settled());
  conflicts_ = 0;
  executor_.advance(3 * kSecond);
  EXPECT_TRUE(publisher_.settled());
}

TEST_F(PodPublisherTest, begins_with_a_short_pause_again_after_a_success) {
  conflicts_ = 4;
  publish();
  executor_.advance(kSecond);
  ASSERT_TRUE(publisher_.settled());
  conflicts_ = 1;
  look_.state.containers = {ended("web", 1)};
  publish();
  executor_.settle();
  EXPECT_TRUE(publisher_.settled());
}

TEST_F(PodPublisherTest, leaves_a_new_pod_of_the_same_name_alone) {
  client_.erase(kPods, "default", "web");
  Value other = look_.pod;
  other["metadata"]["uid"] = "u2";
  client_.put(kPods, std::move(other));
  publish();
  executor_.advance(10 * kSecond);
  EXPECT_TRUE(publisher_.settled());
  EXPECT_EQ(writes_, 1);
  EXPECT_EQ(told_, 0) << "the informer tells of the end";
}

}  // namespace
}  // namespace proa::node
