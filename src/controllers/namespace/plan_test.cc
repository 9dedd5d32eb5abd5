#include "controllers/namespace/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::ns {
namespace {

using object::Value;
using object::View;
using testing::document;
using testing::json;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;

Content content(std::string resource, std::string group, const std::vector<std::string>& objects) {
  Content found{std::move(resource), std::move(group), false, {}};
  found.pods = found.resource == "pods";
  for (const std::string& object : objects) found.objects.push_back(document(object));
  return found;
}

std::string condition(const Value& ns, std::string_view type) {
  for (const View c : View(ns)["status"]["conditions"].items())
    if (c["type"].as_string() == type)
      return fmt::format("{} {}: {}", c["status"].as_string(), c["reason"].as_string(), c["message"].as_string());
  return "";
}

struct NamespacePlanTest : ::testing::Test {
  Known known{document(R"({"metadata": {"name": "team"}, "spec": {"finalizers": ["kubernetes"]}})"), {}, {}, kNow};

  std::vector<std::string> removed() const {
    std::vector<std::string> found;
    for (const auto& [index, object] : make_plan(known).remove)
      found.push_back(known.content[index].resource + "/" + std::string(object::name_of(object.root())));
    return found;
  }
};

using Names = std::vector<std::string>;

TEST_F(NamespacePlanTest, pods_go_before_all_else) {
  known.content = {content("configmaps", "", {R"({"metadata": {"name": "c"}})"}),
                   content("pods", "", {R"({"metadata": {"name": "p"}})", R"({"metadata": {"name": "q"}})"})};
  EXPECT_EQ(removed(), (Names{"pods/p", "pods/q"}));
  known.content.pop_back();
  EXPECT_EQ(removed(), Names{"configmaps/c"});
  known.content.clear();
  EXPECT_TRUE(make_plan(known).empty);
}

TEST_F(NamespacePlanTest, what_is_going_already_is_waited_for_and_not_deleted_twice) {
  known.content = {content("pods", "", {R"({"metadata": {"name": "p", "deletionTimestamp": "t"}})"}),
                   content("secrets", "", {R"({"metadata": {"name": "s"}})"})};
  EXPECT_EQ(removed(), Names{});
  EXPECT_FALSE(make_plan(known).empty);
}

TEST_F(NamespacePlanTest, the_status_tells_what_is_left_in_alphabetical_order) {
  known.content = {content("secrets", "", {R"({"metadata": {"name": "s"}})"}),
                   content("deployments", "apps",
                           {R"({"metadata": {"name": "a", "finalizers": ["x/y", "a/b"]}})",
                            R"({"metadata": {"name": "b", "finalizers": ["x/y"]}})"})};
  const auto told = next_status(known);
  ASSERT_TRUE(told);
  EXPECT_EQ(View(*told)["status"]["phase"].str(), "Terminating");
  EXPECT_EQ(condition(*told, "NamespaceContentRemaining"),
            "True SomeResourcesRemain: Some resources are remaining: deployments.apps has 2 resource instances, "
            "secrets. has 1 resource instances");
  EXPECT_EQ(condition(*told, "NamespaceFinalizersRemaining"),
            "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: a/b in 1 resource "
            "instances, x/y in 2 resource instances");
  EXPECT_EQ(condition(*told, "NamespaceDeletionDiscoveryFailure"),
            "False ResourcesDiscovered: All resources successfully discovered");
}

TEST_F(NamespacePlanTest, a_status_that_says_it_already_is_not_written_again) {
  known.content = {content("secrets", "", {R"({"metadata": {"name": "s"}})"})};
  const auto first = next_status(known);
  known.ns = object::Document::freeze(*first);
  known.now += object::kSecondNs;
  EXPECT_FALSE(next_status(known));
  known.errors = {"no"};
  const auto second = next_status(known);
  ASSERT_TRUE(second);
  EXPECT_EQ(condition(*second, "NamespaceDeletionContentFailure"),
            "True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: no");
  EXPECT_EQ(View(*second)["status"]["conditions"].size(), 5u);
}

TEST_F(NamespacePlanTest, a_condition_keeps_its_time_while_its_status_stays) {
  known.content = {content("secrets", "", {R"({"metadata": {"name": "s"}})", R"({"metadata": {"name": "t"}})"})};
  known.ns = object::Document::freeze(*next_status(known));
  known.now += 60 * object::kSecondNs;
  known.content[0].objects.pop_back();
  const auto fewer = next_status(known);
  ASSERT_TRUE(fewer);
  const auto time_of = [&](std::string_view type) {
    for (const View c : View(*fewer)["status"]["conditions"].items())
      if (c["type"].as_string() == type) return c["lastTransitionTime"].str();
    return std::string();
  };
  EXPECT_EQ(time_of("NamespaceContentRemaining"), "2026-01-01T00:00:00Z");
}

TEST_F(NamespacePlanTest, only_its_own_finalizer_is_taken) {
  const Value ns = json(R"({"spec": {"finalizers": ["example.com/keep", "kubernetes"]}})");
  EXPECT_FALSE(is_finalized(ns));
  const Value after = finalized(ns);
  EXPECT_TRUE(is_finalized(after));
  EXPECT_EQ(object::to_json(View(after)["spec"]["finalizers"]), R"(["example.com/keep"])");
}

}  // namespace
}  // namespace proa::controllers::ns
