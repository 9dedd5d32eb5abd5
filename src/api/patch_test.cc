#include "api/api_testing.h"

namespace proa::api {
namespace {

class PatchTest : public ApiTest {
 protected:
  PatchTest() { ask("POST", kMaps, config_map("a", R"(,"data":{"k":"1","l":"2"})")); }
  Answer patch(std::string_view type, std::string body) {
    return ask("PATCH", at(kMaps, "a"), std::move(body), "application/" + std::string(type));
  }
};

TEST_F(PatchTest, merge_json_and_strategic_patches_change_what_they_name) {
  const Answer merged = patch("merge-patch+json", R"({"data":{"k":null,"m":"3"}})");
  EXPECT_EQ(merged.code, 200) << merged.text;
  EXPECT_FALSE(merged["data"].has("k"));
  EXPECT_EQ(merged["data"]["m"].as_string(), "3");
  EXPECT_EQ(patch("json-patch+json", R"([{"op":"add","path":"/data/n","value":"4"}])")["data"]["n"].as_string(), "4");
  EXPECT_EQ(patch("strategic-merge-patch+json", R"({"data":{"o":"5"}})")["data"].size(), 4u);
}

TEST_F(PatchTest, strategic_patches_merge_containers_by_name) {
  ask("POST", kPods, pod("p"));
  const Answer patched = ask("PATCH", at(kPods, "p"), R"({"spec":{"containers":[{"name":"c","image":"new"}]}})",
                             "application/strategic-merge-patch+json");
  EXPECT_EQ(patched.code, 200) << patched.text;
  EXPECT_EQ(patched["spec"]["containers"].size(), 1u);
  EXPECT_EQ(patched["spec"]["containers"].at(0)["image"].as_string(), "new");
}

TEST_F(PatchTest, refusals_are_upstream_s) {
  EXPECT_EQ(patch("strategic-merge-patch+json", R"({"data":{"q":1}})").message(),
            R"( "" is invalid: patch: Invalid value: "map[data:map[q:1]]": cannot convert int64 to string)");
  EXPECT_EQ(patch("merge-patch+json", R"({"metadata":{"name":"b"}})").message(),
            "the name of the object (b) does not match the name on the URL (a)");
  EXPECT_EQ(ask("PATCH", at(kMaps, "a"), "{}", "text/plain").code, 415);
  EXPECT_EQ(ask("PATCH", at(kMaps, "none"), "{}", "application/merge-patch+json").code, 404);
}

TEST_F(PatchTest, a_patch_may_demand_a_resource_version) {
  EXPECT_EQ(patch("merge-patch+json", R"({"metadata":{"resourceVersion":"1"},"data":{"z":"z"}})").code, 409);
}

TEST_F(PatchTest, nothing_changed_keeps_the_version) {
  const std::string before = ask("GET", at(kMaps, "a"))["metadata"]["resourceVersion"].str();
  EXPECT_EQ(patch("merge-patch+json", R"({"data":{"k":"1"}})")["metadata"]["resourceVersion"].str(), before);
}

// ---- server-side apply ----

class ApplyTest : public ApiTest {
 protected:
  Answer apply(std::string_view manager, std::string_view config, bool force = false) {
    return ask("PATCH", at(kMaps, "s") + "?fieldManager=" + std::string(manager) + (force ? "&force=true" : ""),
               "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\n" + std::string(config),
               "application/apply-patch+yaml");
  }
};

TEST_F(ApplyTest, creates_then_merges_and_takes_away_what_is_no_longer_applied) {
  EXPECT_EQ(apply("one", "data: {a: x, b: x}\n").code, 201);
  EXPECT_EQ(apply("two", "data: {c: x}\n").code, 200);
  const Answer less = apply("one", "data: {a: x}\n");
  EXPECT_EQ(less.code, 200) << less.text;
  EXPECT_TRUE(less["data"].has("a"));
  EXPECT_FALSE(less["data"].has("b"));
  EXPECT_TRUE(less["data"].has("c"));
}

TEST_F(ApplyTest, another_manager_s_value_is_a_conflict_unless_forced) {
  apply("one", "data: {a: x}\n");
  const Answer refused = apply("two", "data: {a: other}\n");
  EXPECT_EQ(refused.code, 409);
  EXPECT_EQ(refused.message(), R"(Apply failed with 1 conflict: conflict with "one": .data.a)");
  EXPECT_EQ(refused["details"]["causes"].at(0)["reason"].as_string(), "FieldManagerConflict");
  EXPECT_EQ(apply("two", "data: {a: other}\n", true)["data"]["a"].as_string(), "other");
}

TEST_F(ApplyTest, the_same_value_is_shared) {
  apply("one", "data: {a: x}\n");
  EXPECT_EQ(apply("two", "data: {a: x}\n").code, 200);
  const Answer gone = apply("one", "");
  EXPECT_TRUE(gone["data"].has("a"));  // two still wants it
}

TEST_F(ApplyTest, applying_the_same_again_writes_nothing) {
  const std::string before = apply("one", "data: {a: x}\n")["metadata"]["resourceVersion"].str();
  executor_.advance(5 * runtime::kSecond);
  EXPECT_EQ(apply("one", "data: {a: x}\n")["metadata"]["resourceVersion"].str(), before);
}

TEST_F(ApplyTest, a_manager_is_demanded) {
  const Answer refused = ask("PATCH", at(kMaps, "s"), "{}", "application/apply-patch+yaml");
  EXPECT_EQ(refused.code, 422);
  EXPECT_NE(refused.message().find("is required for apply patch"), std::string::npos);
}

}  // namespace
}  // namespace proa::api
