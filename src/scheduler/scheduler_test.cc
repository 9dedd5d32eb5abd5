#include "scheduler/scheduler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "object/meta.h"
#include "scheduler/queue.h"
#include "scheduler/test_objects.h"

namespace proa::scheduler {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::make_node;
using testing::make_pod;
namespace resources = client::resources;

struct SchedulerTest : ::testing::Test {
  client::FakeExecutor executor;
  client::FakeClient client{executor};
  client::Informers informers{client, executor};
  Scheduler scheduler{client, informers, executor};

  void start() {
    informers.start();
    executor.settle();
    scheduler.start();
    executor.settle();
  }
  std::string node_of(std::string_view pod) {
    return client.find(resources::kPods, "default", pod)["spec"]["nodeName"].str();
  }
  std::vector<std::string> events(std::string_view pod) {
    std::vector<std::string> found;
    for (const Document& e : client.all(resources::kEvents))
      if (e["involvedObject"]["name"].as_string() == pod)
        found.push_back(fmt::format("{} {} x{}: {}", e["type"].as_string(), e["reason"].as_string(),
                                    e["count"].as_int(), e["message"].as_string()));
    return found;
  }
  View scheduled(std::string_view pod) {
    last_ = client.find(resources::kPods, "default", pod);
    return last_["status"]["conditions"].at(0);
  }

 private:
  Document last_;
};

TEST_F(SchedulerTest, binds_pods_and_tells_so) {
  client.put(resources::kNodes, make_node("n1"));
  client.put(resources::kPods, make_pod("a"));
  start();
  EXPECT_EQ(node_of("a"), "n1");
  EXPECT_EQ(events("a"), std::vector<std::string>{"Normal Scheduled x1: Successfully assigned default/a to n1"});
  EXPECT_TRUE(scheduler.idle());
  EXPECT_EQ(executor.timers(), 0u);
}

TEST_F(SchedulerTest, pods_that_are_being_bound_count) {
  client.put(resources::kNodes, make_node("n1", "1"));
  for (const char* name : {"a", "b", "c"}) client.put(resources::kPods, make_pod(name, "600m"));
  start();
  executor.advance(runtime::kMinute);
  EXPECT_EQ(!node_of("a").empty() + !node_of("b").empty() + !node_of("c").empty(), 1);
}

TEST_F(SchedulerTest, a_pod_that_fits_nowhere_is_told_and_tried_again_when_it_may_help) {
  client.put(resources::kNodes, make_node("n1", "1"));
  client.put(resources::kPods, make_pod("big", "2"));
  start();
  EXPECT_EQ(scheduled("big")["status"].as_string(), "False");
  EXPECT_EQ(scheduled("big")["reason"].as_string(), "Unschedulable");
  EXPECT_TRUE(scheduled("big")["message"].as_string().starts_with("0/1 nodes are available: 1 Insufficient cpu."));
  executor.advance(10 * runtime::kMinute);
  EXPECT_EQ(events("big").size(), 1u);
  EXPECT_TRUE(events("big")[0].starts_with("Warning FailedScheduling x1: 0/1 nodes"));
  EXPECT_EQ(executor.timers(), 0u) << "nothing is polled";
  client.put(resources::kNodes, make_node("n2", "4"));
  executor.settle();
  EXPECT_EQ(node_of("big"), "n2");
}

TEST_F(SchedulerTest, room_that_a_finished_pod_leaves_is_used) {
  client.put(resources::kNodes, make_node("n1", "1"));
  client.put(resources::kPods, make_pod("a", "600m"));
  start();
  client.put(resources::kPods, make_pod("b", "600m"));
  executor.settle();
  EXPECT_EQ(node_of("b"), "");
  client.edit(resources::kPods, "default", "a", [](Value& v) { v["status"]["phase"] = "Succeeded"; });
  executor.advance(2 * runtime::kSecond);
  EXPECT_EQ(node_of("b"), "n1");
}

TEST_F(SchedulerTest, a_pod_that_only_a_node_can_help_is_not_tried_when_others_go) {
  client.put(resources::kNodes, make_node("n1"));
  client.put(resources::kPods, make_pod("a"));
  Value picky = make_pod("picky");
  picky["spec"]["nodeSelector"]["disk"] = "ssd";
  client.put(resources::kPods, std::move(picky));
  start();
  client.erase(resources::kPods, "default", "a");
  executor.advance(runtime::kMinute);
  EXPECT_TRUE(events("picky").at(0).starts_with("Warning FailedScheduling x1"));
  client.edit(resources::kNodes, "", "n1", [](Value& v) { v["metadata"]["labels"]["disk"] = "ssd"; });
  executor.advance(runtime::kMinute);
  EXPECT_EQ(node_of("picky"), "n1");
}

TEST_F(SchedulerTest, a_failed_binding_is_tried_again) {
  int failures = 2;
  client.refuse = [&](std::string_view verb, const client::Resource& resource,
                      std::string_view) -> std::optional<Status> {
    if (verb != "create" || resource != resources::kPods || failures-- <= 0) return std::nullopt;
    return base::service_unavailable("try later");
  };
  client.put(resources::kNodes, make_node("n1"));
  client.put(resources::kPods, make_pod("a"));
  start();
  EXPECT_EQ(node_of("a"), "");
  executor.advance(10 * runtime::kSecond);
  EXPECT_EQ(node_of("a"), "n1");
}

TEST_F(SchedulerTest, leaves_alone_what_is_not_its_own) {
  client.put(resources::kNodes, make_node("n1"));
  Value other = make_pod("other"), gated = make_pod("gated"), going = make_pod("going");
  other["spec"]["schedulerName"] = "mine";
  gated["spec"]["schedulingGates"] = testing::json(R"([{"name": "wait"}])");
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  for (Value* pod : {&other, &gated, &going}) client.put(resources::kPods, *pod);
  start();
  for (const char* name : {"other", "gated", "going"}) EXPECT_EQ(node_of(name), "") << name;
  client.edit(resources::kPods, "default", "gated", [](Value& v) { v["spec"].erase("schedulingGates"); });
  executor.settle();
  EXPECT_EQ(node_of("gated"), "n1");
}

TEST_F(SchedulerTest, higher_priority_goes_first) {
  Value high = make_pod("z-high", "600m");
  high["spec"]["priority"] = 100;
  client.put(resources::kPods, make_pod("a-low", "600m"));
  client.put(resources::kPods, std::move(high));
  start();
  client.put(resources::kNodes, make_node("n1", "1"));
  executor.advance(runtime::kMinute);
  EXPECT_EQ(node_of("z-high"), "n1");
  EXPECT_EQ(node_of("a-low"), "");
}

TEST(Queue, backs_off_from_one_to_ten_seconds) {
  Queue queue;
  queue.add("p", 0);
  runtime::TimeNs now = 0;
  std::vector<runtime::DurationNs> waits;
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(queue.take(now), "p");
    queue.put_back("p", now, 1);
    EXPECT_FALSE(queue.next_due()) << "waits for a change";
    queue.wake(2);
    EXPECT_FALSE(queue.next_due()) << "not for that one";
    queue.wake(1);
    waits.push_back((*queue.next_due() - now) / runtime::kSecond);
    EXPECT_FALSE(queue.take(now));
    now = *queue.next_due();
  }
  EXPECT_EQ(waits, (std::vector<runtime::DurationNs>{1, 2, 4, 8, 10, 10}));
}

}  // namespace
}  // namespace proa::scheduler
