// For tests: an agent with a made-up runtime, API and clock.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "node/agent.h"
#include "node/cri/fake.h"
#include "node/pod_fixture.h"
#include "object/meta.h"

namespace proa::node {

/// Its statuses are old when they arrive; its events are not.
class LaggingRuntime : public cri::FakeRuntime {
 public:
  explicit LaggingRuntime(runtime::Executor& executor) : FakeRuntime(executor), executor_(executor) {}
  void container_status(const std::string& id, cri::Done<cri::ContainerStatus> done) override {
    FakeRuntime::container_status(id, [this, done = std::move(done)](Result<cri::ContainerStatus> got) {
      executor_.after(lag, [done, got = std::move(got)]() mutable { done(std::move(got)); });
    });
  }
  void on_event(std::function<void(const cri::Event&)> listener) override {
    listener_ = std::move(listener);
    FakeRuntime::on_event([this](const cri::Event& event) {
      if (!mute) listener_(event);
    });
  }
  /// As after a restart of the runtime.
  void come_back() { listener_({.type = cri::Event::Type::kRelist, .container_id = {}}); }
  runtime::DurationNs lag = 0;
  bool mute = false;

 private:
  runtime::Executor& executor_;
  std::function<void(const cri::Event&)> listener_;
};

class AgentTest : public testing::Test {
 protected:
  AgentTest() { start(); }

  void start() {
    network_ = make_simulated_probe_network(executor_);
    NodeSettings settings;
    settings.name = settings.hostname = "node";
    settings.ip = "192.0.2.1";
    settings.simulated = true;
    settings.milli_cpu = 4000;
    settings.memory_bytes = 8LL << 30;
    agent_ = std::make_unique<Agent>(settings, AgentParts{client_, executor_, runtime_, *network_});
    agent_->start([this](Result<void> how) { ready_ = how.has_value(); });
    executor_.advance(runtime::kSecond);
  }

  void put(const std::string& name, const std::string& spec = R"("containers":[{"name":"main","image":"app"}])") {
    object::Value pod = pod_with(R"("nodeName":"node","terminationGracePeriodSeconds":30,)" + spec);
    pod["metadata"]["name"] = name;
    pod["metadata"]["uid"] = "uid-" + name;
    client_.put(client::resources::kPods, std::move(pod));
    executor_.advance(runtime::kSecond / 10);
  }
  object::Document pod(const std::string& name) { return client_.find(client::resources::kPods, "default", name); }
  object::View main_of(const object::Document& document) { return document["status"]["containerStatuses"].at(0); }
  std::string phase(const std::string& name) { return pod(name)["status"]["phase"].str(); }
  void remove(const std::string& name, int64_t grace = -1) {
    client::DeleteOptions options;
    options.grace_period_seconds = grace;
    client_.remove(client::resources::kPods, "default", name, options, [](Result<object::Document>) {});
    executor_.advance(runtime::kSecond / 10);
  }
  std::vector<std::string> sandboxes() {  // the pods' names, sorted
    std::vector<std::string> out;
    runtime_.list_sandboxes("", [&](Result<std::vector<cri::Sandbox>> got) {
      for (const cri::Sandbox& each : *got) out.push_back(each.name);
    });
    executor_.settle();
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> event_messages() {
    std::vector<std::string> out;
    for (const object::Document& event : client_.all(client::resources::kEvents)) out.push_back(event["message"].str());
    return out;
  }

  client::FakeExecutor executor_;
  client::FakeClient client_{executor_};
  LaggingRuntime runtime_{executor_};
  std::unique_ptr<ProbeNetwork> network_;
  std::unique_ptr<Agent> agent_;
  bool ready_ = false;
};

}  // namespace proa::node
