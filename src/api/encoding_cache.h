// Encodings of stored objects under one byte budget: a watch event goes to a thousand watchers, the answer to a
// write is what the watchers get next; each is encoded once. The oldest go when the budget is spent.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "http/http.h"
#include "store/store.h"

namespace proa::api {

/// Any thread.
class EncodingCache {
 public:
  explicit EncodingCache(size_t budget_bytes = 8u << 20) : budget_(budget_bytes) {}

  /// What `make` gave for this entry and form before, or gives now. `form` tells encodings of one entry apart
  /// (media type, version, kind of event).
  http::SharedBytes get(const store::EntryPtr& entry, uint64_t form, const std::function<std::string()>& make);
  size_t bytes() const;

 private:
  struct Key {
    const store::Entry* entry;
    uint64_t form;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.entry) ^ (key.form * 0x9e3779b97f4a7c15ull);
    }
  };
  struct Item {
    Key key;
    store::EntryPtr entry;  // keeps the address from being used anew
    http::SharedBytes bytes;
  };

  void trim();

  const size_t budget_;
  mutable std::mutex mutex_;
  size_t used_ = 0;
  std::list<Item> items_;  // newest first
  std::unordered_map<Key, std::list<Item>::iterator, Hash> index_;
};

}  // namespace proa::api
