#include "schema/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace proa::schema {
namespace {

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
  return out;
}

/// "010.1.2.3" -> "10.1.2.3"; other text as it is.
std::string without_leading_zeros(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool goes_on = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (at_start && text[i] == '0' && goes_on) continue;
    out += text[i];
    at_start = text[i] == '.';
  }
  return out;
}

bool has_leading_zero(std::string_view number) { return number.size() > 1 && number.front() == '0'; }

bool has_bits_beyond(const IpRange& range) {
  for (int bit = range.bits; bit < (range.v6 ? 128 : 32); ++bit)
    if ((range.bytes[static_cast<size_t>(bit / 8)] >> (7 - bit % 8)) & 1) return true;
  return false;
}

bool is_v4_in_v6(const IpRange& ip) {
  return ip.v6 && std::all_of(ip.bytes.begin(), ip.bytes.begin() + 10, [](unsigned char b) { return b == 0; }) &&
         ip.bytes[10] == 0xff && ip.bytes[11] == 0xff;
}

}  // namespace

std::optional<IpRange> parse_ip(std::string_view text) {
  IpRange out;
  const std::string address(text);
  out.v6 = text.find(':') != std::string_view::npos;
  out.bits = out.v6 ? 128 : 32;
  if (inet_pton(out.v6 ? AF_INET6 : AF_INET, address.c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::optional<IpRange> parse_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto out = parse_ip(text.substr(0, slash));
  const auto bits = number(text.substr(slash + 1));
  if (!out || !bits || *bits > out->bits) return std::nullopt;
  out->bits = *bits;
  return out;
}

bool is_strictly_within(const IpRange& inner, const IpRange& outer) {
  if (inner.v6 != outer.v6 || outer.bits >= inner.bits) return false;
  for (int bit = 0; bit < outer.bits; ++bit) {
    const auto at = static_cast<size_t>(bit / 8);
    if (((inner.bytes[at] ^ outer.bytes[at]) >> (7 - bit % 8)) & 1) return false;
  }
  return true;
}

Messages ip_errors(std::string_view text) {
  const auto ip = parse_ip(text);
  if (ip && is_v4_in_v6(*ip)) return {"must not be an IPv4-mapped IPv6 address"};
  if (ip) return {};
  if (parse_ip(without_leading_zeros(text))) return {"must not have leading 0s"};
  return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

Messages cidr_errors(std::string_view text) {
  const auto range = parse_cidr(text);
  const bool zeros = has_leading_zero(text.substr(std::min(text.find('/'), text.size() - 1) + 1));
  if (!range ? parse_cidr(without_leading_zeros(text)).has_value() : zeros)
    return {"must not have leading 0s in IP or prefix length"};
  if (!range) return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
  if (is_v4_in_v6(*range)) return {"must not have an IPv4-mapped IPv6 address"};
  if (has_bits_beyond(*range)) return {"must not have bits set beyond the prefix length"};
  return {};
}

Messages special_ip_errors(std::string_view text) {
  const auto ip = parse_ip(without_leading_zeros(text));
  if (!ip) return {"must be a valid IP address"};
  const auto in = [&](std::string_view range) {
    const auto outer = parse_cidr(range);
    return outer->bits == ip->bits ? outer->v6 == ip->v6 && outer->bytes == ip->bytes : is_strictly_within(*ip, *outer);
  };
  Messages out;
  if (in("0.0.0.0/32") || in("::/128")) out.push_back(fmt::format("may not be unspecified ({})", text));
  if (in("127.0.0.0/8") || in("::1/128")) out.emplace_back("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (in("169.254.0.0/16") || in("fe80::/10"))
    out.emplace_back("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (in("224.0.0.0/24") || in("ff02::/16"))
    out.emplace_back("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  return out;
}

}  // namespace proa::schema
