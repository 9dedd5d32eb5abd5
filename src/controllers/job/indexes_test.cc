#include "controllers/job/indexes.h"

#include <gtest/gtest.h>

#include "runtime/random.h"

namespace proa::controllers::job {
namespace {

std::string read(std::string_view text, int64_t completions = 100) { return Indexes::parse(text, completions).str(); }

TEST(Indexes, are_written_as_intervals) {
  EXPECT_EQ(Indexes().str(), "");
  EXPECT_EQ(Indexes({3}).str(), "3");
  EXPECT_EQ(Indexes({3, 4}).str(), "3,4");
  EXPECT_EQ(Indexes({0, 1, 2, 4, 6, 7, 8, 9}).str(), "0-2,4,6-9");
}

TEST(Indexes, are_read_as_they_are_written) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("0-2,4,6-9"), "0-2,4,6-9");
  EXPECT_EQ(read("1,2,3"), "1-3") << "what touches is one interval";
  EXPECT_EQ(read("1,3-8,12", 6), "1,3-5") << "no index is as high as the completions";
  EXPECT_EQ(read("1,x,4-y,7"), "1,7") << "what can't be read is passed over";
}

TEST(Indexes, count_and_know_what_they_hold) {
  const Indexes some({1, 3, 4, 5});
  EXPECT_EQ(some.count(), 4);
  EXPECT_TRUE(Indexes().empty());
  EXPECT_FALSE(some.empty());
  std::string held;
  for (int64_t i = 0; i < 8; ++i) held += some.has(i) ? 'x' : '.';
  EXPECT_EQ(held, ".x.xxx..");
}

TEST(Indexes, missing_ones_come_from_the_lowest) {
  const Indexes some({1, 3, 4});
  EXPECT_EQ(some.missing(7, 10), (std::vector<int64_t>{0, 2, 5, 6}));
  EXPECT_EQ(some.missing(7, 2), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(some.missing(3, 10), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(Indexes({0, 1}).missing(2, 10), std::vector<int64_t>());
}

TEST(Indexes, agree_with_sets_under_random_choices) {
  runtime::SeededRandom random(7);
  const auto pick = [&] {
    std::set<int64_t> chosen;
    for (int64_t i = 0; i < 24; ++i)
      if (random.below(2) == 0) chosen.insert(i);
    return chosen;
  };
  for (int round = 0; round < 500; ++round) {
    const std::set<int64_t> a = pick(), b = pick();
    std::set<int64_t> both, either = a;
    for (const int64_t i : b) (a.contains(i) ? both : either).insert(i);
    either.insert(b.begin(), b.end());
    EXPECT_EQ(Indexes(a).merged(Indexes(b)).str(), Indexes(either).str());
    EXPECT_EQ(Indexes(a).common(Indexes(b)), static_cast<int64_t>(both.size()));
    EXPECT_EQ(read(Indexes(a).str()), Indexes(a).str());
    EXPECT_EQ(Indexes(a).count(), static_cast<int64_t>(a.size()));
    std::set<int64_t> missing;
    for (const int64_t i : Indexes(a).missing(24, 24)) missing.insert(i);
    EXPECT_EQ(missing.size() + a.size(), 24u);
    for (const int64_t i : missing) EXPECT_FALSE(a.contains(i));
  }
}

}  // namespace
}  // namespace proa::controllers::job
