#include "client/expectations.h"

#include <algorithm>

#include "object/meta.h"

namespace proa::client {

Expectations::Pending& Expectations::pending(std::string_view key) {
  Pending& entry = pending_[std::string(key)];
  entry.since = clock_.monotonic();
  return entry;
}

void Expectations::wrote(std::string_view key, const Informer& cache, const object::Document& written) {
  const int64_t version = object::resource_version_of(written.root());
  Pending& entry = pending(key);
  for (auto& [known, newest] : entry.versions) {
    if (known != &cache) continue;
    newest = std::max(newest, version);
    return;
  }
  entry.versions.emplace_back(&cache, version);
}

void Expectations::removed(std::string_view key, const Informer& cache, const object::Document& object) {
  const object::View root = object.root();
  pending(key).removals.push_back({&cache, std::string(object::namespace_of(root)), std::string(object::name_of(root)),
                                   std::string(object::uid_of(root))});
}

bool Expectations::satisfied(std::string_view key) {
  const auto at = pending_.find(key);
  if (at == pending_.end()) return true;
  Pending& entry = at->second;
  std::erase_if(entry.versions,
                [](const auto& version) { return version.first->resource_version() >= version.second; });
  std::erase_if(entry.removals, [](const Removal& removal) {
    const object::Document now = removal.cache->get(removal.ns, removal.name);
    return !now || object::uid_of(now.root()) != removal.uid || object::is_deleting(now.root());
  });
  const bool seen = entry.versions.empty() && entry.removals.empty();
  if (!seen && clock_.monotonic() - entry.since < kTimeout) return false;
  pending_.erase(at);
  return true;
}

void Expectations::forget(std::string_view key) {
  const auto at = pending_.find(key);
  if (at != pending_.end()) pending_.erase(at);
}

}  // namespace proa::client
