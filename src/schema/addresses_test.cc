#include "schema/addresses.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace proa::schema {
namespace {

std::string told(const Messages& messages) { return fmt::format("{}", fmt::join(messages, "; ")); }

struct Said {
  std::string_view text, why;
};

constexpr std::string_view kNoIp = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
constexpr std::string_view kNoRange = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
constexpr std::string_view kZeros = "must not have leading 0s in IP or prefix length";

TEST(Addresses, are_told_why_they_are_none) {
  constexpr Said kSaid[] = {
      {"10.9.8.7", ""},
      {"0.0.0.0", ""},
      {"::", ""},
      {"2001:db8::1", ""},
      {"01.2.3.4", "must not have leading 0s"},
      {"1.2.3.004", "must not have leading 0s"},
      {"::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"},
      {"::ffff:102:304", "must not be an IPv4-mapped IPv6 address"},
      {"", kNoIp},
      {"1.2.3", kNoIp},
      {"1.2.3.256", kNoIp},
      {"1.2.3.4 ", kNoIp},
      {"1.2.3.4/8", kNoIp},
      {"::1%lo", kNoIp},
      {"x", kNoIp},
  };
  for (const Said& said : kSaid) EXPECT_EQ(told(ip_errors(said.text)), said.why) << said.text;
}

TEST(Ranges, are_told_why_they_are_none) {
  constexpr Said kSaid[] = {
      {"10.0.0.0/8", ""},
      {"0.0.0.0/0", ""},
      {"::/0", ""},
      {"1.2.3.4/32", ""},
      {"2001:db8::1/128", ""},
      {"10.0.0.1/8", "must not have bits set beyond the prefix length"},
      {"10.128.0.0/8", "must not have bits set beyond the prefix length"},
      {"2001:db8::1/64", "must not have bits set beyond the prefix length"},
      {"10.0.0.0/08", kZeros},
      {"010.0.0.0/8", kZeros},
      {"::ffff:1.2.3.4/128", "must not have an IPv4-mapped IPv6 address"},
      {"10.0.0.0/33", kNoRange},
      {"::/129", kNoRange},
      {"10.0.0.0/-1", kNoRange},
      {"10.0.0.0/+8", kNoRange},
      {"10.0.0.0/", kNoRange},
      {"10.0.0.0", kNoRange},
      {"/8", kNoRange},
      {"/", kNoRange},
      {"", kNoRange},
      {" 10.0.0.0/8", kNoRange},
  };
  for (const Said& said : kSaid) EXPECT_EQ(told(cidr_errors(said.text)), said.why) << said.text;
}

TEST(SpecialAddresses, are_named_by_what_makes_them_special) {
  constexpr std::string_view kLoop = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
  constexpr std::string_view kLink = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
  constexpr std::string_view kMulti = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
  constexpr Said kSaid[] = {
      {"10.0.0.1", ""},
      {"01.2.3.4", ""},
      {"2001:db8::1", ""},
      {"0.0.0.0", "may not be unspecified (0.0.0.0)"},
      {"::", "may not be unspecified (::)"},
      {"127.255.0.1", kLoop},
      {"::1", kLoop},
      {"::2", ""},
      {"169.254.169.254", kLink},
      {"febf::1", kLink},
      {"fec0::1", ""},
      {"224.0.0.251", kMulti},
      {"224.0.1.1", ""},
      {"ff02::1", kMulti},
      {"ff05::1", ""},
      {"x", "must be a valid IP address"},
  };
  for (const Said& said : kSaid) EXPECT_EQ(told(special_ip_errors(said.text)), said.why) << said.text;
}

TEST(Ranges, lie_in_larger_ones_of_their_family) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return is_strictly_within(*parse_cidr(inner), *parse_cidr(outer));
  };
  EXPECT_TRUE(within("10.1.0.0/16", "10.0.0.0/8"));
  EXPECT_TRUE(within("10.1.0.0/16", "0.0.0.0/0"));
  EXPECT_TRUE(within("2001:db8:1::/48", "2001:db8::/32"));
  EXPECT_FALSE(within("11.0.0.0/16", "10.0.0.0/8"));
  EXPECT_FALSE(within("10.0.0.0/8", "10.0.0.0/8")) << "not smaller";
  EXPECT_FALSE(within("10.0.0.0/8", "10.1.0.0/16"));
  EXPECT_FALSE(within("::/8", "0.0.0.0/0")) << "another family";
}

}  // namespace
}  // namespace proa::schema
