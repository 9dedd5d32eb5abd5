#include "node/image/image_name.h"

#include <string>

#include <gtest/gtest.h>

namespace proa::node {
namespace {

std::string complaint(const std::string& image) {
  const auto got = check_image_name(image);
  return got ? "" : got.error().message;
}

TEST(ImageName, may_have_a_registry_a_path_a_tag_and_a_digest) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  for (const std::string& good :
       {std::string("nginx"), std::string("nginx:1.27"), std::string("team/app"), std::string("localhost/app"),
        std::string("localhost:5000/app:v1"), std::string("registry.example/a/b/c"), "app@" + digest,
        "app:v1@" + digest, std::string("a-b/c_d/e__f/g.h/i---j"), std::string("REG.example/app"),
        std::string("Team/app"), std::string("app:V1_x.y-z"), "app:" + std::string(128, 't'), std::string("1/2"),
        std::string("10.0.0.1:5000/x")})
    EXPECT_EQ(complaint(good), "") << good;
}

TEST(ImageName, of_capital_letters_is_told_with_its_repository) {
  EXPECT_EQ(complaint("NGINX"), "invalid reference format: repository name (library/NGINX) must be lowercase");
  EXPECT_EQ(complaint("a/B:v1"), "invalid reference format: repository name (a/B) must be lowercase");
  EXPECT_EQ(complaint("reg.example/X"), "invalid reference format: repository name (X) must be lowercase");
}

TEST(ImageName, that_no_reference_can_have_is_refused) {
  for (const char* wrong : {"nginx:",
                            "nginx:a:b",
                            "nginx:-x",
                            "nginx:.x",
                            "ngi nx",
                            "-nginx",
                            "nginx-",
                            "a..b",
                            "a___b",
                            "a//b",
                            "/a",
                            "a/",
                            "nginx@",
                            "nginx@sha256:12",
                            "nginx@sha256:zz",
                            "reg.example:/x",
                            "reg.example:x/y",
                            "-reg.example/x",
                            "a.-b/c",
                            "nginx:latest/x",
                            "a._b",
                            "",
                            ":tag",
                            "https://reg.example/x"})
    EXPECT_EQ(complaint(wrong), "invalid reference format") << wrong;
  EXPECT_EQ(complaint("app:" + std::string(129, 't')), "invalid reference format");
}

TEST(ImageName, that_is_too_long_or_an_identifier_is_refused) {
  EXPECT_EQ(complaint(std::string(300, 'a')), "repository name must not be more than 255 characters");
  const std::string hex(64, 'f');
  EXPECT_EQ(complaint(hex), "invalid repository name (" + hex + "), cannot specify 64-byte hexadecimal strings");
}

}  // namespace
}  // namespace proa::node
