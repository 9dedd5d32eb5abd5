#include <algorithm>

#include "api/api_testing.h"

namespace proa::api {
namespace {

class ListTest : public ApiTest {
 protected:
  ListTest() {
    for (const char* name : {"a", "b", "c", "d", "e"})
      ask("POST", kMaps, R"({"metadata":{"name":")" + std::string(name) + R"(","labels":{"is":")" + name + "\"}}}");
  }
  static std::string names(const Answer& list) {
    std::string out;
    for (const object::View item : list["items"].items()) {
      if (item["metadata"]["name"].as_string() == "kube-root-ca.crt") continue;
      out += item["metadata"]["name"].as_string();
    }
    return out;
  }
  Answer list(std::string_view query, std::string_view accept = "") {
    return ask("GET", std::string(kMaps) + "?" + std::string(query), "", "", accept);
  }
};

TEST_F(ListTest, items_come_in_order_and_without_their_kind) {
  const Answer all = list("");
  EXPECT_EQ(all["kind"].as_string(), "ConfigMapList");
  EXPECT_EQ(all["apiVersion"].as_string(), "v1");
  EXPECT_EQ(names(all), "abcde");
  EXPECT_FALSE(all["items"].at(0).has("kind"));
}

TEST_F(ListTest, selectors_choose) {
  EXPECT_EQ(names(list("labelSelector=is+in+(a,c)")), "ac");
  EXPECT_EQ(names(list("labelSelector=is!%3Da,is")), "bcde");
  EXPECT_EQ(names(list("fieldSelector=metadata.name%3Dd")), "d");
  EXPECT_EQ(names(list("fieldSelector=metadata.name!%3Dd&labelSelector=is")), "abce");
}

TEST_F(ListTest, unknown_field_selectors_are_refused_in_upstream_s_words) {
  EXPECT_EQ(list("fieldSelector=foo%3Dbar").code, 400);
  EXPECT_NE(list("fieldSelector=foo%3Dbar")
                .message()
                .find(R"("foo" is not a known field selector: only "metadata.name", "metadata.namespace")"),
            std::string::npos);
  EXPECT_NE(
      ask("GET", std::string(kPods) + "?fieldSelector=foo%3Dbar").message().find("field label not supported: foo"),
      std::string::npos);
}

TEST_F(ListTest, pages_show_one_state_to_the_end) {
  const Answer first = list("limit=2&labelSelector=is");
  EXPECT_EQ(names(first), "ab");
  EXPECT_FALSE(first["metadata"].has("remainingItemCount"));  // not told where a selector chooses
  ask("DELETE", at(kMaps, "c"));
  ask("POST", kMaps, R"({"metadata":{"name":"bb","labels":{"is":"new"}}})");
  const Answer second = list("limit=10&labelSelector=is&continue=" + first["metadata"]["continue"].str());
  EXPECT_EQ(names(second), "cde");
  EXPECT_EQ(second["metadata"]["resourceVersion"].str(), first["metadata"]["resourceVersion"].str());
  EXPECT_FALSE(second["metadata"].has("continue"));
}

TEST_F(ListTest, pages_tell_how_much_is_left) {
  const Answer first = list("limit=4");
  EXPECT_EQ(first["metadata"]["remainingItemCount"].as_int(), 2);
  const Answer second = list("limit=1&continue=" + first["metadata"]["continue"].str());
  EXPECT_EQ(second["metadata"]["remainingItemCount"].as_int(), 1);
}

TEST_F(ListTest, resource_versions_choose_the_state) {
  const std::string before = list("")["metadata"]["resourceVersion"].str();
  ask("DELETE", at(kMaps, "a"));
  EXPECT_EQ(names(list("resourceVersion=" + before)), "bcde");
  EXPECT_EQ(names(list("resourceVersion=" + before + "&resourceVersionMatch=Exact")), "abcde");
  EXPECT_EQ(list("resourceVersion=99999").code, 504);
  EXPECT_EQ(list("resourceVersion=abc").code, 400);
  EXPECT_EQ(list("resourceVersionMatch=Exact").code, 422);
  EXPECT_EQ(list("continue=abc").code, 400);
}

TEST_F(ListTest, tables_carry_columns_cells_and_metadata) {
  const Answer table = list("labelSelector=is%3Da", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  EXPECT_EQ(table["kind"].as_string(), "Table");
  EXPECT_EQ(table["columnDefinitions"].at(0)["name"].as_string(), "Name");
  EXPECT_EQ(table["rows"].size(), 1u);
  EXPECT_EQ(table["rows"].at(0)["cells"].at(0).as_string(), "a");
  EXPECT_EQ(table["rows"].at(0)["object"]["kind"].as_string(), "PartialObjectMetadata");
}

TEST_F(ListTest, partial_metadata_is_metadata_alone) {
  const Answer partial =
      list("labelSelector=is%3Da", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
  EXPECT_EQ(partial["kind"].as_string(), "PartialObjectMetadataList");
  EXPECT_EQ(partial["items"].at(0)["metadata"]["name"].as_string(), "a");
}

TEST_F(ListTest, large_lists_go_out_in_pieces_as_fast_as_the_client_takes_them) {
  const std::string filler(100'000, 'x');
  for (int i = 0; i < 20; ++i)
    ask("POST", kMaps, config_map("big-" + std::to_string(i), R"(,"data":{"k":")" + filler + "\"}"));
  auto writer = std::make_shared<TestWriter>(executor_);
  writer->backlog = 2 << 20;  // a client that takes nothing yet
  api_->handle(request("GET", kMaps), writer);
  EXPECT_FALSE(writer->finished);
  EXPECT_EQ(writer->pieces.size(), 1u);
  writer->backlog = 0;
  writer->drained();
  EXPECT_TRUE(writer->finished);
  const auto list = object::parse_json(writer->text);
  ASSERT_TRUE(list);
  EXPECT_EQ(object::View(*list)["items"].size(), 26u);
}

}  // namespace
}  // namespace proa::api
