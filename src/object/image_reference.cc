#include "object/image_reference.h"

#include <algorithm>
#include <cctype>

namespace proa::object {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Cuts off what stands before `at`; with npos, all.
std::string_view take(std::string_view& text, size_t at, size_t separator = 1) {
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + separator);
  return part;
}

/// `sha256:HEX`, of 32 hexadecimal digits or more.
bool is_digest(std::string_view digest) {
  const size_t colon = digest.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view algorithm = digest.substr(0, colon);
  const std::string_view hex = digest.substr(colon + 1);
  while (true) {
    const size_t end = algorithm.find_first_of("-_+.");
    const std::string_view part = algorithm.substr(0, end);
    if (part.empty() || is_digit(part[0]) || !std::ranges::all_of(part, is_word)) return false;
    if (end == std::string_view::npos) break;
    algorithm.remove_prefix(end + 1);
  }
  return hex.size() >= 32 && std::ranges::all_of(hex, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_path(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    if (!is_image_path_component(take(path, slash))) return false;
    if (slash == std::string_view::npos) return true;
  }
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    return !host.empty() &&
           std::ranges::all_of(host, [](unsigned char c) { return std::isxdigit(c) != 0 || c == ':'; });
  }
  while (true) {
    const size_t dot = host.find('.');
    const std::string_view part = take(host, dot);
    const auto fits = [](char c) { return c == '-' || (is_word(c) && c != '_'); };
    if (part.empty() || part.front() == '-' || part.back() == '-' || !std::ranges::all_of(part, fits)) return false;
    if (dot == std::string_view::npos) return true;
  }
}

bool is_host_and_port(std::string_view text) {
  const size_t colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  if (colon == std::string_view::npos) return is_host(text);
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && std::ranges::all_of(port, is_digit) && is_host(text.substr(0, colon));
}

}  // namespace

bool is_image_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 128 && is_word(tag[0]) &&
         std::ranges::all_of(tag, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_image_path_component(std::string_view part) {
  if (part.empty()) return false;
  for (size_t at = 0; at < part.size();) {
    const size_t start = at;
    while (at < part.size() && (is_lower(part[at]) || is_digit(part[at]))) ++at;
    if (at == start) return false;
    if (at == part.size()) return true;
    const size_t separator = at;
    while (at < part.size() && part[at] == part[separator]) ++at;
    const size_t size = at - separator;
    const char c = part[separator];
    if (!(c == '-' || (c == '_' && size <= 2) || (c == '.' && size == 1))) return false;
  }
  return false;
}

bool is_image_reference(std::string_view text) {
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_digest(text.substr(at + 1))) return false;
    text = text.substr(0, at);
  }
  const size_t last = text.rfind('/');
  const size_t colon = text.find(':', last == std::string_view::npos ? 0 : last);
  if (colon != std::string_view::npos) {
    if (!is_image_tag(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  if (is_path(text)) return true;
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && is_host_and_port(text.substr(0, slash)) && is_path(text.substr(slash + 1));
}

}  // namespace proa::object
