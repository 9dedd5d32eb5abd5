#include "object/image_reference.h"

#include <gtest/gtest.h>

namespace proa::object {
namespace {

TEST(ImageReference, what_names_an_image) {
  for (const char* good :
       {"nginx", "nginx:1.25", "Foo.io/nginx:1", "foo.io:5000/a/b:v1.2", "a:Tag_1.x", "a.b__c-d--e", "[::1]:5000/a",
        "A:80/x", "a_b/c", "a@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "A-b.c:80/x:y@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})
    EXPECT_TRUE(is_image_reference(good)) << good;
  for (const char* bad : {"Nginx", "a:b:c", "a/", "a//b", "-a", "a..b", "a___b", "a:80/X", "a-b-", "a:.b", "-a.b/c",
                          "a:x/b", "a@sha256:f"})
    EXPECT_FALSE(is_image_reference(bad)) << bad;
}

}  // namespace
}  // namespace proa::object
