#include <algorithm>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/selector.h"

namespace proa::object {
namespace {

/// Parts between commas that no backslash stands before.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  size_t start = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == ',') {
      terms.push_back(text.substr(start, at - start));
      start = at + 1;
    }
  }
  terms.push_back(text.substr(start));
  return terms;
}

Status invalid_escape(std::string_view sequence) {
  return base::bad_request(fmt::format("invalid field selector: invalid escape sequence: {}", sequence));
}

Result<std::string> unescaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    if (rune.code == ',' || rune.code == '=') {
      return Error(base::bad_request(
          fmt::format("invalid field selector: unescaped character in value: {}", static_cast<uint32_t>(rune.code))));
    }
    if (rune.code != '\\') {
      out += text.substr(at, rune.size);
      at += rune.size;
      continue;
    }
    if (++at == text.size()) return Error(invalid_escape("\\"));
    const Rune next = rune_at(text, at);
    if (next.code != '\\' && next.code != ',' && next.code != '=') {
      return Error(invalid_escape("\\" + std::string(text.substr(at, next.size))));
    }
    out += text[at++];
  }
  return out;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  std::vector<std::string_view> parts = split_terms(text);
  std::ranges::sort(parts);
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    size_t at = part.find('=');
    const size_t bang = part.find("!=");
    if (at == std::string_view::npos) {
      return Error(base::bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, part)));
    }
    const bool negated = bang != std::string_view::npos && bang < at;
    if (negated) at = bang;
    const size_t size = negated || part.substr(at).starts_with("==") ? 2 : 1;
    Result<std::string> value = unescaped(part.substr(at + size));
    if (!value) return Error(value.error());
    selector.terms_.push_back({std::string(part.substr(0, at)), std::move(*value), negated});
  }
  return selector;
}

bool FieldSelector::matches(const std::function<std::string(std::string_view field)>& value_of) const {
  return std::ranges::all_of(terms_,
                             [&](const Term& term) { return (value_of(term.field) == term.value) != term.negated; });
}

const std::string* FieldSelector::required_value(std::string_view field) const {
  for (const Term& term : terms_) {
    if (!term.negated && term.field == field) return &term.value;
  }
  return nullptr;
}

}  // namespace proa::object
