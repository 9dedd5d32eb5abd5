// A set of completion indexes, kept and written as intervals: `1,3-5,7`. Pure; any thread.
//
// Source: k8s.io/kubernetes pkg/controller/job/indexed_job_utils.go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace proa::controllers::job {

class Indexes {
 public:
  Indexes() = default;
  explicit Indexes(const std::set<int64_t>& indexes);
  /// As a status tells them; what is not below `completions` is left out, and so is what can't be read.
  static Indexes parse(std::string_view text, int64_t completions);

  /// Two neighbours are `1,2`, more are `1-3`.
  std::string str() const;
  int64_t count() const;
  bool has(int64_t index) const;
  bool empty() const { return intervals_.empty(); }
  Indexes merged(const Indexes& other) const;
  /// How many are in both.
  int64_t common(const Indexes& other) const;
  /// The lowest that are not in it, below `completions`, `most` of them at most.
  std::vector<int64_t> missing(int64_t completions, size_t most) const;

 private:
  struct Interval {
    int64_t first, last;
  };
  void append(const Interval& interval);

  std::vector<Interval> intervals_;  // ascending, with gaps between them
};

}  // namespace proa::controllers::job
