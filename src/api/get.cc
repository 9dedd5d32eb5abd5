#include <charconv>

#include "api/resource_version.h"
#include "api/verbs.h"

namespace proa::api {

Result<Stored> get(Core& core, const Target& target, std::string_view resource_version) {
  const store::SnapshotPtr snapshot = core.store.snapshot();
  if (auto ok = check_not_future(resource_version, snapshot->revision()); !ok) return Error(ok.error());
  store::EntryPtr entry = snapshot->get(target.key());
  if (entry == nullptr) return Error(base::not_found(target.resource(), target.name));
  return Stored{.document = entry->document, .entry = std::move(entry)};
}

}  // namespace proa::api
