// Sets of paths into an object: what metadata.managedFields says in its fieldsV1, and what managed_fields.h
// computes with. Source of the model and of the text form: sigs.k8s.io/structured-merge-diff, fieldpath.
//
// Texts are borrowed: from the object that was walked, from the fieldsV1 that was parsed, or from a TextArena.
// All of them must outlive the set. One thread at a time.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace proa::api::fields {

/// Keeps texts that had to be made. Views into it stay good until it goes.
class TextArena {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> texts_;
};

/// One step of a path: a member by name ('f'), a list's item by its keys ('k', `{"name":"web"}`) or by value
/// ('v', JSON text), or by index ('i').
struct Element {
  char kind = 'f';
  std::string_view text;
};
/// Negative, 0, positive: the order in which fieldsV1 lists them.
int compare(const Element& a, const Element& b);

struct Node;
/// Sorted by element, each at most once.
using FieldSet = std::vector<Node>;

struct Node {
  Element element;
  bool member = false;  // the path that ends here belongs to the set
  FieldSet children;    // paths that go on
};

/// Puts one level in order after its nodes were appended in any order; repeats are merged.
void sort_level(FieldSet& set);
/// The node of that element, or nullptr.
const Node* find(const FieldSet& set, const Element& element);
/// Adds what `more` has.
void unite(FieldSet& set, const FieldSet& more);
/// Takes away the paths that `less` has (not what lies below them).
void subtract(FieldSet& set, const FieldSet& less);
/// True when some path is in both.
bool intersects(const FieldSet& a, const FieldSet& b);
/// The paths that are in both.
FieldSet intersection(const FieldSet& a, const FieldSet& b);
bool same(const FieldSet& a, const FieldSet& b);

/// fieldsV1's JSON.
std::string to_fields_v1(const FieldSet& set);
/// The reverse; what is no fieldsV1 gives an empty set.
FieldSet parse_fields_v1(std::string_view json, TextArena& arena);

}  // namespace proa::api::fields
