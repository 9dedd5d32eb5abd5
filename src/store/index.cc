#include "store/index.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

namespace proa::store {

using Ref = Index::Ref;

struct Index::Node {
  explicit Node(bool is_leaf) : leaf(is_leaf) {}
  std::atomic<uint32_t> refs = 1;
  uint16_t used = 0;
  const bool leaf;
};

namespace {

using Node = Index::Node;

constexpr int kFull = 32;
constexpr int kThin = 8;  // a node with fewer is joined with a neighbour, where both fit into one

struct Leaf : Node {
  Leaf() : Node(true) {}
  Leaf(const Leaf& other) : Node(true) {
    used = other.used;
    std::copy_n(other.slots, used, slots);
  }
  EntryPtr slots[kFull];
};

/// `first` points into the first entry below: whoever holds this edge holds that entry.
struct Edge {
  std::string_view first;
  Ref node;
  size_t size = 0;
};

struct Inner : Node {
  Inner() : Node(false) {}
  Inner(const Inner& other) : Node(false) {
    used = other.used;
    std::copy_n(other.slots, used, slots);
  }
  Edge slots[kFull];
};

Leaf& as_leaf(Node* node) { return *static_cast<Leaf*>(node); }
Inner& as_inner(Node* node) { return *static_cast<Inner*>(node); }

std::string_view key_of(const EntryPtr& entry) { return entry->key; }
std::string_view key_of(const Edge& edge) { return edge.first; }

size_t size_of(Node* node) {
  if (node->leaf) return node->used;
  size_t size = 0;
  for (int i = 0; i < node->used; ++i) size += as_inner(node).slots[i].size;
  return size;
}

Edge edge_to(Ref node) {
  const std::string_view first =
      node.get()->leaf ? key_of(as_leaf(node.get()).slots[0]) : key_of(as_inner(node.get()).slots[0]);
  const size_t size = size_of(node.get());
  return {first, std::move(node), size};
}

/// The node itself when nobody else holds it, else a copy in its place.
Node* writable(Ref& ref) {
  Node* node = ref.get();
  if (node->refs.load(std::memory_order_acquire) == 1) return node;
  ref = Ref(node->leaf ? static_cast<Node*>(new Leaf(as_leaf(node))) : new Inner(as_inner(node)));
  return ref.get();
}

/// The first slot whose key is >= `key`.
template <class AnyNode>
int lower(const AnyNode& node, std::string_view key) {
  const auto end = node.slots + node.used;
  return static_cast<int>(
      std::lower_bound(node.slots, end, key, [](const auto& slot, std::string_view k) { return key_of(slot) < k; }) -
      node.slots);
}

/// The edge below which `key` is, or would be.
int edge_for(const Inner& node, std::string_view key) {
  const int at = lower(node, key);
  const bool here = at < node.used && node.slots[at].first == key;
  return here || at == 0 ? at : at - 1;
}

template <class AnyNode, class Slot>
void insert_slot(AnyNode& node, int at, Slot slot) {
  std::move_backward(node.slots + at, node.slots + node.used, node.slots + node.used + 1);
  node.slots[at] = std::move(slot);
  ++node.used;
}

template <class AnyNode>
void erase_slot(AnyNode& node, int at) {
  std::move(node.slots + at + 1, node.slots + node.used, node.slots + at);
  --node.used;
  node.slots[node.used] = {};
}

template <class AnyNode>
void move_slots(AnyNode& from, int first, AnyNode& to) {
  std::move(from.slots + first, from.slots + from.used, to.slots + to.used);
  to.used = static_cast<uint16_t>(to.used + from.used - first);
  std::fill(from.slots + first, from.slots + from.used, std::remove_reference_t<decltype(from.slots[0])>{});
  from.used = static_cast<uint16_t>(first);
}

/// Inserts; where the node is full its upper part moves into a new right neighbour, which is returned. Keys that
/// come in order leave full nodes behind.
template <class AnyNode, class Slot>
Ref insert_or_split(AnyNode& node, int at, Slot slot) {
  if (node.used < kFull) {
    insert_slot(node, at, std::move(slot));
    return {};
  }
  auto* right = new AnyNode;
  Ref result(right);
  const int keep = at == kFull ? kFull : kFull / 2;
  move_slots(node, keep, *right);
  if (at < keep || (at == keep && at != kFull)) {
    insert_slot(node, at, std::move(slot));
  } else {
    insert_slot(*right, at - keep, std::move(slot));
  }
  return result;
}

/// Returns the new right neighbour when the node had to split.
Ref put_below(Ref& ref, EntryPtr&& entry) {
  Node* node = writable(ref);
  if (node->leaf) {
    Leaf& leaf = as_leaf(node);
    const int at = lower(leaf, entry->key);
    if (at < leaf.used && leaf.slots[at]->key == entry->key) {
      leaf.slots[at] = std::move(entry);
      return {};
    }
    return insert_or_split(leaf, at, std::move(entry));
  }
  Inner& inner = as_inner(node);
  const int at = edge_for(inner, entry->key);
  Ref right = put_below(inner.slots[at].node, std::move(entry));
  inner.slots[at] = edge_to(std::move(inner.slots[at].node));
  if (!right) return {};
  return insert_or_split(inner, at + 1, edge_to(std::move(right)));
}

bool fit_together(Node* left, Node* right) { return left->used + right->used <= kFull; }

/// Joins the thin child `at` with a neighbour, where they fit into one node.
void join_thin(Inner& inner, int at) {
  if (inner.slots[at].node.get()->used >= kThin || inner.used < 2) return;
  const int left = at > 0 ? at - 1 : 0;
  if (!fit_together(inner.slots[left].node.get(), inner.slots[left + 1].node.get())) return;
  Node* into = writable(inner.slots[left].node);
  Node* from = writable(inner.slots[left + 1].node);
  if (into->leaf) {
    move_slots(as_leaf(from), 0, as_leaf(into));
  } else {
    move_slots(as_inner(from), 0, as_inner(into));
  }
  inner.slots[left] = edge_to(std::move(inner.slots[left].node));
  erase_slot(inner, left + 1);
}

/// REQUIRES: the key is there.
void erase_below(Ref& ref, std::string_view key) {
  Node* node = writable(ref);
  if (node->leaf) {
    erase_slot(as_leaf(node), lower(as_leaf(node), key));
    return;
  }
  Inner& inner = as_inner(node);
  const int at = edge_for(inner, key);
  erase_below(inner.slots[at].node, key);
  if (inner.slots[at].node.get()->used == 0) {
    erase_slot(inner, at);
    return;
  }
  inner.slots[at] = edge_to(std::move(inner.slots[at].node));
  join_thin(inner, at);
}

/// Visits keys >= `start` until one lacks the prefix or `visit` has enough: then false.
bool walk(Node* node, std::string_view start, std::string_view prefix,
          const std::function<bool(const EntryPtr&)>& visit) {
  if (node->leaf) {
    const Leaf& leaf = as_leaf(node);
    for (int i = lower(leaf, start); i < leaf.used; ++i)
      if (!leaf.slots[i]->key.starts_with(prefix) || !visit(leaf.slots[i])) return false;
    return true;
  }
  const Inner& inner = as_inner(node);
  for (int i = edge_for(inner, start); i < inner.used; ++i)
    if (!walk(inner.slots[i].node.get(), start, prefix, visit)) return false;
  return true;
}

/// Number of keys < `key`.
size_t rank(Node* node, std::string_view key) {
  if (node->leaf) return static_cast<size_t>(lower(as_leaf(node), key));
  const Inner& inner = as_inner(node);
  const int at = edge_for(inner, key);
  size_t before = 0;
  for (int i = 0; i < at; ++i) before += inner.slots[i].size;
  return before + rank(inner.slots[at].node.get(), key);
}

/// The least string above all that begin with `prefix`; nothing when there is none.
std::optional<std::string> end_of(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace

Index::Ref::Ref(const Ref& other) : node_(other.node_) {
  if (node_ != nullptr) node_->refs.fetch_add(1, std::memory_order_relaxed);
}

Index::Ref::~Ref() {
  if (node_ == nullptr || node_->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (node_->leaf) {
    delete static_cast<Leaf*>(node_);
  } else {
    delete static_cast<Inner*>(node_);
  }
}

size_t Index::size() const { return root_ ? size_of(root_.get()) : 0; }

EntryPtr Index::find(std::string_view key) const {
  Node* node = root_.get();
  if (node == nullptr) return nullptr;
  while (!node->leaf) {
    const Inner& inner = as_inner(node);
    node = inner.slots[edge_for(inner, key)].node.get();
  }
  const Leaf& leaf = as_leaf(node);
  const int at = lower(leaf, key);
  return at < leaf.used && leaf.slots[at]->key == key ? leaf.slots[at] : nullptr;
}

void Index::put(EntryPtr entry) {
  if (!root_) root_ = Ref(new Leaf);
  Ref right = put_below(root_, std::move(entry));
  if (!right) return;
  auto* root = new Inner;
  insert_slot(*root, 0, edge_to(std::move(root_)));
  insert_slot(*root, 1, edge_to(std::move(right)));
  root_ = Ref(root);
}

bool Index::erase(std::string_view key) {
  if (!find(key)) return false;
  const std::string kept(key);  // may point into the entry that goes
  erase_below(root_, kept);
  while (!root_.get()->leaf && root_.get()->used == 1) {
    Ref only = as_inner(root_.get()).slots[0].node;
    root_ = std::move(only);
  }
  if (root_.get()->used == 0) root_ = Ref();
  return true;
}

void Index::scan(std::string_view prefix, std::string_view from,
                 const std::function<bool(const EntryPtr&)>& visit) const {
  if (root_) walk(root_.get(), std::max(prefix, from), prefix, visit);
}

size_t Index::count(std::string_view prefix) const {
  if (!root_) return 0;
  const auto end = end_of(prefix);
  return (end ? rank(root_.get(), *end) : size()) - rank(root_.get(), prefix);
}

}  // namespace proa::store
