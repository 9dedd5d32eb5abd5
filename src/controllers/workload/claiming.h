// Carries out adoptions and releases.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/client.h"
#include "object/document.h"

namespace proa::controllers {

struct ClaimOrder {
  client::Resource owners, dependents;
  object::Document owner;
  std::vector<object::Document> adopt, release;
  std::string finalizer = {};  // what is adopted gets it, what is released loses it; empty: none
};

/// Makes the owner the controller of each of `adopt` and removes its reference from each of `release`; then calls `done` once, with
/// the first error. Before it adopts, it asks the API whether the owner is still there and not being deleted: a cache
/// that lags must not give orphans to a dying owner. `wrote` is called for each object written. Objects that
/// vanished meanwhile are passed over. Callbacks run on the client's executor, or at once when there is nothing to do.
void claim_through(client::Client& client, ClaimOrder order, std::function<void(const object::Document&)> wrote,
                   std::move_only_function<void(Result<void>)> done);

}  // namespace proa::controllers
