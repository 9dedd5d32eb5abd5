#include "object/label_syntax.h"

#include <gtest/gtest.h>

namespace proa::object {
namespace {

std::string told(const std::vector<std::string>& errors) {
  std::string text;
  for (const std::string& error : errors) text += error.substr(0, error.find(" (")) + ";";
  return text;
}

TEST(LabelSyntax, keys) {
  for (const char* good : {"a", "app.kubernetes.io/name", "A_b-c.9", "x.y/Z", "1"}) {
    EXPECT_EQ(told(label_key_errors(good)), "") << good;
  }
  EXPECT_EQ(told(label_key_errors("")),
            "name part must be non-empty;name part must consist of alphanumeric characters, '-', '_' or '.', and must "
            "start and end with an alphanumeric character;");
  EXPECT_EQ(told(label_key_errors("/a")), "prefix part must be non-empty;");
  EXPECT_EQ(told(label_key_errors("A/b")),
            "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
            "'.', and must start and end with an alphanumeric character;");
  EXPECT_EQ(told(label_key_errors("a/b/c")),
            "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
            "an alphanumeric character;");
  EXPECT_EQ(told(label_key_errors(std::string(64, 'a'))), "name part must be no more than 63 bytes;");
  EXPECT_EQ(told(label_key_errors(std::string(63, 'a'))), "");
}

TEST(LabelSyntax, values) {
  for (const char* good : {"", "a", "1.2_3-x"}) EXPECT_EQ(told(label_value_errors(good)), "") << good;
  for (const char* bad : {"-", "a b", "a/", ".a", "\xc3\xa9"}) EXPECT_NE(told(label_value_errors(bad)), "") << bad;
  EXPECT_EQ(told(label_value_errors(std::string(64, 'a'))), "must be no more than 63 bytes;");
}

TEST(LabelSyntax, dns_names) {
  EXPECT_EQ(told(dns1123_label_errors("web-1")), "");
  EXPECT_EQ(told(dns1123_label_errors("a.b")), "must not contain dots;");
  EXPECT_EQ(told(dns1123_label_errors("Web")),
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
            "end with an alphanumeric character;");
  EXPECT_EQ(told(dns1123_subdomain_errors("a.b-c.1")), "");
  EXPECT_FALSE(is_dns1123_subdomain("a..b"));
  EXPECT_FALSE(is_dns1123_subdomain("a."));
  EXPECT_FALSE(is_dns1123_label("-a"));
  EXPECT_EQ(told(dns1123_subdomain_errors(std::string(254, 'a'))), "must be no more than 253 bytes;");
}

}  // namespace
}  // namespace proa::object
