// Kinds without a describer of their own: every member, titles made from names.
#include <algorithm>
#include <cctype>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

constexpr std::string_view kSkipped[] = {".metadata.managedFields", ".metadata.name", ".metadata.namespace",
                                         ".metadata.labels", ".metadata.annotations"};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// `podIPsOf`: `pod`, `I`... as camel case is split: at each change from small to capital, and before the last of
/// several capitals that small letters follow.
std::vector<std::string> camel_parts(std::string_view name) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool same = i > 0 && is_upper(name[i]) == is_upper(name[i - 1]) && (name[i] == '-') == (name[i - 1] == '-');
    if (parts.empty() || !same) parts.emplace_back();
    parts.back() += name[i];
  }
  for (size_t i = 0; i + 1 < parts.size(); ++i)
    if (is_upper(parts[i][0]) && std::islower(static_cast<unsigned char>(parts[i + 1][0]))) {
      parts[i + 1].insert(parts[i + 1].begin(), parts[i].back());
      parts[i].pop_back();
    }
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

std::string title_of(std::string_view name) {
  for (const char c : name)
    if (!std::isalpha(static_cast<unsigned char>(c)) && c != '-') return std::string(name);
  std::vector<std::string> words;
  for (auto part : camel_parts(name)) {
    const std::string capitals = upper(part);
    const bool acronym =
        capitals == "API" || capitals == "URL" || capitals == "UID" || capitals == "OSB" || capitals == "GUID";
    part[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(part[0])));
    words.push_back(acronym ? capitals : part);
  }
  return join(words, " ");
}

void content(DescribeWriter& w, int level, View object, const std::string& path) {
  for (const auto& [name, value] : by_name(object)) {
    const std::string here = path + "." + std::string(name);
    if (std::find(std::begin(kSkipped), std::end(kSkipped), here) != std::end(kSkipped)) continue;
    if (!value.is_object() && !value.is_array()) {
      w.print(level, "{}:\t{}\n", title_of(name), go_print(value));
      continue;
    }
    w.print(level, "{}:\n", title_of(name));
    if (value.is_object()) content(w, level + 1, value, here);
    for (View item : value.items()) {
      if (item.is_object())
        content(w, level + 1, item, here);
      else
        w.print(level + 1, "{}\n", go_print(item));
    }
  }
}

}  // namespace

void describe_any(DescribeWriter& w, const DescribeContext& c) {
  const View object = c.info.object;
  w.print(0, "Name:\t{}\n", object::name_of(object));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(object));
  describe_labels(w, "Labels", object::labels_of(object));
  describe_annotations(w, "Annotations", object::annotations_of(object));
  content(w, 0, object, "");
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
