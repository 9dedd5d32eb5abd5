#include "client/event_correlator.h"

#include <algorithm>

#include <fmt/format.h>

namespace proa::client {
namespace {

constexpr size_t kSimilarLimit = 10;
constexpr object::TimeNs kSimilarInterval = 600 * object::kSecondNs;
constexpr double kBurst = 25;
constexpr double kTokenSeconds = 300;

}  // namespace

bool EventCorrelator::spends_token(const Happening& event, object::TimeNs now) {
  Bucket& bucket = buckets_.at(event.source + event.about + event.type);
  if (bucket.tokens < 0) {
    bucket.tokens = kBurst;
  } else {
    const double seconds = static_cast<double>(now - bucket.last) / object::kSecondNs;
    bucket.tokens = std::min(kBurst, bucket.tokens + std::max(0.0, seconds) / kTokenSeconds);
  }
  bucket.last = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

EventCorrelator::Decision EventCorrelator::decide(const Happening& event, object::TimeNs now) {
  const std::string family = event.source + event.about + event.type + event.reason;
  Similar& similar = similar_.at(family);
  if (now - similar.last > kSimilarInterval) similar.messages.clear();
  similar.messages.insert(event.message);
  similar.last = now;

  Decision decision;
  decision.message = event.message;
  decision.key = event.source + event.about + event.field_path + event.type + event.reason + event.message;
  if (similar.messages.size() >= kSimilarLimit) {
    similar.messages.erase(similar.messages.begin());
    decision.key = family;
    decision.message = "(combined from similar events): " + event.message;
  }

  Logged& logged = logged_.at(decision.key);
  if (logged.count == 0) {
    logged.first = now;
    decision.stamp = last_stamp_ = std::max(static_cast<uint64_t>(now), last_stamp_ + 1);
    logged.name = fmt::format("{}.{:x}", event.object_name, last_stamp_);
  }
  decision.what = logged.count == 0 ? Decision::What::kCreate : Decision::What::kRaise;
  decision.count = ++logged.count;
  decision.first = logged.first;
  decision.name = logged.name;
  if (!spends_token(event, now)) decision.what = Decision::What::kDrop;
  return decision;
}

void EventCorrelator::rename(Decision& decision) {
  const std::string_view object = std::string_view(decision.name).substr(0, decision.name.rfind('.'));
  decision.name = fmt::format("{}.{:x}", object, ++decision.stamp);
}

void EventCorrelator::created(const Decision& decision) {
  Logged& logged = logged_.at(decision.key);
  logged.count = decision.count;
  logged.first = decision.first;
  logged.name = decision.name;
}

}  // namespace proa::client
