// What DaemonSets and StatefulSets do before they see to their pods: they settle what is theirs, and make the revision of
// today's template.
#pragma once

#include <functional>
#include <vector>

#include "client/client.h"
#include "controllers/workload/revisions.h"

namespace proa::controllers {

struct Settling {
  client::Resource owners;
  object::Document owner;
  std::vector<object::Document> adopt, release;  // pods
  History history;
};

/// Adopts and releases pods and revisions; when there were any, that was all: the caches' news starts another round.
/// Otherwise writes `history.writes`. A name that another revision has taken fails, after status.collisionCount of the
/// owner was raised, which changes the hash for the next try.
///
/// `wrote` is called for each pod and revision written. `done` is called once: true: the round goes on; false: it
/// is over. Callbacks run on the client's executor, or at once when there is nothing to do.
void settle(client::Client& client, Settling what,
            std::function<void(const client::Resource&, const object::Document&)> wrote,
            std::move_only_function<void(Result<bool>)> done);

}  // namespace proa::controllers
