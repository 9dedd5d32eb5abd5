#include "api/fields/managed_fields.h"

#include <gtest/gtest.h>

#include "api/fields/field_set.h"
#include "object/document.h"
#include "object/json.h"
#include "schema/decode.h"

namespace proa::api::fields {
namespace {

using object::Value;
using object::View;

Value parse(std::string_view json) { return std::move(*object::parse_json(json)); }

class ManagedFields : public testing::Test {
 protected:
  ManagedFields() : kind_(registry_.find_kind("apps/v1", "Deployment")) {}

  Value decoded(std::string_view json) {
    Value value = parse(json);
    EXPECT_TRUE(schema::decode(value, kind_->type));
    return value;
  }
  /// The object after a write by `manager` at second `when`.
  Value write(std::string_view json, const Value* live, std::string_view manager, int when,
              std::string_view subresource = "") {
    Value object = decoded(json);
    update_managed_fields(object, live == nullptr ? View() : View(*live), *kind_,
                          {.manager = manager, .subresource = subresource, .now = when * object::kSecondNs});
    return object;
  }
  static std::string fields_of(const Value& object, size_t i) {
    return std::string(View(object)["metadata"]["managedFields"].at(i)["fieldsV1"].as_raw());
  }

  schema::Registry registry_;
  schema::KindRef kind_;
};

constexpr std::string_view kOne =
    R"({"metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":1,"template":{"spec":{"containers":[
        {"name":"c","image":"i","ports":[{"containerPort":443,"protocol":"TCP"},{"containerPort":80,"protocol":"TCP"}]}]}}}})";

TEST_F(ManagedFields, a_create_owns_what_it_sets_and_ports_are_ordered_as_numbers) {
  const Value made = write(kOne, nullptr, "me", 1);
  EXPECT_EQ(
      fields_of(made, 0),
      R"({"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}},"k:{\"containerPort\":443,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{}}}}}}})");
}

TEST_F(ManagedFields, who_changes_a_field_takes_it_over) {
  const Value made = write(kOne, nullptr, "me", 1);
  const Value changed =
      write(R"({"metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":5,"template":{"spec":{"containers":[
        {"name":"c","image":"i","ports":[{"containerPort":443,"protocol":"TCP"},{"containerPort":80,"protocol":"TCP"}]}]}}}})",
            &made, "you", 2);
  ASSERT_EQ(View(changed)["metadata"]["managedFields"].size(), 2u);
  EXPECT_EQ(fields_of(changed, 0).find("f:replicas"), std::string::npos);
  EXPECT_EQ(fields_of(changed, 1), R"({"f:spec":{"f:replicas":{}}})");
}

TEST_F(ManagedFields, what_is_removed_is_nobody_s) {
  const Value made = write(kOne, nullptr, "me", 1);
  const Value less = write(
      R"({"metadata":{"name":"d"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
      &made, "you", 2);
  EXPECT_EQ(View(less)["metadata"]["managedFields"].size(), 1u);
  EXPECT_EQ(fields_of(less, 0).find("f:labels"), std::string::npos);
  EXPECT_EQ(fields_of(less, 0).find("f:ports"), std::string::npos);
}

TEST_F(ManagedFields, the_same_manager_keeps_one_entry_per_subresource_and_status_is_not_the_main_write_s) {
  const Value made = write(kOne, nullptr, "me", 1);
  const Value status =
      write(R"({"metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":1,"template":{"spec":{"containers":[
        {"name":"c","image":"i","ports":[{"containerPort":443,"protocol":"TCP"},{"containerPort":80,"protocol":"TCP"}]}]}}},
        "status":{"replicas":1}})",
            &made, "me", 3, "status");
  ASSERT_EQ(View(status)["metadata"]["managedFields"].size(), 2u);
  const View entry = View(status)["metadata"]["managedFields"].at(1);
  EXPECT_EQ(entry["subresource"].as_string(), "status");
  EXPECT_EQ(entry["fieldsV1"].as_raw(), R"({"f:status":{"f:replicas":{}}})");
}

TEST_F(ManagedFields, an_empty_list_ends_the_tracking) {
  const Value made = write(kOne, nullptr, "me", 1);
  const Value reset = write(
      R"({"metadata":{"name":"d","labels":{"a":"b"},"managedFields":[{}]},"spec":{"replicas":2}})", &made, "me", 2);
  EXPECT_FALSE(View(reset)["metadata"]["managedFields"].exists());
}

TEST_F(ManagedFields, more_than_ten_updaters_share_a_bucket) {
  Value object = write(kOne, nullptr, "m0", 1);
  for (int i = 1; i < 14; ++i) {
    const std::string label = R"({"metadata":{"name":"d","labels":{"a":"b","l)" + std::to_string(i) +
                              R"(":"x"}},"spec":{"replicas":)" + std::to_string(i + 1) + "}}";
    object = write(label, &object, "m" + std::to_string(i), i + 1);
  }
  EXPECT_LE(View(object)["metadata"]["managedFields"].size(), 10u);
}

TEST(FieldSets, read_what_they_write) {
  TextArena arena;
  const std::string text =
      R"({"f:a":{".":{},"f:b":{}},"f:c":{"k:{\"name\":\"x\"}":{".":{},"f:name":{}}},"f:d":{"v:\"q\"":{}}})";
  EXPECT_EQ(to_fields_v1(parse_fields_v1(text, arena)), text);
  EXPECT_TRUE(parse_fields_v1("nonsense", arena).empty());
  EXPECT_TRUE(parse_fields_v1(R"({"f:a":{)", arena).empty());
}

TEST(FieldSets, are_added_subtracted_and_intersected_by_path) {
  TextArena arena;
  FieldSet a = parse_fields_v1(R"({"f:a":{},"f:b":{".":{},"f:x":{}}})", arena);
  const FieldSet b = parse_fields_v1(R"({"f:b":{"f:x":{}},"f:c":{}})", arena);
  EXPECT_TRUE(intersects(a, b));
  EXPECT_EQ(to_fields_v1(intersection(a, b)), R"({"f:b":{"f:x":{}}})");
  unite(a, b);
  EXPECT_EQ(to_fields_v1(a), R"({"f:a":{},"f:b":{".":{},"f:x":{}},"f:c":{}})");
  subtract(a, b);
  EXPECT_EQ(to_fields_v1(a), R"({"f:a":{},"f:b":{}})");
}

}  // namespace
}  // namespace proa::api::fields
