// Request metrics in Prometheus' text form, under upstream's names. Counting is a few atomic adds.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace proa::api {

/// Any thread.
class Metrics {
 public:
  /// One finished request. Seconds from its arrival to its answer; watches are counted, not timed.
  void observe(std::string_view verb, std::string_view group, std::string_view version, std::string_view resource,
               std::string_view subresource, int code, double seconds);
  std::atomic<int64_t> inflight_mutating{0}, inflight_read_only{0}, watchers{0};

  void write(std::string& out) const;

 private:
  static constexpr std::array<double, 12> kBuckets{0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 5, 60};
  struct Series {
    std::map<int, int64_t> codes;
    std::array<int64_t, kBuckets.size() + 1> buckets{};
    int64_t count = 0;
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> series_;
};

}  // namespace proa::api
