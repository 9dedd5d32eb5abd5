#include "net/proxy/apply.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "runtime/process.h"

namespace proa::net {
namespace {

constexpr runtime::DurationNs kNftTimeout = 10 * runtime::kSecond;
constexpr int kMaxRetrySeconds = 30;

/// nft says the error first, then shows the line of the script.
Status refused(const runtime::ProcessResult& ended) {
  const std::string first = ended.err.substr(0, ended.err.find('\n'));
  return base::internal_error(
      fmt::format("nft can't set the Service rules: {}. See whether `nft list tables` works",
                  first.empty() ? fmt::format("it ended with exit code {}", ended.exit_code) : first));
}

}  // namespace

RunNft make_nft_runner(runtime::EventLoop& loop) {
  return [&loop](std::string script, std::function<void(Result<void>)> done) {
    runtime::Command command;
    command.argv = {"nft", "-f", "-"};
    command.stdin_text = std::move(script);
    runtime::run_process_async(loop, command, kNftTimeout,
                               [done = std::move(done)](Result<runtime::ProcessResult> ended) {
                                 if (!ended) return done(Error(ended.error()));
                                 if (ended->exit_code != 0) return done(Error(refused(*ended)));
                                 done({});
                               });
  };
}

Applier::Applier(ProxySettings settings, RunNft run, runtime::Executor& executor)
    : settings_(std::move(settings)), run_(std::move(run)), retry_(executor) {}

void Applier::want(Ruleset rules, std::function<void()> applied) {
  ++generation_;
  wanted_ = std::move(rules);
  if (applied) waiting_.push_back({generation_, std::move(applied)});
  if (!running_ && !retry_.armed()) start();
}

void Applier::start() {
  if (!wanted_) return;
  sent_ = std::move(*wanted_);
  wanted_.reset();
  sent_generation_ = generation_;
  const std::string script = in_force_ ? change_text(settings_, *in_force_, sent_) : whole_text(settings_, sent_);
  if (script.empty()) {
    done_generation_ = sent_generation_;
    return tell();
  }
  running_ = true;
  run_(script, [this, alive = std::weak_ptr(alive_)](const Result<void>& result) {
    if (!alive.expired()) finished(result);
  });
}

void Applier::finished(const Result<void>& result) {
  running_ = false;
  if (result) {
    failures_ = 0;
    in_force_ = std::move(sent_);
    done_generation_ = sent_generation_;
    tell();
    if (!running_) start();
    return;
  }
  base::log_warn("net/proxy", "the Service rules could not be set; trying again", {{"error", result.error().message}});
  in_force_.reset();
  if (!wanted_) wanted_ = std::move(sent_);
  const int wait = std::min(kMaxRetrySeconds, 1 << std::min(failures_++, 5));
  retry_.start(wait * runtime::kSecond, [this] { start(); });
  if (failed_) failed_(result.error(), failures_);
}

void Applier::tell() {
  std::vector<Waiting> now;
  const auto rest = std::stable_partition(waiting_.begin(), waiting_.end(),
                                          [&](const Waiting& one) { return one.generation > done_generation_; });
  now.assign(std::make_move_iterator(rest), std::make_move_iterator(waiting_.end()));
  waiting_.erase(rest, waiting_.end());
  for (Waiting& one : now) one.applied();
}

}  // namespace proa::net
