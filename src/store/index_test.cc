#include "store/index.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/random.h"

namespace proa::store {
namespace {

using Model = std::map<std::string, Revision, std::less<>>;

EntryPtr entry(std::string key, Revision revision) {
  return std::make_shared<const Entry>(Entry{.key = std::move(key), .revision = revision});
}

std::vector<std::string> keys(const Index& index, std::string_view prefix = {}, std::string_view from = {}) {
  std::vector<std::string> found;
  index.scan(prefix, from, [&](const EntryPtr& e) {
    found.push_back(e->key);
    return true;
  });
  return found;
}

std::vector<std::string> model_keys(const Model& model, std::string_view prefix, std::string_view from) {
  std::vector<std::string> found;
  for (const auto& [key, _] : model)
    if (key.starts_with(prefix) && key >= from) found.push_back(key);
  return found;
}

void expect_same(const Index& index, const Model& model) {
  ASSERT_EQ(index.size(), model.size());
  auto at = model.begin();
  bool same = true;
  index.scan({}, {}, [&](const EntryPtr& e) {
    same = at != model.end() && e->key == at->first && e->revision == at->second;
    ++at;
    return same;
  });
  EXPECT_TRUE(same);
  EXPECT_TRUE(at == model.end());
}

TEST(Index, an_empty_index_has_nothing) {
  Index index;
  EXPECT_EQ(index.size(), 0u);
  EXPECT_EQ(index.find("a"), nullptr);
  EXPECT_FALSE(index.erase("a"));
  EXPECT_EQ(index.count(""), 0u);
  EXPECT_TRUE(keys(index).empty());
}

TEST(Index, scan_follows_the_order_of_keys_within_a_prefix) {
  Index index;
  for (const char* key : {"/b/2", "/a/1", "/b/10", "/c", "/b/1"}) index.put(entry(key, 1));
  EXPECT_EQ(keys(index, "/b/"), (std::vector<std::string>{"/b/1", "/b/10", "/b/2"}));
  EXPECT_EQ(keys(index, "/b/", "/b/10"), (std::vector<std::string>{"/b/10", "/b/2"}));
  EXPECT_EQ(keys(index, "/b/", "/a"), (std::vector<std::string>{"/b/1", "/b/10", "/b/2"}));
  EXPECT_TRUE(keys(index, "/b/", "/c").empty());
  EXPECT_EQ(index.count("/b/"), 3u);
  EXPECT_EQ(index.count("/"), 5u);
  EXPECT_EQ(index.count("/d"), 0u);
  EXPECT_EQ(index.count("\xff"), 0u);
}

TEST(Index, scan_ends_when_the_visitor_has_enough) {
  Index index;
  for (int i = 0; i < 1000; ++i) index.put(entry("/" + std::to_string(i), 1));
  int seen = 0;
  index.scan("/", {}, [&](const EntryPtr&) { return ++seen < 70; });
  EXPECT_EQ(seen, 70);
}

TEST(Index, a_copy_keeps_showing_what_it_showed) {
  Index index;
  Model model;
  std::vector<std::pair<Index, Model>> copies;
  runtime::SeededRandom random(11);
  for (int step = 0; step < 4000; ++step) {
    const std::string key = "/k/" + std::to_string(random.below(600));
    if (random.below(5) < 3) {
      index.put(entry(key, step));
      model[key] = step;
    } else {
      EXPECT_EQ(index.erase(key), model.erase(key) == 1);
    }
    if (random.below(40) == 0) copies.emplace_back(index, model);
  }
  for (const auto& [copy, then] : copies) expect_same(copy, then);
}

TEST(Index, agrees_with_an_ordered_map_under_random_changes) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    runtime::SeededRandom random(seed);
    Index index;
    Model model;
    const uint64_t space = 50 + random.below(5000);
    for (int step = 0; step < 3000; ++step) {
      const std::string key = "/" + std::to_string(random.below(space));
      const bool growing = step % 1000 < 600;
      if (random.below(10) < (growing ? 8u : 2u)) {
        index.put(entry(key, step));
        model[key] = step;
      } else {
        EXPECT_EQ(index.erase(key), model.erase(key) == 1);
      }
      const std::string prefix = "/" + std::to_string(random.below(100));
      if (step % 50 == 0) {
        EXPECT_EQ(keys(index, prefix, key), model_keys(model, prefix, key));
        EXPECT_EQ(index.count(prefix), model_keys(model, prefix, {}).size());
        EXPECT_EQ(index.find(key) != nullptr, model.contains(key));
      }
    }
    expect_same(index, model);
    while (!model.empty()) {
      ASSERT_TRUE(index.erase(model.begin()->first));
      model.erase(model.begin());
    }
    EXPECT_EQ(index.size(), 0u);
  }
}

}  // namespace
}  // namespace proa::store
