// Carries out a list of writes, one after the other, up to the first failure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"
#include "object/document.h"
#include "object/value.h"

namespace proa::controllers {

struct Change {
  enum class What { kCreate, kUpdate, kUpdateStatus, kRemove } what;
  client::Resource resource;
  std::string ns, name;                // name: empty for creates with generateName
  object::Value object;                // not for removals
  client::DeleteOptions options = {};  // of removals
};

/// `wrote` is called after each success (of a removal: with the object as last seen); `done` once, with the first error. A
/// removal of what is gone already succeeds without `wrote`. Callbacks on the client's executor, or at once when
/// there is nothing to do.
void write_all(client::Client& client, std::vector<Change> changes,
               std::function<void(const Change&, const object::Document&)> wrote,
               std::move_only_function<void(Result<void>)> done);

/// How a controller ends a pod: it writes what the pod ended with into its status (where there is something to write), and deletes
/// it, if it is still that very pod. `grace_period_seconds`: -1: the pod's own.
std::vector<Change> ending_of(const object::Document& pod, std::optional<object::Value> marked,
                              int64_t grace_period_seconds);

}  // namespace proa::controllers
