#include "controllers/garbage_collector/plan.h"

#include <gtest/gtest.h>

#include "controllers/garbage_collector/graph.h"
#include "controllers/test_support.h"

namespace proa::controllers::garbage_collector {
namespace {

using object::Value;
using object::View;
using testing::json;
using What = Decision::What;

Value item(std::string_view finalizers = "[]") {
  Value v = json(R"({"metadata": {"name": "x", "ownerReferences": [
      {"uid": "a", "blockOwnerDeletion": true}, {"uid": "b", "blockOwnerDeletion": true}]}})");
  v["metadata"]["finalizers"] = json(finalizers);
  return v;
}

TEST(GarbagePlan, an_object_with_an_owner_stays_and_forgets_those_that_are_gone) {
  EXPECT_EQ(decide(item(), {Owner::kSolid, Owner::kSolid}, false, false).what, What::kKeep);
  const Decision d = decide(item(), {Owner::kAbsent, Owner::kSolid}, false, false);
  EXPECT_EQ(d.what, What::kDropReferences);
  ASSERT_EQ(View(d.object)["metadata"]["ownerReferences"].size(), 1u);
  EXPECT_EQ(View(d.object)["metadata"]["ownerReferences"].at(0)["uid"].as_string(), "b");
  EXPECT_EQ(decide(item(), {Owner::kWaiting, Owner::kSolid}, false, false).what, What::kDropReferences);
}

TEST(GarbagePlan, without_owners_it_goes_as_its_finalizers_ask) {
  const std::vector<Owner> none{Owner::kAbsent, Owner::kAbsent};
  EXPECT_EQ(decide(item(), none, true, false).policy, "Background");
  EXPECT_EQ(decide(item(R"(["orphan"])"), none, true, false).policy, "Orphan");
  EXPECT_EQ(decide(item(R"(["foregroundDeletion"])"), none, true, false).policy, "Foreground");
  EXPECT_EQ(decide(json(R"({"metadata": {}})"), {}, false, false).what, What::kKeep);
}

TEST(GarbagePlan, foreground_deletion_goes_down_the_tree) {
  const std::vector<Owner> waiting{Owner::kWaiting, Owner::kAbsent};
  EXPECT_EQ(decide(item(), waiting, true, false).policy, "Foreground");
  EXPECT_EQ(decide(item(), waiting, false, false).policy, "Background") << "a leaf has nothing to wait for";
  const Decision cycle = decide(item(), waiting, true, true);
  EXPECT_EQ(cycle.what, What::kUnblockAndDelete);
  EXPECT_FALSE(blocks(cycle.object, "a"));
}

TEST(Graph, knows_dependents_by_the_uid_of_their_owner) {
  Graph graph;
  const Place pod{1, "default", "p"};
  const Value one = json(R"([{"uid": "a"}])"), two = json(R"([{"uid": "a"}, {"uid": "b"}])");
  graph.change(pod, {}, two);
  EXPECT_EQ(graph.dependents("a").size(), 1u);
  EXPECT_EQ(graph.dependents("b").size(), 1u);
  graph.change(pod, two, one);
  EXPECT_FALSE(graph.has_dependents("b"));
  graph.change(pod, one, {});
  EXPECT_EQ(graph.owners(), 0u);
}

}  // namespace
}  // namespace proa::controllers::garbage_collector
