#include <algorithm>

#include <fmt/format.h>

#include "api/body.h"
#include "api/fields/managed_fields.h"
#include "api/verbs.h"
#include "api/write.h"
#include "object/meta.h"
#include "schema/field_error.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

struct Changing {
  Core& core;
  Target target;
  CallPtr call;
  Change change;
  ChangeOptions options;
  StoredDone done;
  int attempt = 0;
};
using ChangingPtr = std::shared_ptr<Changing>;

void run(const ChangingPtr& changing);

/// What was read, and is not followed by a write.
void answer(const ChangingPtr& changing, Result<Stored> result) {
  answer_when_durable(changing->core, changing->target, std::move(changing->done), std::move(result));
}

Status uid_mismatch(const Target& target, std::string_view wanted, std::string_view found) {
  std::string key = "/registry/" + (target.kind->custom ? target.kind->group + "/" : "") + target.kind->plural + "/";
  if (target.kind->namespaced) key += target.ns + "/";
  key += target.name;
  return base::conflict(target.resource(), target.name,
                        fmt::format("StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, "
                                    "AdditionalErrorMsg: Precondition failed: UID in precondition: {}, UID in object "
                                    "meta: {}",
                                    key, wanted, found));
}

/// The client's resourceVersion against the store's: nothing said means "whatever it is", where the kind allows it.
Result<void> check_version(Core& core, const Target& target, View object, View old) {
  const std::string_view sent = object["metadata"]["resourceVersion"].as_string();
  if (sent.empty() || sent == "0") {
    if (core.behaviour(*target.stored).allow_unconditional_update) return {};
    return Error(base::invalid(
        target.kind->group, target.kind->plural, target.name,
        {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"}}));
  }
  if (!std::ranges::all_of(sent, [](char c) { return c >= '0' && c <= '9'; }))
    return Error(
        Status{.code = 500,
               .reason = "",
               .message = fmt::format("strconv.ParseUint: parsing {}: invalid syntax", schema::go_quote(sent))});
  if (sent != old["metadata"]["resourceVersion"].as_string())
    return Error(base::modified_conflict(target.resource(), target.name));
  return {};
}

/// True when nothing but managedFields' times differs: then nothing is written.
bool same_state(Value& object, View old) {
  const View now_fields = View(object)["metadata"]["managedFields"];
  const View old_fields = old["metadata"]["managedFields"];
  if (!(now_fields == old_fields)) {
    if (!fields::same_but_times(now_fields, old_fields)) return false;
    object["metadata"].set("managedFields", old_fields.to_value());
  }
  object["metadata"].set("resourceVersion", old["metadata"]["resourceVersion"].as_string());
  return View(object) == old;
}

void create_instead(const ChangingPtr& changing, Value object) {
  Core& core = changing->core;
  const Target& target = changing->target;
  object["metadata"].erase("resourceVersion");
  auto finisher = complete_create(core, target, *changing->call, object, changing->options.manages_fields);
  if (!finisher) return changing->done(Error(finisher.error()));
  if (changing->call->dry_run) {
    finish(*finisher, false);
    return changing->done(Stored{.document = freeze_unstored(object, ""), .entry = nullptr, .created = true});
  }
  std::vector<store::Write> writes;
  writes.push_back({target.key(), freeze_for_store(object), store::Write::kAbsent});
  core.store.commit(std::move(writes), [changing, finisher = std::make_shared<Finish>(std::move(*finisher))](
                                           Result<store::Committed> result) {
    const bool taken = result && result->refusal == store::Refusal::kNone;
    finish(*finisher, taken);
    if (!result) return changing->done(Error(result.error()));
    if (!taken && ++changing->attempt < changing->options.attempts) return run(changing);
    if (!taken) return changing->done(Error(base::already_exists(changing->target.resource(), changing->target.name)));
    store::EntryPtr entry = result->entries.front();
    changing->done(Stored{.document = entry->document, .entry = entry, .created = true});
  });
}

void settle(const ChangingPtr& changing, Finish& finisher, const object::Document& left,
            Result<store::Committed> result) {
  const bool taken = result && result->refusal == store::Refusal::kNone;
  finish(finisher, taken);
  if (!result) return changing->done(Error(result.error()));
  if (taken) {
    store::EntryPtr entry = result->entries.front();
    if (!left) return changing->done(Stored{.document = entry->document, .entry = entry});
    // The update let go of the last finalizer, so the object went with it; the answer shows the object as updated.
    const Core& core = changing->core;
    const KindBehaviour& behaviour = core.behaviour(*changing->target.stored);
    if (behaviour.after_delete != nullptr)
      behaviour.after_delete(entry->document.root(), changing->core.context(changing->target, *changing->call));
    return changing->done(Stored{.document = left, .entry = nullptr});
  }
  if (result->refusal == store::Refusal::kNotFound)
    return changing->done(Error(base::not_found(changing->target.resource(), changing->target.name)));
  if (++changing->attempt < changing->options.attempts) return run(changing);
  changing->done(Error(base::modified_conflict(changing->target.resource(), changing->target.name)));
}

void write_change(const ChangingPtr& changing, const store::EntryPtr& old, Value object) {
  Core& core = changing->core;
  const Target& target = changing->target;
  const View was = old->document.root();
  auto finisher = complete_update(core, target, *changing->call, object, was, changing->options.manages_fields);
  if (!finisher) return changing->done(Error(finisher.error()));
  if (same_state(object, was)) {
    finish(*finisher, true);
    return answer(changing, Stored{.document = old->document, .entry = old});
  }
  const std::string version = was["metadata"]["resourceVersion"].str();
  const bool goes = object::is_deleting(was) && is_ready_to_go(object);
  if (changing->call->dry_run) {
    finish(*finisher, false);
    return changing->done(Stored{.document = freeze_unstored(object, version), .entry = nullptr});
  }
  store::Write write{target.key(), {}, old->revision};
  object::Document left;
  if (goes)
    left = freeze_unstored(object, version);
  else
    write.document = freeze_for_store(object);
  std::vector<store::Write> writes;
  writes.push_back(std::move(write));
  core.store.commit(std::move(writes),
                    [changing, left = std::move(left), finisher = std::make_shared<Finish>(std::move(*finisher))](
                        Result<store::Committed> result) { settle(changing, *finisher, left, std::move(result)); });
}

void run(const ChangingPtr& changing) {
  const Target& target = changing->target;
  const store::EntryPtr old = changing->core.store.latest(target.key());
  if (old == nullptr && !changing->options.may_create)
    return answer(changing, Error(base::not_found(target.resource(), target.name)));
  const View was = old == nullptr ? View() : old->document.root();
  if (old != nullptr && !changing->options.uid.empty() && object::uid_of(was) != changing->options.uid)
    return answer(changing, Error(uid_mismatch(target, changing->options.uid, object::uid_of(was))));
  auto object = changing->change(was);
  if (!object) return changing->done(Error(object.error()));
  if (old == nullptr) return create_instead(changing, std::move(*object));
  if (auto ok = check_version(changing->core, target, *object, was); !ok) return answer(changing, Error(ok.error()));
  write_change(changing, old, std::move(*object));
}

}  // namespace

Result<void> check_names(const Target& target, Value& object) {
  Value& metadata = object["metadata"];
  const std::string name = View(metadata)["name"].str();
  if (name.empty()) {
    return Error(base::bad_request(fmt::format(
        "the name of the object ({} based on URL) was undeterminable: name must be provided", target.name)));
  }
  if (name != target.name) {
    return Error(base::bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, target.name)));
  }
  const std::string ns = View(metadata)["namespace"].str();
  if (!target.kind->namespaced) {
    metadata.erase("namespace");
  } else if (ns.empty()) {
    metadata.set("namespace", target.ns);
  } else if (ns != target.ns) {
    return Error(
        base::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
  }
  return {};
}

void apply_change(Core& core, Target target, CallPtr call, Change change, ChangeOptions options, StoredDone done) {
  run(std::make_shared<Changing>(
      Changing{core, std::move(target), std::move(call), std::move(change), std::move(options), std::move(done)}));
}

void update(Core& core, Target target, CallPtr call, Value object, StoredDone done) {
  if (auto ok = check_names(target, object); !ok) return done(Error(ok.error()));
  ChangeOptions options;
  options.uid = View(object)["metadata"]["uid"].str();
  options.may_create = core.behaviour(*target.stored).allow_create_on_update && target.subresource.empty();
  // A version that was named can't be run again: the second run would find another one.
  const bool once = !View(object)["metadata"]["resourceVersion"].as_string().empty();
  auto shared = std::make_shared<Value>(std::move(object));
  Change change = [shared, once](View) -> Result<Value> {
    if (once) return std::move(*shared);
    return *shared;
  };
  if (once) options.attempts = 1;
  apply_change(core, std::move(target), std::move(call), std::move(change), std::move(options), std::move(done));
}

}  // namespace proa::api
