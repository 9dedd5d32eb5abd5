// Carries out a list of writes, one after the other, up to the first failure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/client.h"
#include "object/value.h"

namespace proa::controllers {

struct Change {
  enum class What { kCreate, kUpdate, kUpdateStatus, kRemove } what;
  client::Resource resource;
  std::string ns, name;  // name: empty for creates with generateName
  object::Value object;  // not for removals
};

/// `wrote` is called after each success (of a removal: with the object as last seen); `done` once, with the first error. A
/// removal of what is gone already succeeds without `wrote`. Callbacks on the client's executor, or at once when
/// there is nothing to do.
void write_all(client::Client& client, std::vector<Change> changes,
               std::function<void(const Change&, const object::Document&)> wrote,
               std::move_only_function<void(Result<void>)> done);

}  // namespace proa::controllers
