#include "api/api_testing.h"
#include "store/simulated_log.h"

namespace proa::api {
namespace {

class UpdateTest : public ApiTest {
 protected:
  UpdateTest() { first_ = ask("POST", kMaps, config_map("a", R"(,"data":{"k":"1"})")); }
  std::string version() { return ask("GET", at(kMaps, "a"))["metadata"]["resourceVersion"].str(); }
  Answer put(std::string_view metadata, std::string_view data) {
    return ask("PUT", at(kMaps, "a"),
               R"({"metadata":)" + std::string(metadata) + R"(,"data":)" + std::string(data) + "}");
  }
  Answer first_;
};

TEST_F(UpdateTest, replaces_and_keeps_what_may_not_change) {
  const Answer changed = put(R"({"name":"a"})", R"({"k":"2"})");
  ASSERT_EQ(changed.code, 200) << changed.text;
  EXPECT_EQ(changed["data"]["k"].as_string(), "2");
  EXPECT_EQ(changed["metadata"]["uid"].str(), first_["metadata"]["uid"].str());
  EXPECT_EQ(changed["metadata"]["creationTimestamp"].str(), first_["metadata"]["creationTimestamp"].str());
  EXPECT_NE(changed["metadata"]["resourceVersion"].str(), first_["metadata"]["resourceVersion"].str());
}

TEST_F(UpdateTest, a_write_that_changes_nothing_is_none) {
  executor_.advance(10 * runtime::kSecond);
  const Answer same = put(R"({"name":"a"})", R"({"k":"1"})");
  EXPECT_EQ(same.code, 200);
  EXPECT_EQ(same["metadata"]["resourceVersion"].str(), first_["metadata"]["resourceVersion"].str());
}

TEST_F(UpdateTest, an_old_resource_version_is_a_conflict) {
  const std::string old = version();
  put(R"({"name":"a"})", R"({"k":"2"})");
  const Answer late = put(R"({"name":"a","resourceVersion":")" + old + "\"}", R"({"k":"3"})");
  EXPECT_EQ(late.code, 409);
  EXPECT_EQ(late.message(), R"(Operation cannot be fulfilled on configmaps "a": the object has been modified; please )"
                            "apply your changes to the latest version and try again");
  EXPECT_EQ(put(R"({"name":"a","resourceVersion":")" + version() + "\"}", R"({"k":"3"})").code, 200);
}

TEST_F(UpdateTest, names_in_body_and_url_must_agree) {
  EXPECT_EQ(put(R"({"name":"b"})", "{}").message(),
            "the name of the object (b) does not match the name on the URL (a)");
}

TEST_F(UpdateTest, another_uid_is_another_object) {
  const Answer answer = put(R"({"name":"a","uid":"other"})", "{}");
  EXPECT_EQ(answer.code, 409);
  EXPECT_NE(answer.message().find("Precondition failed: UID in precondition: other, UID in object meta: "),
            std::string::npos);
}

TEST_F(UpdateTest, what_is_missing_is_not_found_unless_the_kind_allows_it) {
  EXPECT_EQ(ask("PUT", at(kMaps, "b"), config_map("b")).code, 404);
  const Answer lease = ask("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l",
                           R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"me"}})");
  EXPECT_EQ(lease.code, 201) << lease.text;
}

TEST_F(UpdateTest, generation_counts_changes_of_the_spec_only) {
  constexpr const char* kDeployment = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{
      "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
      "spec":{"containers":[{"name":"c","image":"i"}]}}}})";
  const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
  EXPECT_EQ(ask("POST", deployments, kDeployment)["metadata"]["generation"].as_int(), 1);
  EXPECT_EQ(merge(deployments + "/d", R"({"metadata":{"labels":{"x":"y"}}})")["metadata"]["generation"].as_int(), 1);
  EXPECT_EQ(merge(deployments + "/d", R"({"spec":{"replicas":3}})")["metadata"]["generation"].as_int(), 2);
  const Answer status = merge(deployments + "/d/status", R"({"spec":{"replicas":9},"status":{"replicas":3}})");
  EXPECT_EQ(status["metadata"]["generation"].as_int(), 2);
  EXPECT_EQ(status["spec"]["replicas"].as_int(), 3);
  EXPECT_EQ(status["status"]["replicas"].as_int(), 3);
  const Answer spec = merge(deployments + "/d", R"({"status":{"replicas":8}})");
  EXPECT_EQ(spec["status"]["replicas"].as_int(), 3);
}

TEST_F(UpdateTest, finalizers_are_not_added_to_what_is_going) {
  merge(at(kMaps, "a"), R"({"metadata":{"finalizers":["a.b/c"]}})");
  ask("DELETE", at(kMaps, "a"));
  const Answer refused = merge(at(kMaps, "a"), R"({"metadata":{"finalizers":["a.b/c","a.b/d"]}})");
  EXPECT_EQ(refused.code, 422);
  EXPECT_NE(refused.message().find("no new finalizers can be added if the object is being deleted"), std::string::npos);
}

/// A disk that takes its time.
class SlowDiskTest : public UpdateTest {
 protected:
  SlowDiskTest() {
    start_on(store::open_simulated_store(executor_, disk_, {.min_latency = kLatency, .max_latency = kLatency}));
    executor_.advance(runtime::kSecond);
    ask("POST", kMaps, config_map("a", R"(,"data":{"k":"1"})"));
    executor_.advance(kLatency);
  }
  std::shared_ptr<TestWriter> begin(std::string_view method, std::string body) {
    auto writer = std::make_shared<TestWriter>(executor_);
    api_->handle(request(method, at(kMaps, "a"), std::move(body), "application/merge-patch+json"), writer);
    executor_.settle();
    return writer;
  }

  static constexpr runtime::DurationNs kLatency = 10 * runtime::kMillisecond;
  store::SimulatedDisk disk_;
};

TEST_F(SlowDiskTest, what_is_not_on_disk_is_told_to_nobody_also_by_writes_that_change_nothing) {
  const auto first = begin("PATCH", R"({"data":{"k":"2"}})"), same = begin("PATCH", R"({"data":{"k":"2"}})");
  const auto gone = begin("DELETE", ""), missing = begin("DELETE", "");
  for (const auto& writer : {first, same, gone, missing}) EXPECT_FALSE(writer->finished) << writer->text;
  executor_.advance(3 * kLatency);
  EXPECT_EQ(first->code, 200);
  EXPECT_EQ(same->text, first->text);
  EXPECT_EQ(gone->code, 200);
  EXPECT_EQ(missing->code, 404);
}

TEST_F(SlowDiskTest, a_write_that_the_disk_refused_leaves_no_trace_in_other_answers) {
  disk_.full = true;
  const auto lost = begin("PATCH", R"({"data":{"k":"2"}})"), same = begin("PATCH", R"({"data":{"k":"2"}})");
  const auto gone = begin("DELETE", ""), missing = begin("DELETE", "");
  executor_.advance(3 * kLatency);
  for (const auto& writer : {lost, same, gone, missing}) EXPECT_EQ(writer->code, 500) << writer->text;
  disk_.full = false;
  EXPECT_EQ(ask("GET", at(kMaps, "a"))["data"]["k"].as_string(), "1");
}

}  // namespace
}  // namespace proa::api
