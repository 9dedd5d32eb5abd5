// Kinds that are stored and served while nothing acts on them yet; doc/differences.md lists them too. Whoever makes one
// is told, so that nobody waits for a Job to run or trusts a quota to hold.
#pragma once

#include <string>

#include "schema/registry.h"

namespace proa::api {

/// The warning for who makes an object of the kind; empty where something acts on it.
std::string inaction_warning(const schema::KindInfo& kind);

}  // namespace proa::api
