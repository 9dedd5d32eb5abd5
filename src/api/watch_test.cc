#include "api/api_testing.h"

namespace proa::api {
namespace {

using object::View;

class WatchTest : public ApiTest {
 protected:
  std::string now() { return ask("GET", kMaps)["metadata"]["resourceVersion"].str(); }
  std::shared_ptr<TestWriter> from_now(std::string_view more = "") {
    return watch(std::string(kMaps) + "?watch=1&resourceVersion=" + now() + std::string(more));
  }
  static std::string story(const TestWriter& writer) {
    std::string out;
    for (const object::Value& frame : frames(writer)) {
      const View view(frame);
      if (view["object"]["metadata"]["name"].as_string() == "kube-root-ca.crt") continue;
      if (!out.empty()) out += ' ';
      out += view["type"].as_string();
      out += ':';
      out += view["object"]["metadata"]["name"].as_string();
    }
    return out;
  }
};

TEST_F(WatchTest, tells_what_comes_changes_and_goes) {
  const auto seen = from_now();
  ask("POST", kMaps, config_map("a"));
  merge(at(kMaps, "a"), R"({"data":{"k":"v"}})");
  ask("DELETE", at(kMaps, "a"));
  EXPECT_EQ(story(*seen), "ADDED:a MODIFIED:a DELETED:a");
  EXPECT_EQ(seen->header("content-type"), "application/json");
}

TEST_F(WatchTest, begins_with_what_is_there_when_no_version_is_named) {
  ask("POST", kMaps, config_map("a"));
  const auto seen = watch(std::string(kMaps) + "?watch=1");
  ask("POST", kMaps, config_map("b"));
  EXPECT_EQ(story(*seen), "ADDED:a ADDED:b");
}

TEST_F(WatchTest, goes_on_from_a_version_in_the_past) {
  const std::string before = now();
  ask("POST", kMaps, config_map("a"));
  const auto seen = watch(std::string(kMaps) + "?watch=1&resourceVersion=" + before);
  EXPECT_EQ(story(*seen), "ADDED:a");
}

TEST_F(WatchTest, selectors_see_objects_come_and_go) {
  const auto seen = from_now("&labelSelector=x%3D1");
  ask("POST", kMaps, R"({"metadata":{"name":"a","labels":{"x":"2"}}})");
  merge(at(kMaps, "a"), R"({"metadata":{"labels":{"x":"1"}}})");
  merge(at(kMaps, "a"), R"({"data":{"k":"v"}})");
  merge(at(kMaps, "a"), R"({"metadata":{"labels":{"x":"2"}}})");
  ask("DELETE", at(kMaps, "a"));
  EXPECT_EQ(story(*seen), "ADDED:a MODIFIED:a DELETED:a");
  // The last frame shows the object as it last matched, under the version at which it stopped to.
  const auto all = frames(*seen);
  EXPECT_EQ(View(all[2])["object"]["metadata"]["labels"]["x"].as_string(), "1");
  EXPECT_GT(View(all[2])["object"]["metadata"]["resourceVersion"].str(),
            View(all[1])["object"]["metadata"]["resourceVersion"].str());
}

TEST_F(WatchTest, one_object_by_name) {
  const auto seen = from_now("&fieldSelector=metadata.name%3Da");
  ask("POST", kMaps, config_map("aa"));
  ask("POST", kMaps, config_map("a"));
  EXPECT_EQ(story(*seen), "ADDED:a");
}

TEST_F(WatchTest, the_initial_state_ends_with_an_annotated_bookmark) {
  ask("POST", kMaps, config_map("a"));
  const auto seen = watch(std::string(kMaps) +
                          "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  const auto all = frames(*seen);
  const View last(all.back());
  EXPECT_EQ(last["type"].as_string(), "BOOKMARK");
  EXPECT_EQ(last["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"].as_string(), "true");
  EXPECT_EQ(last["object"]["metadata"]["resourceVersion"].str(), now());
  EXPECT_EQ(last["object"]["kind"].as_string(), "ConfigMap");
}

TEST_F(WatchTest, bookmarks_come_each_minute_when_there_is_something_to_mark) {
  const auto seen = from_now("&allowWatchBookmarks=true");
  ask("POST", kPods, pod("p"));  // another resource: the position moves on
  executor_.advance(61 * runtime::kSecond);
  EXPECT_EQ(story(*seen), "BOOKMARK:");
}

TEST_F(WatchTest, ends_when_its_time_is_over) {
  const auto seen = from_now("&timeoutSeconds=5");
  executor_.advance(4 * runtime::kSecond);
  EXPECT_FALSE(seen->finished);
  executor_.advance(2 * runtime::kSecond);
  EXPECT_TRUE(seen->finished);
  EXPECT_EQ(executor_.timers(), 0u);
}

TEST_F(WatchTest, leaves_nothing_behind_when_the_client_goes) {
  auto seen = from_now("&allowWatchBookmarks=true");
  EXPECT_EQ(store_->stats().watchers, 1u);
  seen->abandoned();
  executor_.settle();
  EXPECT_EQ(store_->stats().watchers, 0u);
  EXPECT_EQ(executor_.timers(), 0u);
  std::weak_ptr<TestWriter> weak = seen;
  seen.reset();
  EXPECT_TRUE(weak.expired());
}

TEST_F(WatchTest, a_client_that_does_not_read_is_not_fed) {
  const auto seen = from_now();
  seen->backlog = 2 << 20;
  ask("POST", kMaps, config_map("a"));
  EXPECT_EQ(story(*seen), "");
  seen->backlog = 0;
  seen->drained();
  executor_.settle();
  EXPECT_EQ(story(*seen), "ADDED:a");
}

TEST_F(WatchTest, all_watchers_of_a_kind_get_the_same_bytes) {
  const auto one = from_now(), two = from_now();
  ask("POST", kMaps, config_map("a"));
  ASSERT_EQ(one->pieces.size(), 1u);
  EXPECT_EQ(one->pieces[0].get(), two->pieces[0].get());
}

TEST_F(WatchTest, tables_name_their_columns_once) {
  const auto seen =
      watch(std::string(kMaps) + "?watch=1&resourceVersion=" + now(), "application/json;as=Table;v=v1;g=meta.k8s.io");
  ask("POST", kMaps, config_map("a"));
  ask("POST", kMaps, config_map("b"));
  const auto all = frames(*seen);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(View(all[0])["object"]["columnDefinitions"].at(0)["name"].as_string(), "Name");
  EXPECT_TRUE(View(all[1])["object"]["columnDefinitions"].is_null());
  EXPECT_EQ(View(all[1])["object"]["rows"].at(0)["cells"].at(0).as_string(), "b");
}

TEST_F(WatchTest, protobuf_frames_tell_their_length) {
  const auto seen =
      watch(std::string(kMaps) + "?watch=1&resourceVersion=" + now(), "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(seen->header("content-type"), "application/vnd.kubernetes.protobuf;stream=watch");
  ask("POST", kMaps, config_map("a"));
  ASSERT_EQ(seen->pieces.size(), 1u);
  const std::string& frame = *seen->pieces[0];
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(frame[i])); };
  EXPECT_EQ(byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3), frame.size() - 4);
  EXPECT_NE(frame.find(std::string("k8s\0", 4)), std::string::npos);
}

TEST_F(WatchTest, options_that_make_no_sense_are_refused) {
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?watch=1&sendInitialEvents=true").code, 422);
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?watch=1&resourceVersion=abc").code, 500);
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?watch=1&labelSelector=a===b").code, 400);
}

}  // namespace
}  // namespace proa::api
