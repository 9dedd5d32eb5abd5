#include <algorithm>

#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/selector.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

std::string joined(View containers, object::Key member) {
  std::string out;
  for (View container : containers.items()) {
    if (!out.empty()) out += ",";
    out += container[member].as_string();
  }
  return out;
}

}  // namespace

std::string age(View time, TimeNs now) {
  const auto at = object::time_of(time);
  return at ? object::human_duration(now - *at) : "<unknown>";
}

std::string container_names(View containers) { return joined(containers, "name"); }

std::string container_images(View containers) { return joined(containers, "image"); }

std::string map_text(View map) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : map.members()) pairs.push_back(fmt::format("{}={}", name, value.as_string()));
  if (pairs.empty()) return "<none>";
  std::sort(pairs.begin(), pairs.end());
  return fmt::format("{}", fmt::join(pairs, ","));
}

std::string selector_text(View selector) {
  const std::string text = object::LabelSelector::from_object(selector).to_string();
  return text.empty() ? "<none>" : text;
}

std::string or_else(View text, std::string_view otherwise) {
  const std::string_view found = text.as_string();
  return std::string(found.empty() ? otherwise : found);
}

}  // namespace proa::api::rows
