// The worker by itself: what it asks of the volumes, and when.
#include "node/pod_worker.h"

#include <gmock/gmock.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "node/cri/fake.h"
#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using client::resources::kPods;
using object::Document;
using object::Value;
using object::View;
using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;

/// Notes the label `v` of each pod that it is asked to prepare; fails while it is told to.
class FakeVolumes : public Volumes {
 public:
  explicit FakeVolumes(runtime::Executor& executor) : executor_(executor) {}
  void prepare(const Document& pod, std::function<void(Result<void>)> done) override {
    prepared.push_back(pod["metadata"]["labels"]["v"].str());
    executor_.post([done = std::move(done), why = failure] {
      done(why.empty() ? Result<void>() : Error(base::bad_request(why)));
    });
  }
  Result<std::vector<cri::Mount>> mounts(View, View, uint32_t, const Env&, const std::vector<std::string>&) override {
    return std::vector<cri::Mount>();
  }
  std::string termination_message(View, const cri::ContainerStatus&) override { return "last words"; }
  void remove(const std::string& uid) override { removed.push_back(uid); }

  std::vector<std::string> prepared, removed;
  std::string failure;

 private:
  runtime::Executor& executor_;
};

class PodWorkerTest : public testing::Test {
 protected:
  PodWorkerTest() {
    settings_.simulated = true;
    settings_.ip = "192.0.2.1";
    context_.services = [] { return std::vector<Document>(); };
    runtime_.on_event([this](const cri::Event&) {
      if (worker_) worker_->look(true);
    });
    put(R"("volumes":[{"name":"info","downwardAPI":{}}],)");
  }
  void put(const std::string& volumes) {
    pod_ = client_.put(kPods,
                       pod_with(R"("nodeName":"node",)" + volumes + R"("containers":[{"name":"web","image":"app"}])",
                                R"("labels":{"v":"1"})"));
  }
  void start() {
    worker_ = std::make_unique<PodWorker>(context_, pod_, [this] { ++finished_; });
    worker_->start({});
    executor_.advance(kSecond);
  }
  void edit(const std::function<void(Value&)>& change) {
    worker_->update(client_.edit(kPods, "default", "web", change));
    executor_.advance(kSecond);
  }
  std::vector<std::string> messages() {
    std::vector<std::string> out;
    for (const Document& event : client_.all(client::resources::kEvents))
      out.push_back(event["reason"].str() + ": " + event["message"].str());
    return out;
  }

  client::FakeExecutor executor_;
  client::FakeClient client_{executor_};
  client::EventRecorder events_{client_, executor_, "kubelet", "node"};
  cri::FakeRuntime runtime_{executor_};
  FakeVolumes volumes_{executor_};
  std::unique_ptr<ProbeNetwork> network_ = make_simulated_probe_network(executor_);
  NodeSettings settings_;
  NodeContext context_{settings_, executor_, client_, events_, runtime_, volumes_, *network_};
  Document pod_;
  std::unique_ptr<PodWorker> worker_;
  int finished_ = 0;
};

TEST_F(PodWorkerTest, prepares_volumes_anew_when_labels_or_annotations_change) {
  start();
  EXPECT_THAT(volumes_.prepared, ElementsAre("1"));
  edit([](Value& pod) { pod["metadata"]["labels"]["v"] = "2"; });
  EXPECT_THAT(volumes_.prepared, ElementsAre("1", "2"));
  edit([](Value& pod) { pod["metadata"]["annotations"]["note"] = "x"; });
  EXPECT_THAT(volumes_.prepared, ElementsAre("1", "2", "2"));
  edit([](Value& pod) { pod["spec"]["tolerations"].push_back(Value::object({{"key", "a"}})); });
  EXPECT_EQ(volumes_.prepared.size(), 3U) << "nothing that a volume could show";
}

TEST_F(PodWorkerTest, leaves_volumes_alone_that_show_no_labels) {
  client_.erase(kPods, "default", "web");
  put(R"("volumes":[{"name":"c","configMap":{"name":"c"}},{"name":"e","emptyDir":{}}],)");
  start();
  edit([](Value& pod) { pod["metadata"]["labels"]["v"] = "2"; });
  EXPECT_THAT(volumes_.prepared, ElementsAre("1"));
}

TEST_F(PodWorkerTest, tries_volumes_again_after_growing_pauses_and_says_why) {
  volumes_.failure = "MountVolume.SetUp failed for volume \"v\" : configmap \"c\" not found";
  start();
  EXPECT_EQ(volumes_.prepared.size(), 2U) << "at once, and after half a second";
  executor_.advance(kSecond);
  EXPECT_EQ(volumes_.prepared.size(), 3U);
  executor_.advance(2 * kSecond);
  EXPECT_EQ(volumes_.prepared.size(), 4U);
  EXPECT_THAT(messages(), testing::Contains("FailedMount: " + volumes_.failure));
  EXPECT_THAT(runtime_.calls(), IsEmpty());
  volumes_.failure.clear();
  executor_.advance(4 * kSecond);
  EXPECT_THAT(runtime_.running(), ElementsAre("web/web"));
}

TEST_F(PodWorkerTest, publishes_the_last_words_of_a_container) {
  start();
  runtime_.kill(runtime_.running_ids().front(), 3);
  executor_.advance(kSecond / 10);
  const Document now = client_.find(kPods, "default", "web");
  const View end = now["status"]["containerStatuses"].at(0)["lastState"]["terminated"];
  EXPECT_EQ(end["message"].as_string(), "last words");
  EXPECT_EQ(end["exitCode"].as_int(), 3);
}

TEST_F(PodWorkerTest, removes_its_volumes_when_nothing_else_is_left) {
  start();
  edit([](Value& pod) {
    pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:31Z";
    pod["metadata"]["deletionGracePeriodSeconds"] = 30;
  });
  EXPECT_THAT(volumes_.removed, IsEmpty());
  executor_.advance(5 * kSecond);
  EXPECT_THAT(volumes_.removed, ElementsAre("u1"));
  EXPECT_EQ(finished_, 1);
  EXPECT_FALSE(client_.find(kPods, "default", "web"));
}

TEST_F(PodWorkerTest, takes_no_older_object_for_the_pod_nor_another_of_its_name) {
  start();
  const Document old = pod_;
  edit([](Value& pod) { pod["metadata"]["labels"]["v"] = "2"; });
  worker_->update(old);
  EXPECT_EQ(worker_->pod()["metadata"]["labels"]["v"].as_string(), "2");
  Value other = worker_->pod().root().to_value();
  other["metadata"]["uid"] = "u2";
  other["metadata"]["labels"]["v"] = "3";
  worker_->update(Document::freeze(other));
  EXPECT_EQ(worker_->pod()["metadata"]["labels"]["v"].as_string(), "2");
}

}  // namespace
}  // namespace proa::node
