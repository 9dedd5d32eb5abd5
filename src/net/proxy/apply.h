// Brings rulesets into the kernel: one atomic nft transaction at a time, the latest wanted ruleset next. What changed
// since the last one is all that is sent; after a failure, or at the start, the whole table is replaced.
// One executor's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/proxy/ruleset.h"
#include "runtime/event_loop.h"
#include "runtime/executor.h"

namespace proa::net {

/// Runs one nft script; `done` on the executor, never before the call returns.
using RunNft = std::function<void(std::string script, std::function<void(Result<void>)> done)>;
/// `nft -f -` as a child process.
RunNft make_nft_runner(runtime::EventLoop& loop);

class Applier {
 public:
  Applier(ProxySettings settings, RunNft run, runtime::Executor& executor);

  /// `applied` is called once this ruleset, or a later one, is in force. A failure is logged and tried again after a
  /// second, then less often.
  void want(Ruleset rules, std::function<void()> applied = {});
  /// Told each failure, and how many there were in a row.
  void on_failure(std::function<void(const Status& why, int in_a_row)> listener) { failed_ = std::move(listener); }
  /// Is the latest wanted ruleset in force?
  bool settled() const { return !running_ && !wanted_; }

 private:
  struct Waiting {
    uint64_t generation;
    std::function<void()> applied;
  };
  void start();
  void finished(const Result<void>& result);
  void tell();

  const ProxySettings settings_;
  const RunNft run_;
  runtime::Timer retry_;
  std::optional<Ruleset> in_force_;  // none: unknown, so the whole table is sent
  std::optional<Ruleset> wanted_;
  Ruleset sent_;
  uint64_t generation_ = 0, sent_generation_ = 0, done_generation_ = 0;
  std::vector<Waiting> waiting_;
  std::function<void(const Status&, int)> failed_;
  bool running_ = false;
  int failures_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // nft may outlive us
};

}  // namespace proa::net
