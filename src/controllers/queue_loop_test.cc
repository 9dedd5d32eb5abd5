#include "controllers/queue_loop.h"

#include <map>

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

namespace resources = client::resources;
using testing::Cluster;

/// Notes the keys it is given, and ends them as it is told to.
class Notes : public QueueLoop {
 public:
  explicit Notes(const Parts& parts) : QueueLoop(parts, 2), maps_(informer(resources::kConfigMaps)) {}
  void start() override { queue_changes(maps_); }
  void finish(const std::string& key, bool good) {
    auto node = open.extract(key);
    ASSERT_FALSE(node.empty()) << key;
    end(std::move(node.mapped()), good);
  }
  std::string value_of(std::string_view key) const { return cached(maps_, key)["data"]["v"].str(); }

  std::vector<std::string> seen;
  std::map<std::string, Finish> open;

 private:
  void sync(const std::string& key, Finish finish) override {
    seen.push_back(key);
    open.emplace(key, std::move(finish));
  }
  client::Informer& maps_;
};

struct QueueLoopTest : ::testing::Test {
  Cluster cluster;
  Notes* loop = nullptr;

  void SetUp() override {
    auto made = std::make_unique<Notes>(cluster.parts());
    loop = made.get();
    cluster.add(std::move(made));
    cluster.start();
  }
  void put(std::string_view name, std::string_view value = "1") {
    object::Value map = object::Value::object();
    map["metadata"] = object::Value::object({{"namespace", "default"}, {"name", name}});
    map["data"]["v"] = value;
    cluster.client.put(resources::kConfigMaps, std::move(map));
    cluster.settle();
  }
};

using Keys = std::vector<std::string>;

TEST_F(QueueLoopTest, every_change_of_an_object_queues_its_key) {
  put("a");
  EXPECT_EQ(loop->value_of("default/a"), "1");
  loop->finish("default/a", true);
  put("a", "2");
  loop->finish("default/a", true);
  cluster.client.erase(resources::kConfigMaps, "default", "a");
  cluster.settle();
  EXPECT_EQ(loop->seen, (Keys{"default/a", "default/a", "default/a"}));
  EXPECT_EQ(loop->value_of("default/a"), "");
}

TEST_F(QueueLoopTest, a_key_is_worked_on_once_at_a_time_and_again_when_it_changed_meanwhile) {
  put("a");
  put("a", "2");
  put("a", "3");
  EXPECT_EQ(loop->seen, Keys{"default/a"});
  EXPECT_FALSE(loop->idle());
  loop->finish("default/a", true);
  cluster.settle();
  EXPECT_EQ(loop->seen, (Keys{"default/a", "default/a"}));
  loop->finish("default/a", true);
  cluster.settle();
  EXPECT_TRUE(loop->idle());
}

TEST_F(QueueLoopTest, no_more_than_its_number_side_by_side) {
  for (const char* name : {"a", "b", "c"}) put(name);
  EXPECT_EQ(loop->seen, (Keys{"default/a", "default/b"}));
  loop->finish("default/b", true);
  cluster.settle();
  EXPECT_EQ(loop->seen, (Keys{"default/a", "default/b", "default/c"}));
}

TEST_F(QueueLoopTest, what_failed_comes_again_by_itself) {
  put("a");
  loop->finish("default/a", false);
  cluster.settle();
  EXPECT_EQ(loop->seen.size(), 2u);
  loop->finish("default/a", true);
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(loop->seen.size(), 2u);
}

TEST_F(QueueLoopTest, a_loop_that_is_gone_hears_nothing_more) {
  put("a");
  auto finish = std::move(loop->open.begin()->second);
  cluster.controllers.clear();
  finish(client::WorkQueue::Outcome::kRetry);
  cluster.client.erase(resources::kConfigMaps, "default", "a");
  cluster.executor.advance(runtime::kMinute);
}

}  // namespace
}  // namespace proa::controllers
