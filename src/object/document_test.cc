#include "object/document.h"

#include <limits>

#include <gtest/gtest.h>

#include "object/json.h"
#include "object/meta.h"
#include "object/random_tree.h"
#include "object/shared_text.h"
#include "object/value.h"

namespace proa::object {
namespace {

Value pod() {
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Pod"},
                        {"metadata", Value::object({{"name", "web"}, {"resourceVersion", "7"}})}});
}

TEST(Document, nothing_reads_as_absent) {
  const Document none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.root().exists());
  EXPECT_EQ(none["metadata"]["name"].as_string("?"), "?");
  EXPECT_EQ(none.bytes(), 0u);
}

TEST(Document, every_kind_reads_back) {
  Value all = Value::object();
  all["null"] = nullptr;
  all["true"] = true;
  all["small"] = -3;
  all["edge"] = std::numeric_limits<int32_t>::min();
  all["wide"] = std::numeric_limits<int64_t>::min();
  all["half"] = 0.5;
  all["short"] = "TCP";
  all["long"] = "a text that is longer than a node";
  all["items"] = Value::array({1, "two", 3.0});
  all["raw"] = Value::raw(R"({"f:spec":{}})");
  const Document document = Document::freeze(all);
  EXPECT_EQ(document["null"].kind(), Kind::kNull);
  EXPECT_TRUE(document["true"].as_bool());
  EXPECT_EQ(document["small"].as_int(), -3);
  EXPECT_EQ(document["edge"].as_int(), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(document["wide"].as_int(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(document["half"].as_double(), 0.5);
  EXPECT_EQ(document["short"].as_string(), "TCP");
  EXPECT_EQ(document["long"].as_string(), "a text that is longer than a node");
  EXPECT_EQ(document["items"].size(), 3u);
  EXPECT_EQ(document["items"].at(1).as_string(), "two");
  EXPECT_FALSE(document["items"].at(3).exists());
  EXPECT_EQ(document["raw"].as_raw(), R"({"f:spec":{}})");
  EXPECT_EQ(document.root(), View(all));
}

TEST(Document, random_trees_survive_freezing_and_json) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomTree random(seed);
    const Value tree = random.object(4);
    const Document document = Document::freeze(tree);
    ASSERT_EQ(document.root(), View(tree)) << seed;
    ASSERT_EQ(View(document.root().to_value()), View(tree)) << seed;
    const std::string json = to_json(tree);
    ASSERT_EQ(to_json(document.root()), json) << seed;
    const Result<Value> parsed = parse_json(json);
    ASSERT_TRUE(parsed) << seed << parsed.error().message;
    ASSERT_EQ(to_json(*parsed), json) << seed;
    const Document again = Document::freeze(document.root());
    ASSERT_EQ(again.root(), document.root()) << seed;
    for (const auto [name, value] : document.root().members()) ASSERT_EQ(document[name], value) << seed;
  }
}

TEST(Document, resource_version_is_written_in_place) {
  Document document = Document::freeze(pod());
  for (const int64_t version : {int64_t{1}, int64_t{9999}, int64_t{10000}, std::numeric_limits<int64_t>::max()}) {
    document.set_resource_version(version);
    EXPECT_EQ(resource_version_of(document.root()), version);
    EXPECT_EQ(document["metadata"]["resourceVersion"].str(), std::to_string(version));
  }
  EXPECT_EQ(document["metadata"]["name"].as_string(), "web");
}

TEST(Document, writing_the_version_leaves_equal_texts_alone) {
  Value object = pod();
  object["metadata"]["resourceVersion"] = "123456789";
  object["metadata"]["name"] = "123456789";
  Document document = Document::freeze(object);
  document.set_resource_version(555555555);
  EXPECT_EQ(document["metadata"]["name"].as_string(), "123456789");
  EXPECT_EQ(document["metadata"]["resourceVersion"].as_string(), "555555555");
}

TEST(Document, equal_texts_are_stored_once) {
  Value object = Value::object();
  object["metadata"]["a"] = std::string(400, 'x');
  const size_t once = Document::freeze(object).bytes();
  object["metadata"]["b"] = std::string(400, 'x');
  EXPECT_LT(Document::freeze(object).bytes(), once + 32);
}

TEST(Document, long_raw_texts_are_shared_between_documents) {
  Value object = pod();
  object["metadata"]["managedFields"].push_back(
      Value::object({{"fieldsV1", Value::raw(R"({"f:spec":{")" + std::string(500, 'x') + R"(":{}}})")}}));
  const size_t before = shared_text_count();
  {
    const Document first = Document::freeze(object);
    const Document second = Document::freeze(first.root());
    EXPECT_EQ(shared_text_count(), before + 1);
    const auto raw = [](const Document& document) {
      return document["metadata"]["managedFields"].at(0)["fieldsV1"].as_raw();
    };
    EXPECT_EQ(raw(first).data(), raw(second).data());
    EXPECT_EQ(raw(first).size(), 518u);
    EXPECT_LT(first.bytes(), 300u);
    EXPECT_EQ(View(second.root().to_value()), View(object));
  }
  EXPECT_EQ(shared_text_count(), before);
}

TEST(Document, copies_share_the_block) {
  Document first = Document::freeze(pod());
  const Document second = first;
  EXPECT_TRUE(first.same_as(second));
  first = Document();
  EXPECT_EQ(second["kind"].as_string(), "Pod");
}

TEST(Document, other_names_of_the_same_hash_are_told_apart) {
  // "costarring" and "liquid" have one 32-bit FNV-1a hash.
  ASSERT_EQ(name_hash("costarring"), name_hash("liquid"));
  const Document document = Document::freeze(Value::object({{"costarring", 1}}));
  EXPECT_EQ(document["costarring"].as_int(), 1);
  EXPECT_FALSE(document["liquid"].exists());
}

TEST(Document, long_names_are_kept_whole) {
  const std::string name(300, 'n');
  const Document document = Document::freeze(Value::object({{name, 1}, {"x", Value::object({{name, 2}})}}));
  EXPECT_EQ(document[name].as_int(), 1);
  EXPECT_EQ(document["x"][name].as_int(), 2);
  EXPECT_EQ((*document.root().members().begin()).name, name);
}

}  // namespace
}  // namespace proa::object
