#include "object/meta.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::object {
namespace {

TEST(Meta, reads_what_every_object_has) {
  const auto object = parse_json(R"({"metadata":{"name":"web","namespace":"default","uid":"u1","resourceVersion":"42",
      "generation":3,"deletionTimestamp":"2024-04-28T14:36:14Z","labels":{"a":"b"},
      "ownerReferences":[{"uid":"x"},{"uid":"rs","controller":true}]}})");
  const View view = *object;
  EXPECT_EQ(key_of(view), "default/web");
  EXPECT_EQ(resource_version_of(view), 42);
  EXPECT_EQ(controller_of(view)["uid"].as_string(), "rs");
  EXPECT_TRUE(is_controlled_by(view, "rs"));
  EXPECT_FALSE(is_controlled_by(view, "x"));
  EXPECT_TRUE(is_deleting(view));
  EXPECT_EQ(generation_of(view), 3);
}

TEST(Meta, an_empty_object_has_neutral_answers) {
  const Value nothing = Value::object();
  EXPECT_EQ(resource_version_of(nothing), 0);
  EXPECT_FALSE(controller_of(nothing).exists());
  EXPECT_FALSE(is_controlled_by(nothing, ""));
  EXPECT_EQ(key_of(*parse_json(R"({"metadata":{"name":"node-1","resourceVersion":"x"}})")), "node-1");
}

}  // namespace
}  // namespace proa::object
