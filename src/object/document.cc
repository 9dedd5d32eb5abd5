#include "object/document.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "object/block.h"

namespace proa::object {
namespace {

Header& header(char* block) { return *reinterpret_cast<Header*>(block); }

/// Finds text that the block under construction already holds. Generations make emptying it free.
class TextTable {
 public:
  void clear() {
    used_ = 0;
    if (++generation_ == 0) entries_.assign(entries_.size(), {});
    if (entries_.size() > kKeep) entries_ = std::vector<Entry>(kKeep);
    generation_ = std::max(generation_, 1u);
  }

  /// The offset of an equal text in `all`, or `fresh`, which is remembered.
  uint32_t find_or_add(std::string_view text, uint32_t fresh, const std::string& all) {
    if (used_ * 2 >= entries_.size()) grow();
    const auto hash = static_cast<uint32_t>(std::hash<std::string_view>()(text));
    Entry& entry = find(hash, text, all);
    if (entry.generation == generation_) return entry.offset;
    entry = {generation_, hash, fresh, static_cast<uint32_t>(text.size())};
    ++used_;
    return fresh;
  }

 private:
  struct Entry {
    uint32_t generation = 0, hash = 0, offset = 0, size = 0;
  };
  static constexpr size_t kKeep = 1024;

  Entry& find(uint32_t hash, std::string_view text, const std::string& all) {
    for (size_t at = hash;; ++at) {
      Entry& entry = entries_[at & (entries_.size() - 1)];
      if (entry.generation != generation_) return entry;
      if (entry.hash == hash && std::string_view(all).substr(entry.offset, entry.size) == text) return entry;
    }
  }

  void grow() {
    std::vector<Entry> old(entries_.empty() ? kKeep : entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.generation != generation_) continue;
      size_t at = entry.hash;
      while (entries_[at & (entries_.size() - 1)].generation == generation_) ++at;
      entries_[at & (entries_.size() - 1)] = entry;
    }
  }

  std::vector<Entry> entries_;
  size_t used_ = 0;
  uint32_t generation_ = 1;
};

/// Lays a tree out. Offsets are relative to their section until finish() knows where the sections lie.
class Builder {
 public:
  void begin() {
    nodes_.clear();
    shared_.clear();
    text_.clear();
    strings_.clear();
    names_.clear();
  }

  void add_tree(View root) {
    nodes_.push_back({});
    add(root, 0);
  }

  char* finish() {
    const uint32_t version_node = find_version_node();
    const size_t version_text = text_.size();
    if (version_node != 0) text_.append(kVersionDigits, '0');
    const size_t shared_base = sizeof(Header) + nodes_.size() * sizeof(Node);
    const size_t text_base = shared_base + shared_.size() * sizeof(SharedText*);
    const size_t bytes = text_base + text_.size();
    if (bytes > kTextName) std::abort();  // far beyond what the API takes in
    auto* block = static_cast<char*>(std::malloc(bytes));
    if (block == nullptr) std::abort();
    auto* head = new (block) Header;
    head->references.store(1, std::memory_order_relaxed);
    head->bytes = static_cast<uint32_t>(bytes);
    head->version_node = version_node;
    head->version_text = static_cast<uint32_t>(text_base + version_text);
    head->shared_at = static_cast<uint32_t>(shared_base);
    head->shared_count = static_cast<uint32_t>(shared_.size());
    auto* out = reinterpret_cast<Node*>(block + sizeof(Header));
    for (const Node& node : nodes_) *out++ = placed(node, *head, static_cast<uint32_t>(text_base));
    if (!shared_.empty()) std::memcpy(block + shared_base, shared_.data(), shared_.size() * sizeof(SharedText*));
    std::memcpy(block + text_base, text_.data(), text_.size());
    shrink();
    return block;
  }

 private:
  static uint32_t node_offset(uint32_t index) { return sizeof(Header) + index * sizeof(Node); }

  static uint32_t tagged(Kind kind, size_t length) {
    if (length > kMaxLength) std::abort();
    return static_cast<uint32_t>(kind) << 28 | static_cast<uint32_t>(length);
  }

  static Node placed(Node node, const Header& head, uint32_t text_base) {
    if ((node.name & kTextName) != 0) node.name += text_base;
    switch (node.kind()) {
      case Kind::kObject:
      case Kind::kArray: node.payload = node_offset(node.payload); break;
      case Kind::kString:
      case Kind::kRaw:
        if (node.length() == kShared) {
          node.payload = head.shared_at + node.payload * static_cast<uint32_t>(sizeof(SharedText*));
        } else if (node.length() > kInlineText) {
          node.payload += text_base;
        }
        break;
      case Kind::kInt:
      case Kind::kDouble:
        if (node.length() != 0) node.payload += text_base;
        break;
      default: break;
    }
    return node;
  }

  /// nodes_[index] has its name already. It may move while children are added: hence the index.
  void add(View view, size_t index) {
    const Kind kind = view.kind();
    switch (kind) {
      case Kind::kObject: add_members(view, index); return;
      case Kind::kArray: add_items(view, index); return;
      case Kind::kString: set_text(nodes_[index], kind, view.as_string()); return;
      case Kind::kRaw: set_raw(nodes_[index], view.as_raw()); return;
      case Kind::kInt: set_int(nodes_[index], view.as_int()); return;
      case Kind::kDouble: set_wide(nodes_[index], kind, view.as_double()); return;
      case Kind::kBool:
        nodes_[index].kind_length = tagged(kind, 0);
        nodes_[index].payload = view.as_bool() ? 1 : 0;
        return;
      default: nodes_[index].kind_length = tagged(Kind::kNull, 0); return;
    }
  }

  size_t open(Kind kind, size_t count, size_t index) {
    const size_t first = nodes_.size();
    nodes_[index].kind_length = tagged(kind, count);
    nodes_[index].payload = static_cast<uint32_t>(first);
    nodes_.resize(first + count);
    return first;
  }

  void add_members(View view, size_t index) {
    size_t child = open(Kind::kObject, view.size(), index);
    for (const auto [name, value] : view.members()) {
      nodes_[child].name = name_of(name);
      add(value, child++);
    }
  }

  void add_items(View view, size_t index) {
    size_t child = open(Kind::kArray, view.size(), index);
    for (const View item : view.items()) add(item, child++);
  }

  uint32_t name_of(std::string_view name) {
    const uint32_t hash = name_hash(name);
    if (is_known_name(hash, name)) return hash;
    // Names lie behind their length, so they have a table of their own; it points to the bytes.
    const auto prefix = static_cast<uint32_t>(text_.size());
    size_t length = name.size();
    uint32_t prefix_size = 1;
    for (size_t rest = length; rest >= 0x80; rest >>= 7) ++prefix_size;
    const uint32_t at = names_.find_or_add(name, prefix + prefix_size, text_);
    if (at == prefix + prefix_size) {
      for (; length >= 0x80; length >>= 7) text_.push_back(static_cast<char>(length | 0x80));
      text_.push_back(static_cast<char>(length));
      text_ += name;
    }
    return kTextName | (at - prefix_size);
  }

  void set_text(Node& node, Kind kind, std::string_view text) {
    node.kind_length = tagged(kind, text.size());
    if (text.size() <= kInlineText) {
      std::memcpy(&node.payload, text.data(), text.size());
      return;
    }
    const auto fresh = static_cast<uint32_t>(text_.size());
    node.payload = strings_.find_or_add(text, fresh, text_);
    if (node.payload == fresh) text_ += text;
  }

  void set_raw(Node& node, std::string_view text) {
    if (text.size() < kShareFrom) return set_text(node, Kind::kRaw, text);
    node.kind_length = static_cast<uint32_t>(Kind::kRaw) << 28 | kShared;
    node.payload = static_cast<uint32_t>(shared_.size());
    shared_.push_back(share_text(text));
  }

  void set_int(Node& node, int64_t number) {
    if (number == static_cast<int32_t>(number)) {
      node.kind_length = tagged(Kind::kInt, 0);
      node.payload = static_cast<uint32_t>(number);
    } else {
      set_wide(node, Kind::kInt, number);
    }
  }

  template <class Number>
  void set_wide(Node& node, Kind kind, Number number) {
    node.kind_length = tagged(kind, 1);
    node.payload = static_cast<uint32_t>(text_.size());
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  const Node* find_child(const Node* parent, Key name) const {
    if (parent == nullptr || parent->kind() != Kind::kObject) return nullptr;
    for (uint32_t i = 0; i < parent->length(); ++i) {
      const Node& child = nodes_[parent->payload + i];
      if ((child.name & kTextName) == 0) {
        if (child.name == name.hash) return &child;
      } else if (length_prefixed(text_.data() + (child.name & ~kTextName)) == name.text) {
        return &child;
      }
    }
    return nullptr;
  }

  uint32_t find_version_node() const {
    const Node* found = find_child(find_child(nodes_.data(), "metadata"), "resourceVersion");
    if (found == nullptr || found->kind() != Kind::kString) return 0;
    return node_offset(static_cast<uint32_t>(found - nodes_.data()));
  }

  void shrink() {
    constexpr size_t kKeepBytes = 256 * 1024;
    if (text_.capacity() > kKeepBytes) std::string().swap(text_);
    if (nodes_.capacity() * sizeof(Node) > kKeepBytes) std::vector<Node>().swap(nodes_);
  }

  std::vector<Node> nodes_;
  std::vector<SharedText*> shared_;
  std::string text_;
  TextTable strings_;
  TextTable names_;
};

}  // namespace

Document::Document(const Document& other) noexcept : block_(other.block_) {
  if (block_ != nullptr) header(block_).references.fetch_add(1, std::memory_order_relaxed);
}

Document::~Document() {
  if (block_ == nullptr) return;
  if (header(block_).references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const char* at = block_ + header(block_).shared_at;
  for (uint32_t i = 0; i < header(block_).shared_count; ++i, at += sizeof(SharedText*)) {
    SharedText* shared = nullptr;
    std::memcpy(&shared, at, sizeof shared);
    release_text(shared);
  }
  std::free(block_);
}

Document Document::freeze(View root) {
  if (!root.exists()) return {};
  thread_local Builder builder;
  builder.begin();
  builder.add_tree(root);
  return Document(builder.finish());
}

View Document::root() const {
  if (block_ == nullptr) return {};
  return {block_, reinterpret_cast<const Node*>(block_ + sizeof(Header))};
}

size_t Document::bytes() const { return block_ == nullptr ? 0 : header(block_).bytes; }

void Document::set_resource_version(int64_t version) {
  if (block_ == nullptr || header(block_).version_node == 0) std::abort();
  auto& node = *reinterpret_cast<Node*>(block_ + header(block_).version_node);
  char digits[kVersionDigits + 1];
  const char* end = std::to_chars(digits, digits + sizeof digits, version).ptr;
  const auto length = static_cast<uint32_t>(end - digits);
  if (length <= kInlineText) {
    std::memcpy(&node.payload, digits, length);
  } else {
    node.payload = header(block_).version_text;
    std::memcpy(block_ + node.payload, digits, std::min(length, kVersionDigits));
  }
  node.kind_length = static_cast<uint32_t>(Kind::kString) << 28 | length;
}

}  // namespace proa::object
