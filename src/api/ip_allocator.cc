#include "api/ip_allocator.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace proa::api {
namespace {

std::optional<uint32_t> parse_v4(std::string_view text) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

}  // namespace

Allocators::Allocators(std::string_view cidr, int port_first, int port_last)
    : cidr_(cidr), port_first_(port_first), port_last_(port_last) {
  const size_t slash = cidr.find('/');
  int bits = 24;
  if (slash != std::string_view::npos) {
    const std::string_view tail = cidr.substr(slash + 1);
    std::from_chars(tail.data(), tail.data() + tail.size(), bits);
  }
  bits = std::clamp(bits, 8, 30);
  size_ = 1u << (32 - bits);
  base_ = parse_v4(cidr.substr(0, slash)).value_or(0x0a600000u) & ~(size_ - 1);
}

std::string Allocators::text(uint32_t offset) const {
  const uint32_t ip = base_ + offset;
  return fmt::format("{}.{}.{}.{}", ip >> 24, (ip >> 16) & 255, (ip >> 8) & 255, ip & 255);
}

std::string Allocators::first_ip() const { return text(1); }

std::optional<uint32_t> Allocators::offset_of(std::string_view ip) const {
  const auto address = parse_v4(ip);
  // The network's own address and the broadcast address are nobody's.
  if (!address || *address <= base_ || *address - base_ >= size_ - 1) return std::nullopt;
  return *address - base_;
}

Result<std::string> Allocators::allocate_ip(runtime::Random& random) {
  const std::lock_guard lock(mutex_);
  // The lower part is left to those who ask for an address by name: min(max(16, size/16), 256).
  const uint32_t reserved = std::min(size_ / 2, std::clamp(size_ / 16, 16u, 256u));
  const uint32_t span = size_ - 1 - reserved;
  const uint32_t start = static_cast<uint32_t>(random.below(span));
  for (uint32_t i = 0; i < span; ++i) {
    const uint32_t offset = reserved + (start + i) % span;
    if (offset > 1 && ips_.insert(offset).second) return text(offset);
  }
  for (uint32_t offset = 2; offset < reserved; ++offset)
    if (ips_.insert(offset).second) return text(offset);
  return Error(base::internal_error("failed to allocate a serviceIP: range is full"));
}

Result<void> Allocators::claim_ip(std::string_view ip) {
  const auto offset = offset_of(ip);
  const std::lock_guard lock(mutex_);
  if (!offset) return Error(base::bad_request("the provided network does not match the current range"));
  if (!ips_.insert(*offset).second) return Error(base::bad_request("provided IP is already allocated"));
  return {};
}

void Allocators::release_ip(std::string_view ip) {
  const auto offset = offset_of(ip);
  if (!offset) return;
  const std::lock_guard lock(mutex_);
  ips_.erase(*offset);
}

Result<int> Allocators::allocate_port(runtime::Random& random) {
  const std::lock_guard lock(mutex_);
  const int span = port_last_ - port_first_ + 1;
  // As with addresses, the lower part is left to those who name their port: min(max(16, size/32), 128).
  const int reserved = std::min(span / 2, std::clamp(span / 32, 16, 128));
  const int start = static_cast<int>(random.below(static_cast<uint64_t>(span - reserved)));
  for (int i = 0; i < span; ++i) {
    const int port = port_first_ + (reserved + start + i) % span;
    if (ports_.insert(port).second) return port;
  }
  return Error(base::internal_error("failed to allocate a nodePort: range is full"));
}

Result<void> Allocators::claim_port(int port) {
  const std::lock_guard lock(mutex_);
  if (port < port_first_ || port > port_last_)
    return Error(base::bad_request(fmt::format(
        "provided port is not in the valid range. The range of valid ports is {}-{}", port_first_, port_last_)));
  if (!ports_.insert(port).second) return Error(base::bad_request("provided port is already allocated"));
  return {};
}

void Allocators::release_port(int port) {
  const std::lock_guard lock(mutex_);
  ports_.erase(port);
}

}  // namespace proa::api
