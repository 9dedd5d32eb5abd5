// Decides what becomes of an event that somebody wants to record: a new Event object, a higher count on one that exists,
// or nothing. Pure but for its memory of the last events; the caller gives the time.
//
// Source of the rules: k8s.io/client-go tools/record (EventCorrelator): ten events of one object that differ only in
// their message within ten minutes become one "(combined from similar events): ..."; equal events raise a count;
// each object has a bucket of 25 events per source, refilled by one every five minutes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "object/time.h"

namespace proa::client {

/// A memory of bounded size that forgets what was used longest ago.
template <class Entry>
class Recent {
 public:
  explicit Recent(size_t limit) : limit_(limit) {}
  Entry& at(const std::string& key) {
    const auto known = entries_.find(key);
    if (known != entries_.end()) {
      order_.splice(order_.end(), order_, known->second.second);
      return known->second.first;
    }
    if (entries_.size() >= limit_) {
      entries_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(key);
    return entries_.emplace(key, std::pair(Entry(), std::prev(order_.end()))).first->second.first;
  }
  size_t size() const { return entries_.size(); }

 private:
  size_t limit_;
  std::list<std::string> order_;
  std::map<std::string, std::pair<Entry, std::list<std::string>::iterator>, std::less<>> entries_;
};

class EventCorrelator {
 public:
  struct Happening {
    std::string source;  // component and host
    std::string about;   // kind, namespace, name, uid, apiVersion of the object
    std::string field_path;
    std::string type, reason, message;
    std::string object_name;  // Event objects are named after it
  };
  struct Decision {
    enum class What { kCreate, kRaise, kDrop } what = What::kDrop;
    std::string key;   // for created()
    std::string name;  // of the Event object: after the object, and a time that no other event has
    uint64_t stamp = 0;
    std::string message;
    int64_t count = 1;
    object::TimeNs first = 0;
  };

  explicit EventCorrelator(size_t remembered = 4096)
      : similar_(remembered), logged_(remembered), buckets_(remembered) {}

  Decision decide(const Happening& event, object::TimeNs now);
  /// The name was taken (by another component at the same moment): another one.
  static void rename(Decision& decision);
  /// The Event to raise was gone and has been created anew.
  void created(const Decision& decision);

 private:
  struct Similar {
    std::set<std::string> messages;
    object::TimeNs last = 0;
  };
  struct Logged {
    int64_t count = 0;
    object::TimeNs first = 0;
    std::string name;
  };
  struct Bucket {
    double tokens = -1;
    object::TimeNs last = 0;
  };
  bool spends_token(const Happening& event, object::TimeNs now);

  Recent<Similar> similar_;
  Recent<Logged> logged_;
  Recent<Bucket> buckets_;
  uint64_t last_stamp_ = 0;
};

}  // namespace proa::client
