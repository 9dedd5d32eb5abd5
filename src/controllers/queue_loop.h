// The loop that controllers are: handlers put the keys of objects that changed into a queue, and sync works on one key
// at a time, at most `parallel` of them side by side. A sync that fails comes again, later each time.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "client/alive.h"
#include "client/expectations.h"
#include "client/work_queue.h"
#include "controllers/controller.h"
#include "object/meta.h"

namespace proa::controllers {

class QueueLoop : public Controller {
 public:
  bool idle() const final { return !queue_.busy(); }

 protected:
  using Finish = client::WorkQueue::Finish;
  using Outcome = client::WorkQueue::Outcome;

  QueueLoop(const Parts& parts, int parallel)
      : parts_(parts),
        queue_(
            parts.executor, [this](const std::string& key, Finish finish) { sync(key, std::move(finish)); }, parallel) {
  }

  /// Does what the key needs, and calls `finish` once, now or later. The object may be gone.
  virtual void sync(const std::string& key, Finish finish) = 0;

  client::Informer& informer(const client::Resource& resource) const { return parts_.informers.of(resource); }
  void listen(client::Informer& informer, client::ChangeHandler handler) {
    client::on_change(informer, alive_, std::move(handler));
  }
  /// Queues every object that is added, changed or removed.
  void queue_changes(client::Informer& informer) {
    listen(informer, [this](const object::Document& before, const object::Document& after) {
      queue((after ? after : before).root());
    });
  }
  void queue(object::View object) { queue_.add(object::key_of(object)); }

  /// The object behind a key `NAMESPACE/NAME`.
  static object::Document cached(const client::Informer& informer, std::string_view key) {
    const size_t slash = key.find('/');
    return informer.get(key.substr(0, slash), key.substr(slash + 1));
  }
  /// The caches do not show yet what was written for the key; it comes again by itself, at the latest when that is
  /// given up.
  bool caches_lag(client::Expectations& expectations, const std::string& key) {
    if (expectations.satisfied(key)) return false;
    queue_.add_after(key, client::Expectations::kTimeout + runtime::kSecond);
    return true;
  }

  static void end(Finish finish, bool good) { finish(good ? Outcome::kDone : Outcome::kRetry); }
  /// For the last write of a sync. That its object is gone is as good as written.
  auto last_write(Finish finish) {
    return alive_.guard([finish = std::move(finish)](Result<object::Document> result) mutable {
      end(std::move(finish), result || result.error().is("NotFound"));
    });
  }

  Parts parts_;
  client::WorkQueue queue_;
  client::Alive alive_;
};

}  // namespace proa::controllers
