// The kinds that the garbage collector and the deletion of namespaces go through: every kind that is stored, once (in its
// storage version), without events.
#pragma once

#include <vector>

#include "client/client.h"
#include "schema/registry.h"

namespace proa::controllers {

/// In discovery order. Kinds that have list, watch and delete.
std::vector<schema::KindRef> collectable_kinds(const schema::Registry& registry);

/// Points into `kind`, which must outlive it.
client::Resource resource_of(const schema::KindInfo& kind);

}  // namespace proa::controllers
