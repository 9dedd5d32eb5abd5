#include "controllers/workload/ownership.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::document;
using testing::json;
using testing::names;

constexpr std::string_view kOwner = R"({"apiVersion": "apps/v1", "kind": "ReplicaSet",
    "metadata": {"namespace": "default", "name": "web", "uid": "me"}})";

Document candidate(std::string_view name, std::string_view labels, std::string_view owner_uid,
                   std::string_view more = "{}") {
  Value object = json(R"({"metadata": {"namespace": "default"}})");
  object["metadata"]["name"] = name;
  object["metadata"]["labels"] = json(labels);
  if (!owner_uid.empty())
    object["metadata"]["ownerReferences"].push_back(Value::object({{"uid", owner_uid}, {"controller", true}}));
  testing::set_members(object["metadata"], more);
  return Document::freeze(std::move(object));
}

struct Case {
  const char* what;
  Document object;
  const char* verdict;  // owned, adopt, release or nothing
};

TEST(Claim, matching_objects_without_a_controller_are_adopted_and_strays_released) {
  constexpr const char *kWeb = R"({"app": "web"})", *kOther = R"({"app": "other"})";
  constexpr const char* kGoing = R"({"deletionTimestamp": "2026-01-01T00:00:00Z"})";
  const std::vector<Case> cases = {
      {"mine and matching", candidate("x", kWeb, "me"), "owned"},
      {"mine, relabelled", candidate("x", kOther, "me"), "release"},
      {"an orphan that matches", candidate("x", kWeb, ""), "adopt"},
      {"an orphan that does not", candidate("x", kOther, ""), "nothing"},
      {"somebody else's, though it matches", candidate("x", kWeb, "other"), "nothing"},
      {"an orphan on its way out", candidate("x", kWeb, "", kGoing), "nothing"},
      {"mine on its way out still counts", candidate("x", kWeb, "me", kGoing), "owned"},
      {"no labels at all", candidate("x", "{}", ""), "nothing"},
  };
  const auto selector = *object::LabelSelector::parse("app=web");
  for (const Case& c : cases) {
    const Claims claims = claim(document(kOwner).root(), selector, {c.object});
    const std::string verdict = !claims.owned.empty()     ? "owned"
                                : !claims.adopt.empty()   ? "adopt"
                                : !claims.release.empty() ? "release"
                                                          : "nothing";
    EXPECT_EQ(verdict, c.verdict) << c.what;
  }
}

TEST(Claim, who_is_being_deleted_neither_adopts_nor_releases) {
  Value owner = json(kOwner);
  owner["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  const auto selector = *object::LabelSelector::parse("app=web");
  const Claims claims = claim(owner, selector,
                              {candidate("mine", R"({"app": "web"})", "me"), candidate("stray", "{}", "me"),
                               candidate("orphan", R"({"app": "web"})", "")});
  EXPECT_EQ(names(claims.owned), std::vector<std::string>{"mine"});
  EXPECT_TRUE(claims.adopt.empty());
  EXPECT_TRUE(claims.release.empty());
}

TEST(OwnerReferences, are_added_and_taken_one_by_one) {
  const Document owner = document(kOwner);
  const Document other = candidate("x", "{}", "other");
  const Value both = adopted(other.root(), owner.root());
  ASSERT_EQ(View(both)["metadata"]["ownerReferences"].size(), 2u);
  EXPECT_EQ(object::to_json(View(both)["metadata"]["ownerReferences"].at(1)),
            R"({"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"me","controller":true,)"
            R"("blockOwnerDeletion":true})");
  const Value one = released(both, "me");
  EXPECT_EQ(View(one)["metadata"]["ownerReferences"].size(), 1u);
  EXPECT_FALSE(View(released(one, "other"))["metadata"].has("ownerReferences")) << "no empty list is left";
}

TEST(PodFromTemplate, takes_what_the_template_says_and_nothing_else) {
  const Value from = json(R"({"metadata": {"name": "ignored", "labels": {"a": "1"}, "annotations": {"b": "2"},
      "finalizers": ["c/d"]}, "spec": {"containers": [{"name": "c"}]}})");
  const Value pod = pod_from_template(from, document(kOwner).root());
  const View v(pod);
  EXPECT_EQ(v["metadata"]["generateName"].str(), "web-");
  EXPECT_FALSE(v["metadata"].has("name"));
  EXPECT_EQ(v["metadata"]["namespace"].str(), "default");
  EXPECT_EQ(v["metadata"]["labels"]["a"].str(), "1");
  EXPECT_EQ(v["metadata"]["annotations"]["b"].str(), "2");
  EXPECT_EQ(v["metadata"]["finalizers"].at(0).str(), "c/d");
  EXPECT_TRUE(object::is_controlled_by(v, "me"));
  EXPECT_EQ(v["spec"]["containers"].at(0)["name"].str(), "c");
}

}  // namespace
}  // namespace proa::controllers
