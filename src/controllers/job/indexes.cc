#include "controllers/job/indexes.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace proa::controllers::job {
namespace {

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Indexes::Indexes(const std::set<int64_t>& indexes) {
  for (const int64_t index : indexes) append({index, index});
}

/// REQUIRES: it begins no earlier than the last one.
void Indexes::append(const Interval& interval) {
  if (intervals_.empty() || interval.first > intervals_.back().last + 1)
    intervals_.push_back(interval);
  else
    intervals_.back().last = std::max(intervals_.back().last, interval.last);
}

Indexes Indexes::parse(std::string_view text, int64_t completions) {
  Indexes parsed;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const size_t dash = part.find('-');
    const auto first = number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
    if (!first || !last) continue;
    if (*first >= completions) break;
    parsed.append({*first, std::min(*last, completions - 1)});
  }
  return parsed;
}

std::string Indexes::str() const {
  std::string text;
  for (const auto& [first, last] : intervals_) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += (last == first + 1 ? "," : "-") + std::to_string(last);
  }
  return text;
}

int64_t Indexes::count() const {
  int64_t sum = 0;
  for (const auto& [first, last] : intervals_) sum += last - first + 1;
  return sum;
}

bool Indexes::has(int64_t index) const {
  const auto at = std::ranges::lower_bound(intervals_, index, {}, &Interval::last);
  return at != intervals_.end() && at->first <= index;
}

Indexes Indexes::merged(const Indexes& other) const {
  std::vector<Interval> all = intervals_;
  all.insert(all.end(), other.intervals_.begin(), other.intervals_.end());
  std::ranges::sort(all, {}, &Interval::first);
  Indexes out;
  for (const Interval& each : all) out.append(each);
  return out;
}

int64_t Indexes::common(const Indexes& other) const {
  int64_t sum = 0;
  for (auto a = intervals_.begin(), b = other.intervals_.begin();
       a != intervals_.end() && b != other.intervals_.end();) {
    sum += std::max<int64_t>(0, std::min(a->last, b->last) - std::max(a->first, b->first) + 1);
    (a->last < b->last ? a : b)++;
  }
  return sum;
}

std::vector<int64_t> Indexes::missing(int64_t completions, size_t most) const {
  std::vector<int64_t> found;
  int64_t candidate = 0;
  const auto take_below = [&](int64_t end) {
    for (; candidate < std::min(end, completions) && found.size() < most; ++candidate) found.push_back(candidate);
  };
  for (const auto& [first, last] : intervals_) {
    take_below(first);
    candidate = std::max(candidate, last + 1);
  }
  take_below(completions);
  return found;
}

}  // namespace proa::controllers::job
