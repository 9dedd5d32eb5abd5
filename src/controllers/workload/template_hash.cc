#include "controllers/workload/template_hash.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace proa::controllers {
namespace {

using object::Kind;
using object::View;

/// FNV-1a over the tree, with a mark for each kind of node so that neighbours do not run into each other.
class Hasher {
 public:
  void add(View view) {
    switch (view.kind()) {
      case Kind::kObject: return add_object(view);
      case Kind::kArray:
        mark('[');
        for (const View item : view.items()) add(item);
        return mark(']');
      case Kind::kString: return text('s', view.as_string());
      case Kind::kRaw: return text('r', view.as_raw());
      case Kind::kBool: return mark(view.as_bool() ? 't' : 'f');
      case Kind::kInt: return text('i', std::to_string(view.as_int()));
      case Kind::kDouble: return text('d', fmt::format("{}", view.as_double()));
      case Kind::kNull:
      case Kind::kAbsent: return mark('0');
    }
  }
  void text(char kind, std::string_view bytes) {
    mark(kind);
    for (const char c : bytes) mark(c);
    mark('\0');
  }
  uint32_t sum() const { return sum_; }

 private:
  void mark(char c) { sum_ = (sum_ ^ static_cast<unsigned char>(c)) * 16777619u; }
  void add_object(View view) {
    std::vector<std::pair<std::string_view, View>> members;
    for (const auto [name, value] : view.members()) members.emplace_back(name, value);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    mark('{');
    for (const auto& [name, value] : members) {
      text('m', name);
      add(value);
    }
    mark('}');
  }

  uint32_t sum_ = 2166136261u;
};

}  // namespace

std::string template_hash(View pod_template, std::optional<int64_t> collision_count) {
  Hasher hasher;
  hasher.add(pod_template);
  if (collision_count) hasher.text('c', std::to_string(*collision_count));
  // No vowels, nothing that looks like another sign: the letters of generated names.
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string hash = std::to_string(hasher.sum());
  for (char& c : hash) c = kLetters[static_cast<unsigned char>(c) % kLetters.size()];
  return hash;
}

}  // namespace proa::controllers
