// Adoptions, releases and lists of writes as they go through a client.
#include "controllers/workload/claiming.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;
using testing::json;

struct ClaimingTest : ::testing::Test {
  Cluster cluster;
  Document owner = cluster.put(resources::kReplicaSets, R"({"metadata": {"namespace": "default", "name": "web"}})");
  Document pod = cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "p"}})");
  std::vector<std::string> wrote;
  std::string finalizer;
  std::string outcome;  // `ok`, or the error

  void claim(const std::vector<Document>& adopt, const std::vector<Document>& release) {
    outcome.clear();
    claim_through(
        cluster.client, {resources::kReplicaSets, resources::kPods, owner, adopt, release, finalizer},
        [this](const Document& object) { wrote.emplace_back(object::name_of(object.root())); },
        [this](Result<void> result) { outcome = result ? "ok" : result.error().message; });
    cluster.settle();
  }
  Document now() { return cluster.client.find(resources::kPods, "default", "p"); }
};

TEST_F(ClaimingTest, nothing_to_do_is_done_at_once) {
  claim_through(
      cluster.client, {resources::kReplicaSets, resources::kPods, owner, {}, {}}, [](const Document&) {},
      [this](Result<void>) { outcome = "ok"; });
  EXPECT_EQ(outcome, "ok") << "before anything else runs";
}

TEST_F(ClaimingTest, an_adoption_writes_the_reference) {
  claim({pod}, {});
  EXPECT_EQ(outcome, "ok");
  EXPECT_EQ(wrote, std::vector<std::string>{"p"});
  EXPECT_TRUE(object::is_controlled_by(now().root(), object::uid_of(owner.root())));
  claim({}, {now()});
  EXPECT_EQ(outcome, "ok");
  EXPECT_TRUE(now()["metadata"]["ownerReferences"].empty());
}

TEST_F(ClaimingTest, a_finalizer_comes_with_the_adoption_and_goes_with_the_release) {
  finalizer = "example.com/counted";
  cluster.client.edit(resources::kPods, "default", "p", [](Value& v) { v["metadata"]["finalizers"].push_back("a/b"); });
  claim({now()}, {});
  EXPECT_EQ(now()["metadata"]["finalizers"], View(json(R"(["a/b", "example.com/counted"])")));
  claim({}, {now()});
  EXPECT_EQ(now()["metadata"]["finalizers"], View(json(R"(["a/b"])")));
}

TEST_F(ClaimingTest, an_owner_that_is_gone_going_or_another_adopts_nobody) {
  cluster.client.edit(resources::kReplicaSets, "default", "web",
                      [](Value& v) { v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
  claim({pod}, {});
  EXPECT_EQ(outcome, "Internal error occurred: default/web has just been deleted at 2026-01-01T00:00:00Z");
  cluster.client.erase(resources::kReplicaSets, "default", "web");
  claim({pod}, {});
  EXPECT_EQ(outcome, R"(replicasets.apps "web" not found)");
  cluster.put(resources::kReplicaSets, R"({"metadata": {"namespace": "default", "name": "web"}})");
  claim({pod}, {});
  EXPECT_TRUE(outcome.starts_with("Internal error occurred: original ReplicaSet default/web is gone")) << outcome;
  EXPECT_TRUE(now()["metadata"]["ownerReferences"].empty());
}

TEST_F(ClaimingTest, a_pod_that_vanished_is_passed_over_and_a_conflict_told) {
  cluster.client.erase(resources::kPods, "default", "p");
  claim({pod}, {});
  EXPECT_EQ(outcome, "ok");
  EXPECT_TRUE(wrote.empty());
  pod = cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "p"}})");
  cluster.client.edit(resources::kPods, "default", "p", [](Value& v) { v["metadata"]["labels"]["a"] = "b"; });
  claim({pod}, {});
  EXPECT_NE(outcome.find("the object has been modified"), std::string::npos) << outcome;
}

struct WriteListTest : ClaimingTest {
  void write(std::vector<Change> changes) {
    outcome.clear();
    write_all(
        cluster.client, std::move(changes),
        [this](const Change& change, const Document&) { wrote.push_back(change.name); },
        [this](Result<void> result) { outcome = result ? "ok" : result.error().message; });
    cluster.settle();
  }
  static Change make(std::string name) {
    Value object = json(R"({"metadata": {}})");
    object["metadata"]["name"] = name;
    return {Change::What::kCreate, resources::kConfigMaps, "default", std::move(name), std::move(object)};
  }
  static Change remove(std::string name) {
    return {Change::What::kRemove, resources::kConfigMaps, "default", std::move(name), {}};
  }
};

TEST_F(WriteListTest, goes_in_order_up_to_the_first_failure) {
  std::vector<Change> changes;
  for (const char* name : {"a", "b"}) changes.push_back(make(name));
  changes.push_back(make("a"));
  changes.push_back(make("c"));
  write(std::move(changes));
  EXPECT_EQ(wrote, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(outcome, R"(configmaps "a" already exists)");
  EXPECT_FALSE(cluster.client.find(resources::kConfigMaps, "default", "c"));
}

TEST_F(WriteListTest, what_is_gone_already_counts_as_removed) {
  std::vector<Change> changes;
  changes.push_back(remove("missing"));
  changes.push_back(make("a"));
  write(std::move(changes));
  EXPECT_EQ(outcome, "ok");
  EXPECT_EQ(wrote, std::vector<std::string>{"a"});
}

TEST_F(WriteListTest, a_pod_is_ended_by_its_status_and_its_deletion_if_it_is_still_that_pod) {
  Value marked = pod.root().to_value();
  marked["status"]["phase"] = "Failed";
  const auto changes = ending_of(pod, marked, 0);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].what, Change::What::kUpdateStatus);
  EXPECT_EQ(changes[1].options.uid, object::uid_of(pod.root()));
  EXPECT_EQ(changes[1].options.grace_period_seconds, 0);
  EXPECT_EQ(ending_of(pod, std::nullopt, -1).size(), 1u);
  cluster.client.erase(resources::kPods, "default", "p");
  cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "p"}})");
  std::vector<Change> late = ending_of(pod, std::nullopt, 0);
  write(std::move(late));
  EXPECT_NE(outcome, "ok");
  EXPECT_TRUE(now()) << "another pod of that name";
}

}  // namespace
}  // namespace proa::controllers
