// What a controller wrote and its caches do not show yet. A plan made from a cache that lags behind the controller's
// own writes creates or deletes twice; so a controller notes every write here and plans only when all have been seen.
//
// Upstream counts creations and deletions per owner (ControllerExpectations) and, since 1.36, also compares resource
// versions (its consistency store). In one ordered log the version alone tells: a cache that has reached revision R has
// seen every write up to R. A deletion that left the object there to terminate is a write like any other; one that removed it at
// once is seen when the object is gone. Nothing has to be observed by handlers; asking is enough.
//
// One executor's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/informer.h"
#include "object/document.h"
#include "runtime/clock.h"

namespace proa::client {

class Expectations {
 public:
  /// After this long a write that was never seen is given up (a lost watch event must not stop a controller for
  /// good): upstream's ExpectationsTimeout.
  static constexpr runtime::DurationNs kTimeout = 5 * runtime::kMinute;

  explicit Expectations(runtime::Clock& clock) : clock_(clock) {}

  /// `written` is what create, update or patch answered.
  void wrote(std::string_view key, const Informer& cache, const object::Document& written);
  /// `object` was removed (the client's remove succeeded).
  void removed(std::string_view key, const Informer& cache, const object::Document& object);
  /// Everything written for `key` is in the caches (or too old to wait for).
  bool satisfied(std::string_view key);
  /// The owner is gone.
  void forget(std::string_view key);
  size_t size() const { return pending_.size(); }

 private:
  struct Removal {
    const Informer* cache;
    std::string ns, name, uid;
  };
  struct Pending {
    std::vector<std::pair<const Informer*, int64_t>> versions;  // one per cache, the newest
    std::vector<Removal> removals;
    runtime::TimeNs since = 0;
  };
  Pending& pending(std::string_view key);

  runtime::Clock& clock_;
  std::map<std::string, Pending, std::less<>> pending_;
};

}  // namespace proa::client
