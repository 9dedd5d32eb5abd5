#include "api/encoding_cache.h"

namespace proa::api {

http::SharedBytes EncodingCache::get(const store::EntryPtr& entry, uint64_t form,
                                     const std::function<std::string()>& make) {
  const Key key{entry.get(), form};
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) return found->second->bytes;
  }
  http::SharedBytes bytes = http::share(make());
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(key); found != index_.end()) return found->second->bytes;
  items_.push_front({key, entry, bytes});
  index_.emplace(key, items_.begin());
  used_ += bytes->size();
  trim();
  return bytes;
}

void EncodingCache::trim() {
  while (used_ > budget_ && !items_.empty()) {
    used_ -= items_.back().bytes->size();
    index_.erase(items_.back().key);
    items_.pop_back();
  }
}

size_t EncodingCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace proa::api
