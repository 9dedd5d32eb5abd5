// IP addresses and ranges as text. Pure; any thread.
// Source of the words: k8s.io/apimachinery pkg/util/validation/ip.go.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/formats.h"

namespace proa::schema {

/// An address, or a range of them: 16 bytes of which IPv4 uses the first four.
struct IpRange {
  bool v6 = false;
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // of the prefix; 32 or 128 for one address
};

/// One address; numbers with leading zeros are none.
std::optional<IpRange> parse_ip(std::string_view text);
/// "10.0.0.0/8"; bits beyond the prefix may be set.
std::optional<IpRange> parse_cidr(std::string_view text);
/// Is `inner` a smaller range inside of `outer`?
bool is_strictly_within(const IpRange& inner, const IpRange& outer);

/// Why the text is no address; nothing when it is one.
Messages ip_errors(std::string_view text);
/// Why the text is no range.
Messages cidr_errors(std::string_view text);
/// Why nobody may be sent to this address: loopback, link-local and the like.
Messages special_ip_errors(std::string_view text);

}  // namespace proa::schema
