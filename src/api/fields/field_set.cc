#include "api/fields/field_set.h"

#include <algorithm>
#include <charconv>

#include "object/json.h"

namespace proa::api::fields {
namespace {

bool is_number_char(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.'; }

/// Keys and values order their numbers as numbers: `{"containerPort":80}` stands before 443.
int compare_values(std::string_view a, std::string_view b) {
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  size_t start = i;
  while (start > 0 && is_number_char(a[start - 1])) --start;
  const bool token = start == 0 || a[start - 1] == ':';
  if (token && start < a.size() && start < b.size() && is_number_char(a[start]) && is_number_char(b[start])) {
    double x = 0, y = 0;
    std::from_chars(a.data() + start, a.data() + a.size(), x);
    std::from_chars(b.data() + start, b.data() + b.size(), y);
    if (x != y) return x < y ? -1 : 1;
  }
  return a.compare(b);
}

int rank(char kind) {
  if (kind == 'f') return 0;
  if (kind == 'k') return 1;
  return kind == 'v' ? 2 : 3;
}

bool empty(const Node& node) { return !node.member && node.children.empty(); }

}  // namespace

int compare(const Element& a, const Element& b) {
  if (a.kind != b.kind) return rank(a.kind) - rank(b.kind);
  if (a.text.data() == b.text.data() && a.text.size() == b.text.size()) return 0;  // names of the schema are shared
  return a.kind == 'f' ? a.text.compare(b.text) : compare_values(a.text, b.text);
}

void sort_level(FieldSet& set) {
  const auto before = [](const Node& a, const Node& b) { return compare(a.element, b.element) < 0; };
  const auto not_before = [&](const Node& a, const Node& b) { return !before(a, b); };
  if (std::ranges::adjacent_find(set, not_before) == set.end()) return;  // in order, no repeats
  std::ranges::sort(set, before);
  if (std::ranges::adjacent_find(set, not_before) == set.end()) return;
  FieldSet merged;
  merged.reserve(set.size());
  for (Node& node : set) {
    if (!merged.empty() && compare(merged.back().element, node.element) == 0) {
      merged.back().member |= node.member;
      unite(merged.back().children, node.children);
    } else {
      merged.push_back(std::move(node));
    }
  }
  set = std::move(merged);
}

const Node* find(const FieldSet& set, const Element& element) {
  const auto at = std::ranges::lower_bound(
      set, element, [](const Element& a, const Element& b) { return compare(a, b) < 0; }, &Node::element);
  return at != set.end() && compare(at->element, element) == 0 ? &*at : nullptr;
}

void unite(FieldSet& set, const FieldSet& more) {
  FieldSet out;
  out.reserve(std::max(set.size(), more.size()));
  size_t i = 0, j = 0;
  while (i < set.size() || j < more.size()) {
    const int order = i == set.size() ? 1 : j == more.size() ? -1 : compare(set[i].element, more[j].element);
    if (order > 0) {
      out.push_back(more[j++]);
      continue;
    }
    out.push_back(std::move(set[i++]));
    if (order == 0) {
      out.back().member |= more[j].member;
      unite(out.back().children, more[j].children);
      ++j;
    }
  }
  set = std::move(out);
}

void subtract(FieldSet& set, const FieldSet& less) {
  size_t j = 0;
  for (Node& node : set) {
    while (j < less.size() && compare(less[j].element, node.element) < 0) ++j;
    if (j == less.size()) break;
    if (compare(less[j].element, node.element) != 0) continue;
    if (less[j].member) node.member = false;
    subtract(node.children, less[j].children);
  }
  std::erase_if(set, empty);
}

bool intersects(const FieldSet& a, const FieldSet& b) {
  size_t j = 0;
  for (const Node& node : a) {
    while (j < b.size() && compare(b[j].element, node.element) < 0) ++j;
    if (j == b.size()) return false;
    if (compare(b[j].element, node.element) != 0) continue;
    if ((node.member && b[j].member) || intersects(node.children, b[j].children)) return true;
  }
  return false;
}

FieldSet intersection(const FieldSet& a, const FieldSet& b) {
  FieldSet out;
  size_t j = 0;
  for (const Node& node : a) {
    while (j < b.size() && compare(b[j].element, node.element) < 0) ++j;
    if (j == b.size()) break;
    if (compare(b[j].element, node.element) != 0) continue;
    Node both{node.element, node.member && b[j].member, intersection(node.children, b[j].children)};
    if (!empty(both)) out.push_back(std::move(both));
  }
  return out;
}

bool same(const FieldSet& a, const FieldSet& b) {
  return std::ranges::equal(a, b, [](const Node& x, const Node& y) {
    return x.member == y.member && compare(x.element, y.element) == 0 && same(x.children, y.children);
  });
}

namespace {

void write(const FieldSet& set, bool self, std::string& out) {
  out += '{';
  if (self && !set.empty()) out += "\".\":{}";
  bool first = !self || set.empty();
  for (const Node& node : set) {
    if (!first) out += ',';
    first = false;
    if (node.element.kind == 'f' && node.element.text.find_first_of("\"\\<>&") == std::string_view::npos) {
      out += "\"f:";
      out += node.element.text;
      out += '"';
    } else {
      object::write_json_string(std::string{node.element.kind, ':'} + std::string(node.element.text), out);
    }
    out += ':';
    write(node.children, node.member, out);
  }
  out += '}';
}

/// Reads the one shape that fieldsV1 has: objects in objects.
class Parser {
 public:
  Parser(std::string_view text, TextArena& arena) : text_(text), arena_(arena) {}

  /// One object; `member` tells whether it had "." or nothing at all.
  bool read(FieldSet& set, bool& member, int depth) {
    if (depth > 64 || !take('{')) return false;
    member = false;
    if (take('}')) {
      member = true;
      return true;
    }
    do {
      std::string_view key;
      if (!read_string(key) || !take(':')) return false;
      FieldSet children;
      bool is_member = false;
      if (!read(children, is_member, depth + 1)) return false;
      if (key == ".") {
        member = true;
      } else if (key.size() > 2 && key[1] == ':') {
        set.push_back({{key[0], key.substr(2)}, is_member, std::move(children)});
      }
    } while (take(','));
    sort_level(set);
    return take('}');
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool read_string(std::string_view& out) {
    if (!take('"')) return false;
    const size_t start = at_;
    bool escaped = false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      escaped = true;
      ++at_;
    }
    if (at_ >= text_.size()) return false;
    out = text_.substr(start, at_ - start);
    ++at_;
    if (escaped) {
      const auto parsed = object::parse_json(text_.substr(start - 1, at_ - start + 1));
      if (!parsed) return false;
      out = arena_.keep(object::View(*parsed).str());
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  TextArena& arena_;
};

}  // namespace

std::string to_fields_v1(const FieldSet& set) {
  std::string out;
  out.reserve(1024);
  write(set, false, out);
  return out;
}

FieldSet parse_fields_v1(std::string_view json, TextArena& arena) {
  FieldSet set;
  bool member = false;
  if (!Parser(json, arena).read(set, member, 0)) set.clear();
  return set;
}

}  // namespace proa::api::fields
