#include "object/shared_text.h"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <new>
#include <unordered_set>

namespace proa::object {
namespace {

struct ByText {
  using is_transparent = void;
  size_t operator()(const SharedText* shared) const { return shared->hash; }
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  bool operator()(const SharedText* a, const SharedText* b) const { return a == b; }
  bool operator()(std::string_view a, const SharedText* b) const { return a == b->text(); }
  bool operator()(const SharedText* a, std::string_view b) const { return a->text() == b; }
};

struct Table {
  std::mutex mutex;
  std::unordered_set<SharedText*, ByText, ByText> texts;
};

Table& table() {
  static auto* made = new Table;  // never destroyed: documents in static storage may outlive it
  return *made;
}

SharedText* make(std::string_view text) {
  void* place = std::malloc(sizeof(SharedText) + text.size());
  if (place == nullptr) std::abort();
  auto* shared = new (place) SharedText;
  shared->references.store(1, std::memory_order_relaxed);
  shared->size = static_cast<uint32_t>(text.size());
  shared->hash = std::hash<std::string_view>()(text);
  std::memcpy(static_cast<void*>(shared + 1), text.data(), text.size());
  return shared;
}

}  // namespace

SharedText* share_text(std::string_view text) {
  const std::lock_guard lock(table().mutex);
  const auto found = table().texts.find(text);
  if (found != table().texts.end()) {
    // The last reference is given back under the same lock, so this one is alive.
    (*found)->references.fetch_add(1, std::memory_order_relaxed);
    return *found;
  }
  return *table().texts.insert(make(text)).first;
}

void release_text(SharedText* shared) {
  uint32_t count = shared->references.load(std::memory_order_relaxed);
  while (count > 1) {
    if (shared->references.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) return;
  }
  const std::lock_guard lock(table().mutex);
  if (shared->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  table().texts.erase(shared);
  std::free(shared);
}

size_t shared_text_count() {
  const std::lock_guard lock(table().mutex);
  return table().texts.size();
}

}  // namespace proa::object
