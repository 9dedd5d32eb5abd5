#include "cli/kubectl/until.h"

#include <algorithm>

#include "object/meta.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;
constexpr int64_t kPauseAfterLossMs = 800;

/// The server went away or the network did: it may come back.
bool is_lost(const Failure& failure) { return failure.is_unreachable() && !Api::is_timeout(failure); }

class Deadline {
 public:
  explicit Deadline(int64_t timeout_ms) : timeout_ms_(timeout_ms) {}
  /// 0: for ever.
  int64_t left_ms() const {
    if (timeout_ms_ <= 0) return 0;
    return std::max<int64_t>(1, timeout_ms_ - (runtime::system_clock().monotonic() - start_) / runtime::kMillisecond);
  }
  int64_t at_most(int64_t wait_ms) const { return timeout_ms_ > 0 ? std::min(wait_ms, left_ms()) : wait_ms; }
  bool is_over() const { return timeout_ms_ > 0 && left_ms() <= 1; }

 private:
  int64_t timeout_ms_;
  int64_t start_ = runtime::system_clock().monotonic();
};

class Watcher {
 public:
  Watcher(Session& session, const Info& info, const std::function<Try<bool>(Seen, View)>& look)
      : api_(session.api()), path_(info.mapping.path(info.name_space)), look_(look) {
    by_name_ = {{"fieldSelector", "metadata.name=" + info.name}};
  }
  bool has_seen() const { return last_seen_ != 0; }

  /// What is there now; `there` says whether anything is. True: enough.
  Try<bool> list(bool& there) {
    auto list = api_.get(path_, by_name_);
    if (!list) return Failed(list.error());
    version_ = View(*list)["metadata"]["resourceVersion"].str();
    const View items = View(*list)["items"];
    there = !items.empty();
    if (!there && has_seen() && !is_gone_) return see(Seen::kDeleted, View());
    for (View item : items.items()) {
      if (object::resource_version_of(item) == last_seen_) continue;
      auto enough = see(has_seen() ? Seen::kModified : Seen::kAdded, item);
      if (!enough || *enough) return enough;
    }
    return false;
  }

  /// What comes after the last list. True: enough.
  Try<bool> watch(int64_t timeout_ms) {
    Try<bool> verdict = false;
    Call call{.path = path_, .params = by_name_};
    call.params.emplace_back("resourceVersion", version_);
    auto ended = api_.watch(std::move(call), timeout_ms, [&](const std::string& type, const Value& object) {
      if (type == "ERROR") return false;
      if (type == "BOOKMARK") return true;
      verdict = see(type == "DELETED" ? Seen::kDeleted : has_seen() ? Seen::kModified : Seen::kAdded, object);
      return verdict.has_value() && !*verdict;
    });
    if (verdict && !*verdict && !ended && !Api::is_timeout(ended.error())) return Failed(ended.error());
    return verdict;
  }

 private:
  Try<bool> see(Seen seen, View object) {
    is_gone_ = seen == Seen::kDeleted;
    if (object.exists()) last_seen_ = object::resource_version_of(object);
    return look_(seen, object);
  }

  Api& api_;
  std::string path_;
  const std::function<Try<bool>(Seen, View)>& look_;
  Params by_name_;
  std::string version_;
  int64_t last_seen_ = 0;
  bool is_gone_ = false;
};

}  // namespace

Try<void> until(Session& session, const Info& info, int64_t timeout_ms,
                const std::function<Try<bool>(Seen, View)>& look, const std::function<bool()>& absent) {
  const Deadline deadline(timeout_ms);
  Watcher watcher(session, info, look);
  for (;;) {
    bool there = true;
    auto enough = watcher.list(there);
    if (enough && !*enough && !there && !watcher.has_seen() && absent && absent()) return {};
    if (enough && !*enough && !deadline.is_over()) enough = watcher.watch(deadline.left_ms());
    if (enough && *enough) return {};
    const bool lost = !enough && is_lost(enough.error());
    if (!enough && !lost) return Failed(enough.error());
    if (deadline.is_over()) return fail(kTimedOut);
    if (lost) runtime::block_for(deadline.at_most(kPauseAfterLossMs) * runtime::kMillisecond);
  }
}

}  // namespace proa::cli::kubectl
