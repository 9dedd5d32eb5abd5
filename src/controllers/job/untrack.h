// Takes the tracking finalizer off pods.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/client.h"
#include "object/document.h"

namespace proa::controllers::job {

struct Untracked {
  std::set<std::string> uids;  // of pods that no longer carry it, or are gone
  std::optional<Status> failure;
};

/// All at once. `wrote` is called for each pod written, `done` once. Callbacks run on the client's executor, or at once
/// when there is nothing to do.
void untrack(client::Client& client, const std::vector<object::Document>& pods,
             std::function<void(const object::Document&)> wrote, std::move_only_function<void(const Untracked&)> done);

}  // namespace proa::controllers::job
