#include "runtime/random.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proa::runtime {
namespace {

TEST(Random, the_same_seed_gives_the_same_numbers_everywhere) {
  SeededRandom a(1), b(1), c(2);
  const uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  SeededRandom pinned(42);
  EXPECT_EQ(pinned.next(), 1546998764402558742ULL);
}

TEST(Random, below_stays_below_and_meets_every_number) {
  SeededRandom random(7);
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(10));
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.rbegin(), 9u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, uuids_are_version_4) {
  SeededRandom random(3);
  const char* form = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
  for (int i = 0; i < 100; ++i) EXPECT_THAT(make_uuid(random), testing::MatchesRegex(form));
  EXPECT_NE(make_uuid(system_random()), make_uuid(system_random()));
}

TEST(Random, name_suffixes_use_the_letters_of_generated_names) {
  SeededRandom random(3);
  const char* form = "[bcdfghjklmnpqrstvwxz2456789]{5}";
  for (int i = 0; i < 100; ++i) EXPECT_THAT(make_name_suffix(random), testing::MatchesRegex(form));
  EXPECT_EQ(make_name_suffix(random, 8).size(), 8u);
}

}  // namespace
}  // namespace proa::runtime
