#include "client/expectations.h"

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "object/meta.h"

namespace proa::client {
namespace {

using object::Document;
using object::Value;

struct ExpectationsTest : testing::Test {
  FakeExecutor executor;
  FakeClient client{executor};
  Informers informers{client, executor};
  Informer& pods = informers.of(resources::kPods);
  Expectations expectations{executor.clock()};

  void SetUp() override {
    informers.start();
    executor.settle();
  }
  Document put(std::string_view name) {
    Value pod = Value::object();
    pod["metadata"] = Value::object({{"name", name}, {"namespace", "default"}});
    return client.put(resources::kPods, std::move(pod));
  }
};

TEST_F(ExpectationsTest, satisfied_when_the_cache_has_seen_the_write) {
  EXPECT_TRUE(expectations.satisfied("default/web"));
  client.hold_watches(true);
  expectations.wrote("default/web", pods, put("a"));
  EXPECT_FALSE(expectations.satisfied("default/web"));
  EXPECT_TRUE(expectations.satisfied("default/other"));
  client.hold_watches(false);
  executor.settle();
  EXPECT_TRUE(expectations.satisfied("default/web"));
  EXPECT_EQ(expectations.size(), 0u);
}

TEST_F(ExpectationsTest, a_removal_is_seen_when_the_object_is_gone_or_going) {
  const Document a = put("a"), b = put("b");
  executor.settle();
  expectations.removed("k", pods, a);
  expectations.removed("k", pods, b);
  EXPECT_FALSE(expectations.satisfied("k"));
  client.erase(resources::kPods, "default", "a");
  client.edit(resources::kPods, "default", "b",
              [](Value& v) { v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
  EXPECT_FALSE(expectations.satisfied("k"));
  executor.settle();
  EXPECT_TRUE(expectations.satisfied("k"));
}

TEST_F(ExpectationsTest, a_write_that_is_never_seen_is_given_up) {
  client.hold_watches(true);
  expectations.wrote("k", pods, put("a"));
  executor.advance(Expectations::kTimeout - 1);
  EXPECT_FALSE(expectations.satisfied("k"));
  executor.advance(1);
  EXPECT_TRUE(expectations.satisfied("k"));
}

}  // namespace
}  // namespace proa::client
