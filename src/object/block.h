// The inside of a Document's block, for document.cc and view.cc alone.
//
//   Header | nodes, root first, the children of one container side by side | references to shared texts |
//   text: strings, names, wide numbers
//
// Offsets count bytes from the block's start. A member's name is its hash when the schema knows it, else
// kTextName plus the offset of its length (as varint) and bytes. Strings of up to four bytes lie in the node;
// a long Raw is a reference to a text that documents share.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "object/names.h"
#include "object/shared_text.h"
#include "object/view.h"

namespace proa::object {

struct Header {
  std::atomic<uint32_t> references;
  uint32_t bytes;
  uint32_t version_node;  // offset of metadata.resourceVersion's node; 0: none
  uint32_t version_text;  // offset of the place kept for its text
  uint32_t shared_at;     // offset of the references to shared texts
  uint32_t shared_count;
};

struct Node {
  uint32_t name;         // of a member; 0 in arrays
  uint32_t kind_length;  // kind << 28 | length
  uint32_t payload;      // an offset, or the value itself

  Kind kind() const { return static_cast<Kind>(kind_length >> 28); }
  /// Bytes of a string, number of children, 1 for a number that lies outside the node.
  uint32_t length() const { return kind_length & 0x0fffffffu; }
};

inline constexpr uint32_t kTextName = 0x80000000u;
inline constexpr uint32_t kInlineText = sizeof(Node::payload);
inline constexpr uint32_t kMaxLength = 0x0fffffffu - 1;
/// The length of a Raw that is a reference to a shared text.
inline constexpr uint32_t kShared = kMaxLength + 1;
/// Raw texts from this size on are shared.
inline constexpr uint32_t kShareFrom = 48;
/// Digits of the largest resourceVersion.
inline constexpr uint32_t kVersionDigits = 19;

inline const Node* child_nodes(const char* block, const Node& node) {
  return reinterpret_cast<const Node*>(block + node.payload);
}

inline std::string_view node_text(const char* block, const Node& node) {
  const uint32_t length = node.length();
  if (length <= kInlineText) return {reinterpret_cast<const char*>(&node.payload), length};
  return {block + node.payload, length};
}

/// Numbers and references lie unaligned.
template <class Number>
Number wide_number(const char* block, const Node& node) {
  Number number;
  std::memcpy(&number, block + node.payload, sizeof number);
  return number;
}

inline std::string_view raw_text(const char* block, const Node& node) {
  if (node.length() != kShared) return node_text(block, node);
  return wide_number<const SharedText*>(block, node)->text();
}

/// The bytes of a text name whose varint length stands at `at`.
inline std::string_view length_prefixed(const char* at) {
  uint32_t length = 0;
  for (int shift = 0;; shift += 7, ++at) {
    length |= static_cast<uint32_t>(*at & 0x7f) << shift;
    if ((*at & 0x80) == 0) return {at + 1, length};
  }
}

inline std::string_view node_name(const char* block, const Node& node) {
  if ((node.name & kTextName) != 0) return length_prefixed(block + (node.name & ~kTextName));
  return known_name(node.name);
}

}  // namespace proa::object
