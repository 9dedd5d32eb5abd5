// Index is the store's ordered map from key to entry: a B+ tree whose nodes are shared between versions. Copying an
// Index copies one pointer, and the copy keeps showing what it showed: a change to one copies only the nodes on the
// way to the leaf, and none at all while nobody else holds them.
//
// Reading a copy is safe from any thread while another copy is changed; one Index object is changed by one thread at
// a time. Costs: find, put, erase and count O(log n); scan O(log n + what it visits). About 24 bytes per entry.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "store/store.h"

namespace proa::store {

class Index {
 public:
  /// Nodes: see index.cc. Counted by hand, so that an edge is one word.
  struct Node;
  class Ref {
   public:
    Ref() = default;
    explicit Ref(Node* owned) : node_(owned) {}
    Ref(const Ref& other);
    Ref(Ref&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
      std::swap(node_, other.node_);
      return *this;
    }
    ~Ref();
    Node* get() const { return node_; }
    explicit operator bool() const { return node_ != nullptr; }

   private:
    Node* node_ = nullptr;
  };

  size_t size() const;
  /// Null when there is none.
  EntryPtr find(std::string_view key) const;
  /// Adds or replaces by entry->key.
  void put(EntryPtr entry);
  /// False when there was none.
  bool erase(std::string_view key);

  /// As Snapshot::scan and Snapshot::count.
  void scan(std::string_view prefix, std::string_view from, const std::function<bool(const EntryPtr&)>& visit) const;
  size_t count(std::string_view prefix) const;

 private:
  Ref root_;
};

}  // namespace proa::store
