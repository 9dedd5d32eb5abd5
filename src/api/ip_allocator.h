// What Services claim beyond their own object: addresses out of the Service range and node ports. Kept in memory,
// filled from the store at start, changed before each commit that needs it and put back when the commit fails.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/status.h"
#include "runtime/random.h"

namespace proa::api {

/// Any thread.
class Allocators {
 public:
  /// `cidr`: "10.96.0.0/16". The first address is the API's own and is never given by allocate_ip().
  Allocators(std::string_view cidr, int port_first, int port_last);

  /// An address that nobody has, at random from the upper part of the range, as upstream does.
  Result<std::string> allocate_ip(runtime::Random& random);
  /// Claims this one. The error's message is upstream's: `provided IP is already allocated`,
  /// `the provided network does not match the current range`.
  Result<void> claim_ip(std::string_view ip);
  void release_ip(std::string_view ip);
  /// "10.96.0.1", the address of the Service kubernetes.
  std::string first_ip() const;

  Result<int> allocate_port(runtime::Random& random);
  /// Errors: `provided port is already allocated`, `provided port is not in the valid range. ...`.
  Result<void> claim_port(int port);
  void release_port(int port);

 private:
  std::string text(uint32_t offset) const;
  std::optional<uint32_t> offset_of(std::string_view ip) const;

  std::string cidr_;
  uint32_t base_ = 0, size_ = 0;
  const int port_first_, port_last_;
  std::mutex mutex_;
  std::unordered_set<uint32_t> ips_;
  std::unordered_set<int> ports_;
};

}  // namespace proa::api
