// Deletions that go down, sideways and round in circles, over the loop and a fake client.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/garbage_collector/controller.h"
#include "controllers/test_support.h"

namespace proa::controllers::garbage_collector {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;
using testing::json;

struct DeletionTest : ::testing::Test {
  Cluster cluster;
  schema::Registry registry;

  void SetUp() override { cluster.add(make_controller(cluster.parts(), registry)); }

  /// ConfigMaps stand for any kind: what depends on what is all that counts.
  Document make(std::string_view name, const std::vector<Document>& owners = {}, bool blocks = true) {
    Value object = Value::object();
    object["metadata"] = Value::object({{"name", name}, {"namespace", "default"}});
    for (const Document& owner : owners) refer(object, owner, blocks);
    return cluster.client.put(resources::kConfigMaps, std::move(object));
  }
  static void refer(Value& object, const Document& owner, bool blocks = true) {
    object["metadata"]["ownerReferences"].push_back(Value::object({{"apiVersion", owner["apiVersion"].as_string()},
                                                                   {"kind", owner["kind"].as_string()},
                                                                   {"name", object::name_of(owner.root())},
                                                                   {"uid", object::uid_of(owner.root())},
                                                                   {"blockOwnerDeletion", blocks}}));
  }
  void finalizer(std::string_view name, std::string_view finalizer) {
    cluster.client.edit(resources::kConfigMaps, "default", name,
                        [&](Value& v) { v["metadata"]["finalizers"].push_back(finalizer); });
  }
  void release(std::string_view name, std::string_view finalizer) {
    Value object = find(name).root().to_value();
    auto& list = object["metadata"]["finalizers"].items();
    std::erase_if(list, [&](const Value& f) { return View(f).as_string() == finalizer; });
    cluster.client.update(resources::kConfigMaps, "default", name, std::move(object), "", [](Result<Document>) {});
    cluster.settle();
  }
  void remove(std::string_view name, std::string_view policy) {
    client::DeleteOptions options;
    options.propagation_policy = policy;
    cluster.client.remove(resources::kConfigMaps, "default", name, options, [](Result<Document>) {});
    cluster.settle();
  }
  Document find(std::string_view name) const { return cluster.client.find(resources::kConfigMaps, "default", name); }
  /// The names that are left, with `-` behind those on their way out.
  std::string left() const {
    std::string found;
    for (const Document& object : cluster.client.all(resources::kConfigMaps))
      found += fmt::format("{}{}{}", found.empty() ? "" : " ", object::name_of(object.root()),
                           object::is_deleting(object.root()) ? "-" : "");
    return found;
  }
};

TEST_F(DeletionTest, a_long_chain_falls_in_the_background) {
  Document owner = make("n0");
  for (int i = 1; i < 30; ++i) owner = make(fmt::format("n{}", i), {owner});
  cluster.start();
  remove("n0", "Background");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, many_dependents_all_go) {
  const Document owner = make("owner");
  for (int i = 0; i < 200; ++i) make(fmt::format("d{}", i), {owner});
  make("bystander");
  cluster.start();
  remove("owner", "Background");
  EXPECT_EQ(left(), "bystander");
}

TEST_F(DeletionTest, in_the_foreground_the_owner_is_the_last) {
  const Document owner = make("a");
  const Document middle = make("b", {owner});
  make("c", {middle});
  finalizer("c", "example.com/slow");
  cluster.start();
  remove("a", "Foreground");
  EXPECT_EQ(left(), "a- b- c-");
  release("c", "example.com/slow");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, two_that_own_each_other_do_not_wait_forever) {
  const Document a = make("a");
  const Document b = make("b", {a});
  cluster.client.edit(resources::kConfigMaps, "default", "a", [&](Value& v) { refer(v, b); });
  cluster.start();
  EXPECT_EQ(left(), "a b") << "each has an owner";
  remove("a", "Foreground");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, a_ring_of_three_falls_as_a_whole) {
  const Document a = make("a");
  const Document b = make("b", {a});
  const Document c = make("c", {b});
  cluster.client.edit(resources::kConfigMaps, "default", "a", [&](Value& v) { refer(v, c); });
  cluster.start();
  remove("b", "Background");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, what_owns_itself_can_be_deleted) {
  const Document a = make("a");
  cluster.client.edit(resources::kConfigMaps, "default", "a", [&](Value& v) { refer(v, a); });
  cluster.start();
  remove("a", "Background");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, orphans_keep_their_other_owners) {
  const Document a = make("a"), b = make("b");
  make("child", {a, b});
  cluster.start();
  remove("a", "Orphan");
  EXPECT_EQ(left(), "b child");
  ASSERT_EQ(find("child")["metadata"]["ownerReferences"].size(), 1u);
  EXPECT_EQ(find("child")["metadata"]["ownerReferences"].at(0)["name"].as_string(), "b");
  remove("b", "Background");
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, a_refused_orphaning_keeps_the_owner_until_it_works) {
  const Document a = make("a");
  make("child", {a});
  bool broken = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource&, std::string_view name) {
    return broken && verb == "update" && name == "child" ? std::optional(base::internal_error("no")) : std::nullopt;
  };
  cluster.start();
  remove("a", "Orphan");
  EXPECT_EQ(left(), "a- child") << "gone, it could not be told from a deletion in the background";
  broken = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(left(), "child");
  EXPECT_TRUE(find("child")["metadata"]["ownerReferences"].empty());
}

TEST_F(DeletionTest, a_dependent_with_another_solid_owner_survives_a_deletion_in_the_foreground) {
  const Document a = make("a"), b = make("b");
  make("shared", {a, b});
  cluster.start();
  remove("a", "Foreground");
  EXPECT_EQ(left(), "b shared");
}

TEST_F(DeletionTest, a_dependent_that_stops_blocking_lets_its_owner_go) {
  const Document a = make("a");
  make("child", {a});
  finalizer("child", "example.com/slow");
  cluster.start();
  remove("a", "Foreground");
  EXPECT_EQ(left(), "a- child-");
  cluster.client.edit(resources::kConfigMaps, "default", "child",
                      [](Value& v) { v["metadata"]["ownerReferences"].items()[0].set("blockOwnerDeletion", false); });
  cluster.settle();
  EXPECT_EQ(left(), "child-");
}

TEST_F(DeletionTest, a_reference_that_comes_too_late_is_noticed) {
  const Document a = make("a");
  cluster.start();
  remove("a", "Background");
  make("late", {a});
  cluster.settle();
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, an_owner_that_cannot_be_asked_for_keeps_its_dependents) {
  const Document ghost = make("ghost");
  make("child", {ghost});
  cluster.client.erase(resources::kConfigMaps, "default", "ghost");
  bool broken = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource&, std::string_view) {
    return broken && verb == "get" ? std::optional(base::internal_error("no")) : std::nullopt;
  };
  cluster.start();
  EXPECT_EQ(left(), "child");
  broken = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(left(), "");
}

TEST_F(DeletionTest, an_object_that_changed_since_is_judged_anew) {
  const Document a = make("a"), b = make("b");
  make("child", {a});
  cluster.start();
  cluster.client.hold_watches(true);
  cluster.client.erase(resources::kConfigMaps, "default", "a");
  cluster.client.edit(resources::kConfigMaps, "default", "child", [&](Value& v) { refer(v, b); });
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_EQ(left(), "b child");
  EXPECT_EQ(find("child")["metadata"]["ownerReferences"].size(), 1u);
}

TEST_F(DeletionTest, cluster_scoped_owners_own_across_namespaces_but_not_the_other_way_round) {
  const Document node = cluster.put(resources::kNodes, R"({"metadata": {"name": "n"}})");
  make("child", {node});
  const Document map = make("map");
  Value other = json(R"({"metadata": {"name": "m"}})");
  refer(other, map);
  cluster.client.put(resources::kNodes, std::move(other));
  cluster.start();
  cluster.client.erase(resources::kConfigMaps, "default", "map");
  cluster.client.erase(resources::kNodes, "", "n");
  cluster.settle();
  EXPECT_EQ(left(), "");
  EXPECT_TRUE(cluster.client.find(resources::kNodes, "", "m")) << "its owner can't be looked for: it stays";
}

}  // namespace
}  // namespace proa::controllers::garbage_collector
