#include <fmt/format.h>

#include "api/event_expiry.h"
#include "api/verbs.h"
#include "api/write.h"
#include "object/meta.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr int kNameAttempts = 8;

struct Creation {
  Core& core;
  Target target;
  CallPtr call;
  Value object;
  StoredDone done;
  int attempt = 0;
};
using CreationPtr = std::shared_ptr<Creation>;

/// A taken generated name is not the client's fault: another one is tried, as upstream does.
Status name_conflict(const Target& target, const std::string& name) {
  Status status = base::already_exists(target.resource(), name);
  status.message += ", the server was not able to generate a unique name for the object";
  status.details.retry_after_seconds = 1;
  return status;
}

/// What is in the way; one that is on its way out says so.
Status taken_name(const Target& target, const store::EntryPtr& current) {
  Status status = base::already_exists(target.resource(), target.name);
  if (current != nullptr && object::is_deleting(current->document.root()))
    status.message = "object is being deleted: " + status.message;
  return status;
}

/// The namespace is the URL's; the object may repeat it.
Result<void> place_in_namespace(const Target& target, Value& object) {
  Value& metadata = object["metadata"];
  const std::string sent = View(metadata)["namespace"].str();
  if (target.ns.empty() || !target.kind->namespaced) {
    metadata.erase("namespace");
  } else if (sent.empty()) {
    metadata.set("namespace", target.ns);
  } else if (sent != target.ns) {
    return Error(
        base::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
  }
  return {};
}

void wipe_system_fields(Value& object) {
  Value& metadata = object["metadata"];
  metadata.erase("uid");
  metadata.erase("creationTimestamp");
  metadata.erase("deletionTimestamp");
  metadata.erase("deletionGracePeriodSeconds");
  metadata.erase("selfLink");
}

void start(CreationPtr creation);

void committed(const CreationPtr& creation, Finish& finisher, Result<store::Committed> result) {
  const bool taken = result && result->refusal == store::Refusal::kNone;
  finish(finisher, taken);
  if (!result) return creation->done(Error(result.error()));
  if (taken) {
    store::EntryPtr entry = result->entries.front();
    if (creation->target.stored->kind == "Event") creation->core.expiry().note();
    return creation->done(Stored{.document = entry->document, .entry = entry, .created = true});
  }
  const bool generated = View(creation->object)["metadata"]["name"].as_string().empty();
  if (!generated) return creation->done(Error(taken_name(creation->target, result->current)));
  if (++creation->attempt < kNameAttempts) return start(creation);
  creation->done(Error(name_conflict(creation->target, creation->target.name)));
}

void start(CreationPtr creation) {
  Core& core = creation->core;
  Target& target = creation->target;
  const bool generated = View(creation->object)["metadata"]["name"].as_string().empty();
  // Only a generated name may need a second run over the same object.
  Value object = generated ? creation->object : std::move(creation->object);
  target.name = object::name_of(object);
  auto finisher = complete_create(core, target, *creation->call, object, false);
  if (!finisher) return creation->done(Error(finisher.error()));
  target.name = object::name_of(object);
  if (!generated) creation->object["metadata"].set("name", target.name);
  if (creation->call->dry_run) {
    finish(*finisher, false);
    if (core.store.latest(target.key()) != nullptr)
      return creation->done(Error(base::already_exists(target.resource(), target.name)));
    return creation->done(Stored{.document = freeze_unstored(object, ""), .entry = nullptr, .created = true});
  }
  std::vector<store::Write> writes;
  writes.push_back({target.key(), freeze_for_store(object), store::Write::kAbsent});
  core.store.commit(std::move(writes),
                    [creation, finisher = std::make_shared<Finish>(std::move(*finisher))](
                        Result<store::Committed> result) { committed(creation, *finisher, std::move(result)); });
}

}  // namespace

void create(Core& core, Target target, CallPtr call, Value object, StoredDone done) {
  if (!View(object)["metadata"]["resourceVersion"].as_string().empty()) {
    Status status{.code = 500, .reason = "", .message = "resourceVersion should not be set on objects to be created"};
    return done(Error(std::move(status)));
  }
  wipe_system_fields(object);
  if (auto ok = place_in_namespace(target, object); !ok) return done(Error(ok.error()));
  if (target.stored->group.empty() && target.stored->kind == "Namespace") target.ns = object::name_of(object);
  auto creation = std::make_shared<Creation>(
      Creation{core, std::move(target), std::move(call), std::move(object), std::move(done)});
  start(std::move(creation));
}

}  // namespace proa::api
