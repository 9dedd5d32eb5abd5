#include "net/proxy/controller.h"

#include <utility>

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "net/load_balancer/controller.h"

namespace proa::net {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;

class ServiceProxyTest : public testing::Test {
 protected:
  ServiceProxyTest() {
    Value service = Value::object({{"metadata", Value::object({{"name", "web"}, {"namespace", "default"}})}});
    service["spec"] = Value::object(
        {{"clusterIP", "10.96.0.50"}, {"ports", Value::array({Value::object({{"port", 80}, {"protocol", "TCP"}})})}});
    cluster_.put(resources::kServices, service);
    Value slice = Value::object({{"addressType", "IPv4"}});
    slice["metadata"] = Value::object({{"name", "web-1"},
                                       {"namespace", "default"},
                                       {"labels", Value::object({{"kubernetes.io/service-name", "web"}})}});
    slice["ports"] = Value::array({Value::object({{"port", 8080}, {"protocol", "TCP"}})});
    slice["endpoints"] = Value::array({endpoint("a", "10.244.0.2"), endpoint("b", "10.244.0.3")});
    cluster_.put(resources::kEndpointSlices, slice);
  }

  static Value endpoint(const std::string& uid, const std::string& ip, bool ready = true) {
    return Value::object({{"addresses", Value::array({ip})},
                          {"conditions", Value::object({{"ready", ready}})},
                          {"nodeName", "n1"},
                          {"targetRef", Value::object({{"kind", "Pod"}, {"uid", uid}})}});
  }

  /// Lets everything run; every transaction succeeds.
  void settle() {
    for (executor_.settle(); done_; executor_.settle()) {
      auto done = std::move(done_);
      done_ = nullptr;
      done({});
    }
  }

  client::FakeExecutor executor_;
  client::FakeClient cluster_{executor_};
  client::Informers informers_{cluster_, executor_};
  std::vector<std::string> scripts_;
  std::map<std::string, int> open_;  // connections, by address
  std::function<void(Result<void>)> done_;
  ServiceProxy proxy_{informers_,
                      executor_,
                      {"t", "10.244.0.0/24"},
                      "n1",
                      {.run_nft =
                           [this](std::string script, std::function<void(Result<void>)> done) {
                             scripts_.push_back(std::move(script));
                             done_ = std::move(done);
                           },
                       .forget_udp = {},
                       .count_open = [this](const std::string& ip) { return open_[ip]; }}};
};

TEST_F(ServiceProxyTest, sets_the_rules_once_all_is_known_and_then_what_changes) {
  bool ready = false;
  proxy_.when_ready([&](const Result<void>& how) { ready = how.has_value(); });
  informers_.start();
  settle();
  EXPECT_TRUE(ready);
  ASSERT_EQ(scripts_.size(), 1U);
  EXPECT_NE(scripts_[0].find("mod 2 map { 0 : 10.244.0.2 . 8080, 1 : 10.244.0.3 . 8080 }"), std::string::npos);
  cluster_.edit(resources::kEndpointSlices, "default", "web-1",
                [](Value& slice) { slice["endpoints"] = Value::array({endpoint("b", "10.244.0.3")}); });
  settle();
  ASSERT_EQ(scripts_.size(), 2U);
  EXPECT_TRUE(scripts_[1].starts_with("flush chain ip proa-t service/default/web/tcp/80\n")) << scripts_[1];
}

TEST_F(ServiceProxyTest, says_why_when_the_first_rules_can_not_be_set) {
  std::vector<std::string> told;
  proxy_.when_ready([&](const Result<void>& how) { told.push_back(how ? "ready" : how.error().message); });
  informers_.start();
  for (int tries = 1; tries <= 3; ++tries) {
    EXPECT_TRUE(told.empty()) << "one failure may be chance";
    executor_.advance(5 * runtime::kSecond);
    ASSERT_TRUE(done_);
    std::exchange(done_, nullptr)(Error(base::internal_error("nft: Operation not permitted")));
  }
  EXPECT_EQ(told, std::vector<std::string>{"Internal error occurred: nft: Operation not permitted"});
  executor_.advance(5 * runtime::kSecond);
  settle();
  EXPECT_EQ(told.size(), 1U) << "it goes on trying, and has been told";
}

TEST_F(ServiceProxyTest, a_drained_pod_is_out_of_the_rules_before_its_slice_changes) {
  informers_.start();
  settle();
  Value pod = Value::object({{"metadata", Value::object({{"name", "a"}, {"uid", "a"}})}});
  bool drained = false;
  proxy_.drain(Document::freeze(pod), [&] { drained = true; });
  executor_.settle();
  EXPECT_FALSE(drained) << "not before nft has said so";
  settle();
  EXPECT_TRUE(drained);
  EXPECT_NE(scripts_.back().find("mod 1 map { 0 : 10.244.0.3 . 8080 }"), std::string::npos) << scripts_.back();
  // The slice follows: no further transaction, and nothing comes back.
  const size_t count = scripts_.size();
  cluster_.edit(resources::kEndpointSlices, "default", "web-1", [](Value& slice) {
    slice["endpoints"] = Value::array({endpoint("a", "10.244.0.2", false), endpoint("b", "10.244.0.3")});
  });
  settle();
  EXPECT_EQ(scripts_.size(), count);
}

TEST_F(ServiceProxyTest, draining_a_pod_that_no_rule_names_is_told_soon) {
  informers_.start();
  settle();
  Value pod = Value::object({{"metadata", Value::object({{"name", "x"}, {"uid", "x"}})}});
  bool drained = false;
  proxy_.drain(Document::freeze(pod), [&] { drained = true; });
  settle();
  EXPECT_TRUE(drained);
  EXPECT_EQ(scripts_.size(), 1U);
}

TEST_F(ServiceProxyTest, a_drained_pod_may_finish_the_requests_under_way_but_not_keep_others_waiting) {
  informers_.start();
  settle();
  Value pod = Value::object({{"metadata", Value::object({{"name", "a"}, {"uid", "a"}})},
                             {"status", Value::object({{"podIP", "10.244.0.2"}})}});
  int drained = 0;
  open_["10.244.0.2"] = 1;
  proxy_.drain(Document::freeze(pod), [&] { ++drained; });
  settle();
  executor_.advance(100 * runtime::kMillisecond);
  EXPECT_EQ(drained, 0) << "a request is under way";
  open_["10.244.0.2"] = 0;
  executor_.advance(20 * runtime::kMillisecond);
  EXPECT_EQ(drained, 1);
  open_["10.244.0.2"] = 1;  // a connection that is kept open
  proxy_.drain(Document::freeze(pod), [&] { ++drained; });
  settle();
  executor_.advance(runtime::kSecond);
  EXPECT_EQ(drained, 2);
}

struct FakePorts final : PortHolder {
  std::set<NodePortKey>& taken;
  explicit FakePorts(std::set<NodePortKey>& by_others) : taken(by_others) {}
  std::set<NodePortKey> hold(const std::set<NodePortKey>& wanted) override {
    std::set<NodePortKey> out;
    for (const NodePortKey& key : wanted)
      if (taken.contains(key)) out.insert(key);
    return out;
  }
};

TEST(LoadBalancers, give_localhost_and_tell_of_a_port_that_is_in_use_until_it_is_free) {
  client::FakeExecutor executor;
  client::FakeClient cluster(executor);
  client::Informers informers(cluster, executor);
  std::set<NodePortKey> taken = {{"TCP", 8080}};
  LoadBalancers load_balancers(cluster, informers, executor, std::make_unique<FakePorts>(taken));
  for (const auto& [name, port] : {std::pair("a", 80), std::pair("b", 8080)}) {
    Value service = Value::object({{"metadata", Value::object({{"name", name}, {"namespace", "default"}})}});
    service["spec"] = Value::object(
        {{"type", "LoadBalancer"}, {"ports", Value::array({Value::object({{"port", port}, {"protocol", "TCP"}})})}});
    cluster.put(resources::kServices, service);
  }
  informers.start();
  executor.advance(runtime::kSecond);
  const auto host_of = [&](const char* name) {
    return cluster.find(resources::kServices, "default", name)["status"]["loadBalancer"]["ingress"]
        .at(0)["hostname"]
        .str();
  };
  EXPECT_EQ(host_of("a"), "localhost");
  EXPECT_EQ(host_of("b"), "");
  const auto events = cluster.all(resources::kEvents, "default");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["reason"].as_string(), "SyncLoadBalancerFailed");
  EXPECT_NE(events[0]["message"].as_string().find("port 8080/TCP is in use"), std::string::npos);
  taken.clear();
  executor.advance(6 * runtime::kSecond);
  EXPECT_EQ(host_of("b"), "localhost");
}

}  // namespace
}  // namespace proa::net
