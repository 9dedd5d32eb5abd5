// Document is an object at rest: one contiguous, immutable, reference-counted block of 12-byte nodes and inline
// strings. This is what the store keeps, what watches hand out and what controllers read. Handles are one
// pointer; copying one is an atomic increment. Reading is safe from any thread.
//
// Two writes are allowed before a document is shared: set_resource_version(), by the store's sequencer.
#pragma once

#include <cstdint>
#include <utility>

#include "object/view.h"

namespace proa::object {

class Document {
 public:
  Document() = default;  // holds nothing: root() is absent
  Document(const Document& other) noexcept;
  Document(Document&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Document& operator=(Document other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Document();

  /// Copies the tree under `root` into one block. Where root.metadata.resourceVersion is a string, its place is
  /// made large enough for any resourceVersion, so that set_resource_version() needs no copy.
  static Document freeze(View root);

  View root() const;
  View operator[](Key name) const { return root()[name]; }
  explicit operator bool() const { return block_ != nullptr; }

  /// Writes metadata.resourceVersion in place.
  /// REQUIRES: frozen with metadata.resourceVersion a string; this handle is the only one.
  void set_resource_version(int64_t version);

  /// Bytes that the block takes, all told.
  size_t bytes() const;
  /// Same block: cheap, sufficient (not necessary) for equality.
  bool same_as(const Document& other) const { return block_ == other.block_; }

 private:
  explicit Document(char* block) : block_(block) {}
  char* block_ = nullptr;
};

}  // namespace proa::object
