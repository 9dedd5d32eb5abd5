#include "cli/kubectl/until.h"

#include "object/meta.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;

Try<void> until(Session& session, const Info& info, int64_t timeout_ms,
                const std::function<Try<bool>(Seen, View)>& look, const std::function<bool()>& absent) {
  const int64_t start = runtime::system_clock().monotonic();
  const auto left_ms = [&]() -> int64_t {
    if (timeout_ms <= 0) return 0;
    return std::max<int64_t>(1, timeout_ms - (runtime::system_clock().monotonic() - start) / runtime::kMillisecond);
  };
  const auto out_of_time = [&] { return timeout_ms > 0 && left_ms() <= 1; };
  const std::string path = info.mapping.path(info.name_space);
  const Params by_name{{"fieldSelector", "metadata.name=" + info.name}};
  std::string last_seen;
  for (;;) {
    auto list = session.api().get(path, by_name);
    if (!list) return Failed(list.error());
    const View items = View(*list)["items"];
    if (items.empty()) {
      if (!last_seen.empty()) {
        auto enough = look(Seen::kDeleted, View());
        if (!enough) return Failed(enough.error());
        if (*enough) return {};
      } else if (absent && absent()) {
        return {};
      }
    }
    for (View item : items.items()) {
      const auto version = item["metadata"]["resourceVersion"].str();
      if (version == last_seen) continue;
      auto enough = look(last_seen.empty() ? Seen::kAdded : Seen::kModified, item);
      last_seen = version;
      if (!enough) return Failed(enough.error());
      if (*enough) return {};
    }
    if (out_of_time()) return fail(kTimedOut);
    std::optional<Try<bool>> verdict;
    Call call{.path = path, .params = by_name};
    call.params.emplace_back("resourceVersion", View(*list)["metadata"]["resourceVersion"].str());
    auto ended = session.api().watch(std::move(call), left_ms(), [&](const std::string& type, Value object) {
      if (type == "ERROR") return false;
      if (type == "BOOKMARK") return true;
      const Seen seen = type == "DELETED" ? Seen::kDeleted : last_seen.empty() ? Seen::kAdded : Seen::kModified;
      last_seen = View(object)["metadata"]["resourceVersion"].str();
      verdict = look(seen, object);
      return verdict->has_value() && !**verdict;
    });
    if (verdict && !*verdict) return Failed(verdict->error());
    if (verdict && **verdict) return {};
    if (out_of_time()) return fail(kTimedOut);
    if (!ended && !Api::is_timeout(ended.error())) return Failed(ended.error());
  }
}

}  // namespace proa::cli::kubectl
