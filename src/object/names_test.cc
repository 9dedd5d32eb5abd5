#include "object/names.h"

#include <gtest/gtest.h>

namespace proa::object {
namespace {

TEST(Names, a_literal_and_a_string_make_the_same_key) {
  const Key literal = "metadata";
  const Key text = std::string("metadata");
  EXPECT_EQ(literal.hash, text.hash);
  EXPECT_EQ(literal.hash & 0x80000000u, 0u);
}

TEST(Names, the_schemas_names_are_shared_and_others_owned) {
  const bool knows = is_known_name(name_hash("metadata"), "metadata");  // false when built without the schema
  const Name known{Key("metadata")}, other{Key("my-label")};
  EXPECT_EQ(known.owned(), !knows);
  EXPECT_TRUE(other.owned());
  if (knows) {
    EXPECT_EQ(known_name(name_hash("metadata")), "metadata");
  }
  EXPECT_FALSE(is_known_name(name_hash("metadata"), "something else"));
  EXPECT_FALSE(is_known_name(name_hash("my-label"), "my-label"));
}

TEST(Names, copies_and_moves_keep_the_text) {
  Name name{Key("my-label")};
  const Name copy = name;
  Name moved = std::move(name);
  EXPECT_EQ(copy.text(), "my-label");
  EXPECT_EQ(moved.text(), "my-label");
  EXPECT_TRUE(moved == Key("my-label"));
  EXPECT_FALSE(moved == Key("metadata"));
  moved = Name(Key("metadata"));
  EXPECT_EQ(moved.text(), "metadata");
}

}  // namespace
}  // namespace proa::object
