#include <filesystem>

#include "store/store_conformance.h"

namespace proa::store {
namespace {

struct SqliteMaker {
  SqliteMaker() {
    char form[] = "/tmp/proa-store-XXXXXX";
    dir = mkdtemp(form);
  }
  ~SqliteMaker() { std::filesystem::remove_all(dir); }
  std::unique_ptr<Store> make() {
    auto store = open_sqlite_store({.path = dir + "/proa.db"});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  std::string dir;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreConformance, SqliteMaker);

}  // namespace
}  // namespace proa::store
