#include "client/event_recorder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/event_correlator.h"
#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "object/json.h"

namespace proa::client {
namespace {

using object::Document;
using object::Value;

struct EventRecorderTest : testing::Test {
  FakeExecutor executor;
  FakeClient client{executor};
  EventRecorder recorder{client, executor, "deployment-controller"};
  Document web;

  void SetUp() override {
    web = client.put(resources::kDeployments,
                     *object::parse_json(R"({"metadata": {"name": "web", "namespace": "default"}})"));
  }
  void record(std::string_view message) {
    recorder.record(web.root(), "Normal", "ScalingReplicaSet", message);
    executor.settle();
  }
  std::vector<Document> events() { return client.all(resources::kEvents); }
};

TEST_F(EventRecorderTest, writes_an_event_about_an_object) {
  record("Scaled up replica set web-1 from 0 to 3");
  ASSERT_EQ(events().size(), 1u);
  const object::View event = events()[0].root();
  EXPECT_EQ(event["metadata"]["name"].str(), fmt::format("web.{:x}", FakeExecutor::kStart));
  EXPECT_EQ(event["involvedObject"]["kind"].as_string(), "Deployment");
  EXPECT_EQ(event["involvedObject"]["apiVersion"].as_string(), "apps/v1");
  EXPECT_EQ(event["involvedObject"]["uid"].as_string(), web["metadata"]["uid"].as_string());
  EXPECT_EQ(event["source"]["component"].as_string(), "deployment-controller");
  EXPECT_EQ(event["reportingComponent"].as_string(), "deployment-controller");
  EXPECT_EQ(event["count"].as_int(), 1);
  EXPECT_EQ(event["firstTimestamp"].as_string(), "2026-01-01T00:00:00Z");
}

TEST_F(EventRecorderTest, the_same_event_again_raises_the_count) {
  record("x");
  executor.advance(runtime::kSecond);
  record("x");
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0]["count"].as_int(), 2);
  EXPECT_EQ(events()[0]["firstTimestamp"].as_string(), "2026-01-01T00:00:00Z");
  EXPECT_EQ(events()[0]["lastTimestamp"].as_string(), "2026-01-01T00:00:01Z");
}

TEST_F(EventRecorderTest, a_raise_of_an_event_that_expired_creates_it_anew) {
  record("x");
  client.erase(resources::kEvents, "default", events()[0]["metadata"]["name"].as_string());
  record("x");
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0]["count"].as_int(), 2);
}

TEST_F(EventRecorderTest, two_events_of_one_moment_have_two_names) {
  EventRecorder other(client, executor, "replicaset-controller");
  record("x");
  record("y");
  other.record(web.root(), "Normal", "Other", "z");
  executor.settle();
  EXPECT_EQ(events().size(), 3u);
}

TEST_F(EventRecorderTest, ten_similar_events_become_one) {
  for (int i = 0; i < 12; ++i) {
    executor.advance(runtime::kMillisecond);
    record(fmt::format("message {}", i));
  }
  EXPECT_EQ(events().size(), 10u);
  EXPECT_EQ(events()[9]["message"].as_string(), "(combined from similar events): message 11");
  EXPECT_EQ(events()[9]["count"].as_int(), 3);
}

TEST(EventCorrelator, an_object_has_25_events_and_then_one_in_five_minutes) {
  EventCorrelator correlator;
  EventCorrelator::Happening event{"c", "pod", "", "Warning", "BackOff", "x", "web"};
  using What = EventCorrelator::Decision::What;
  object::TimeNs now = object::kSecondNs;
  int sent = 0;
  for (int i = 0; i < 40; ++i) sent += correlator.decide(event, now).what != What::kDrop;
  EXPECT_EQ(sent, 25);
  now += 301 * object::kSecondNs;
  EXPECT_EQ(correlator.decide(event, now).what, What::kRaise);
  EXPECT_EQ(correlator.decide(event, now).what, What::kDrop);
  event.about = "another pod";
  EXPECT_EQ(correlator.decide(event, now).what, What::kCreate);
}

TEST(Recent, forgets_what_was_used_longest_ago) {
  Recent<int> recent(2);
  recent.at("a") = 1;
  recent.at("b") = 2;
  recent.at("a");
  recent.at("c") = 3;
  EXPECT_EQ(recent.at("a"), 1);
  EXPECT_EQ(recent.at("b"), 0);
  EXPECT_EQ(recent.size(), 2u);
}

}  // namespace
}  // namespace proa::client
