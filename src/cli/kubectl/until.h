// Looks at one object until something holds: first as it is, then after each change. A lost connection is no end:
// the object is looked at again once the server answers.
// Source: k8s.io/client-go tools/watch (UntilWithSync).
#pragma once

#include <functional>

#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

enum class Seen { kAdded, kModified, kDeleted };

/// `look` returns true when it has seen enough. Not there at the start: `look` isn't called before it comes, unless
/// `absent` (if given) returns true. `timeout_ms` 0: for ever. Failure `timed out waiting for the condition` after it.
Try<void> until(Session& session, const Info& info, int64_t timeout_ms,
                const std::function<Try<bool>(Seen, object::View)>& look,
                const std::function<bool()>& absent = nullptr);

inline constexpr const char* kTimedOut = "timed out waiting for the condition";

}  // namespace proa::cli::kubectl
