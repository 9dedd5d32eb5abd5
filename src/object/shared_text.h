// Texts that many documents have in common and keep once: managedFields' fieldsV1, which all pods of a ReplicaSet
// share to the byte. For document.cc and block.h alone. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace proa::object {

struct SharedText {
  std::atomic<uint32_t> references;
  uint32_t size;
  uint64_t hash;

  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

/// The one copy of `text`, with a reference for the caller.
SharedText* share_text(std::string_view text);
/// Gives a reference back.
void release_text(SharedText* shared);
/// How many different texts are kept now.
size_t shared_text_count();

}  // namespace proa::object
