// Carries out adoptions and releases.
#pragma once

#include <functional>
#include <vector>

#include "client/client.h"
#include "object/document.h"

namespace proa::controllers {

/// Makes `owner` the controller of each of `adopt` and removes its reference from each of `release`; then calls `done` once, with
/// the first error. Before it adopts, it asks the API whether the owner is still there and not being deleted: a cache
/// that lags must not give orphans to a dying owner. `wrote` is called for each object written. Objects that
/// vanished meanwhile are passed over. Callbacks run on the client's executor, or at once when there is nothing to do.
void claim_through(client::Client& client, const client::Resource& owners, const client::Resource& dependents,
                   const object::Document& owner, const std::vector<object::Document>& adopt,
                   const std::vector<object::Document>& release, std::function<void(const object::Document&)> wrote,
                   std::move_only_function<void(Result<void>)> done);

}  // namespace proa::controllers
