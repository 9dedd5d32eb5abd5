#include "object/value.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::object {
namespace {

TEST(Value, writing_makes_the_objects_on_the_way) {
  Value pod;
  pod["metadata"]["labels"]["app"] = "web";
  pod["spec"]["containers"].push_back(Value::object({{"name", "web"}}));
  EXPECT_EQ(to_json(pod), R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web"}]}})");
}

TEST(Value, members_keep_their_order_and_are_replaced_in_place) {
  Value object = Value::object({{"b", 1}, {"a", 2}});
  object.set("b", 3);
  EXPECT_EQ(to_json(object), R"({"b":3,"a":2})");
  EXPECT_TRUE(object.erase("b"));
  EXPECT_FALSE(object.erase("b"));
  EXPECT_EQ(to_json(object), R"({"a":2})");
}

TEST(Value, find_never_adds) {
  Value object = Value::object({{"a", 1}});
  EXPECT_EQ(object.find("b"), nullptr);
  EXPECT_EQ(Value("text").find("a"), nullptr);
  EXPECT_EQ(View(object)["a"].as_int(), 1);
  EXPECT_EQ(View(object).size(), 1u);
}

TEST(Value, a_part_may_be_assigned_to_the_whole) {
  Value tree = Value::object({{"inner", Value::object({{"deep", "text"}})}});
  tree = *tree.find("inner");
  EXPECT_EQ(to_json(tree), R"({"deep":"text"})");
}

TEST(Value, copies_are_deep_but_share_raw_text) {
  Value first = Value::object({{"raw", Value::raw("{}")}, {"n", 1}});
  Value second = first;
  second["n"] = 2;
  EXPECT_EQ(View(first)["n"].as_int(), 1);
  EXPECT_EQ(View(first)["raw"].as_raw().data(), View(second)["raw"].as_raw().data());
}

TEST(View, what_is_of_another_kind_reads_as_the_default) {
  const Value object = Value::object({{"text", "x"}, {"number", 2.9}, {"null", nullptr}});
  const View view = object;
  EXPECT_EQ(view["text"].as_int(5), 5);
  EXPECT_EQ(view["number"].as_int(), 2);
  EXPECT_EQ(view["number"].as_string("no"), "no");
  EXPECT_TRUE(view["null"].exists());
  EXPECT_FALSE(view["none"]["deeper"].at(3)["still"].exists());
  int seen = 0;
  for (const auto [name, value] : view["text"].members()) seen += static_cast<int>(name.size());
  for (const View item : view.items()) seen += static_cast<int>(item.size());
  EXPECT_EQ(seen, 0);
}

TEST(View, equality_ignores_the_order_of_members_and_the_form_of_numbers) {
  const auto same = [](std::string_view a, std::string_view b) { return View(*parse_json(a)) == View(*parse_json(b)); };
  EXPECT_TRUE(same(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1.0})"));
  EXPECT_FALSE(same(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(same(R"({"a":1,"c":2})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(same("[1,2]", "[2,1]"));
  EXPECT_FALSE(same("null", "false"));
  EXPECT_FALSE(same("9007199254740993", "9007199254740992"));
}

}  // namespace
}  // namespace proa::object
