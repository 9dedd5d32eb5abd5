#include "client/object_cache.h"

#include <utility>

#include "object/meta.h"

namespace proa::client {

using object::Document;

ObjectCache::Key ObjectCache::key_of(const Document& object) {
  return {object::namespace_of(object.root()), object::name_of(object.root())};
}

void ObjectCache::insert(Index& index, const Document& object) {
  index.function(object.root(), [&](std::string_view value) {
    auto at = index.values.find(value);
    if (at == index.values.end()) at = index.values.emplace(std::string(value), Objects()).first;
    at->second.insert_or_assign(key_of(object), object);
  });
}

void ObjectCache::remove(Index& index, const Document& object) {
  index.function(object.root(), [&](std::string_view value) {
    const auto at = index.values.find(value);
    if (at == index.values.end()) return;
    at->second.erase(key_of(object));
    if (at->second.empty()) index.values.erase(at);
  });
}

Document ObjectCache::put(const Document& object) {
  Document before = erase(object::namespace_of(object.root()), object::name_of(object.root()));
  objects_.emplace(key_of(object), object);
  for (auto& [name, index] : indexes_) insert(index, object);
  return before;
}

Document ObjectCache::erase(std::string_view ns, std::string_view name) {
  const auto at = objects_.find(Key{ns, name});
  if (at == objects_.end()) return {};
  Document before = at->second;
  for (auto& [index_name, index] : indexes_) remove(index, before);
  objects_.erase(at);
  return before;
}

Document ObjectCache::get(std::string_view ns, std::string_view name) const {
  const auto at = objects_.find(Key{ns, name});
  return at == objects_.end() ? Document() : at->second;
}

std::vector<Document> ObjectCache::list(std::string_view ns) const {
  std::vector<Document> found;
  if (ns.empty()) found.reserve(objects_.size());
  for (auto at = ns.empty() ? objects_.begin() : objects_.lower_bound(Key{ns, {}});
       at != objects_.end() && (ns.empty() || at->first.ns == ns); ++at)
    found.push_back(at->second);
  return found;
}

void ObjectCache::add_index(std::string_view name, IndexFunction function) {
  if (indexes_.contains(name)) return;
  Index& index = indexes_[std::string(name)];
  index.function = std::move(function);
  for (const auto& [key, object] : objects_) insert(index, object);
}

std::vector<Document> ObjectCache::by_index(std::string_view index, std::string_view value) const {
  std::vector<Document> found;
  const auto at = indexes_.find(index);
  if (at == indexes_.end()) return found;
  const auto objects = at->second.values.find(value);
  if (objects == at->second.values.end()) return found;
  found.reserve(objects->second.size());
  for (const auto& [key, object] : objects->second) found.push_back(object);
  return found;
}

}  // namespace proa::client
