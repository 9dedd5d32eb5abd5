#include "store/store_conformance.h"

namespace proa::store {
namespace {

struct MemoryMaker {
  static constexpr bool kThreads = true;
  std::unique_ptr<Store> make() { return make_memory_store(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreConformance, MemoryMaker);

TEST(MemoryStore, begins_where_it_is_told_so_that_old_revisions_do_not_come_back) {
  const auto store = make_memory_store({.first_revision = 5000});
  EXPECT_EQ(store->snapshot()->revision(), 5000);
  EXPECT_EQ(store->oldest(), 5000);
  EXPECT_EQ(testing_commit(*store, {test_put("/a", "x")}).revision, 5001);
  EXPECT_FALSE(store->watch("/", 4999, [] {}));
}

}  // namespace
}  // namespace proa::store
