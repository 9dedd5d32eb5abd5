// What the loops of DaemonSets and StatefulSets have in common: what they listen to, and what they do before and after they see
// to their pods.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/event_recorder.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/event.h"
#include "controllers/workload/settling.h"

namespace proa::controllers {

class RevisedLoop : public QueueLoop {
 public:
  void start() override;

 protected:
  RevisedLoop(const Parts& parts, const client::Resource& owners, const std::string& component, int parallel);

  /// One look at a key.
  struct Turn {
    std::string key;
    Finish finish;
    object::Document owner;
    std::vector<object::Document> pods, revisions;  // the owner's, and those that nobody controls
    bool failed = false;
  };
  using TurnPtr = std::shared_ptr<Turn>;

  /// The caches show all that was written for the key.
  virtual void look(const TurnPtr& turn) = 0;
  /// The owner is gone.
  virtual void gone(const std::string&) {}

  /// Adopts, releases, makes the revision; then calls `then`, unless the turn ended.
  void settle_first(const TurnPtr& turn, std::vector<object::Document> adopt, std::vector<object::Document> release,
                    History history, std::function<void()> then);
  /// Removes revisions, unless the turn failed; then writes the status, if there is one to write; then ends the turn.
  void trim_and_tell(const TurnPtr& turn, std::vector<Change> trim, std::optional<object::Value> status);
  void end(const TurnPtr& turn, bool good) { QueueLoop::end(std::move(turn->finish), good); }
  void record(const TurnPtr& turn, const Event& event);

  client::Informer& owners_;
  client::Informer& pods_;
  client::Informer& revisions_;
  client::EventRecorder events_;
  client::Expectations expectations_;

 private:
  void sync(const std::string& key, Finish finish) final;
  void write_status(const TurnPtr& turn, std::optional<object::Value> status);

  const client::Resource kind_;
};

}  // namespace proa::controllers
