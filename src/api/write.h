// The steps that creates and updates share, in the order that kind_behaviour.h tells. Private to the verbs.
#pragma once

#include <memory>
#include <utility>

#include "api/core.h"
#include "api/verbs.h"
#include "object/value.h"

namespace proa::api {

/// Everything between the client's object and the commit of a new one. The Finish (may be empty) is to be called
/// with the commit's outcome.
Result<Finish> complete_create(Core& core, const Target& target, Call& call, object::Value& object,
                               bool manages_fields);
/// The same for a change of `old`.
Result<Finish> complete_update(Core& core, const Target& target, Call& call, object::Value& object, object::View old,
                               bool manages_fields);

/// An object that is sent to the place of another has that one's name and namespace; a namespace that is not told is
/// filled in.
Result<void> check_names(const Target& target, object::Value& object);

/// What a JSON, merge or strategic patch makes of `original`: decoded, with the odd things about it in the call.
Result<object::Value> patched_tree(PatchKind kind, object::View original, object::View patch,
                                   const schema::KindInfo& info, Call& call);

/// Sets what the server alone sets: uid, creationTimestamp, name out of generateName.
Result<void> fill_metadata(Core& core, const Target& target, object::Value& object);

/// Owner references that name the same owner twice are kept once, with a warning as upstream gives.
void dedup_owner_references(object::Value& object, Call& call);

/// Freezes with metadata in order and a place for the resourceVersion.
object::Document freeze_for_store(object::Value& object);
/// For dry runs: `resource_version` empty takes the member away.
object::Document freeze_unstored(object::Value& object, std::string_view resource_version);

void finish(Finish& finish, bool committed);

/// Gives an answer that was read off Store::latest() and needs no write of its own: not before that state is on disk.
template <class Done, class Answer>
void answer_when_durable(Core& core, const Target& target, Done done, Answer answer) {
  // Shared, because std::function wants to be copied.
  auto held = std::make_shared<std::pair<Done, Answer>>(std::move(done), std::move(answer));
  core.store.when_durable(target.key(), [held](Result<void> durable) {
    if (!durable) return held->first(Error(durable.error()));
    held->first(std::move(held->second));
  });
}

}  // namespace proa::api
