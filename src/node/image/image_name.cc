#include "node/image/image_name.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "object/image_reference.h"

namespace proa::node {

namespace {

constexpr size_t kLongestName = 255, kIdentifier = 64, kLeastDigest = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool has_upper(std::string_view text) { return std::ranges::any_of(text, is_upper); }

/// True when `good` holds for each part between the separators.
template <class Good>
bool each_part(std::string_view text, char separator, Good good) {
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    if (!good(text.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

bool is_domain(std::string_view domain) {
  const size_t colon = domain.rfind(':');
  if (colon != domain.npos) {
    const std::string_view port = domain.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
    domain = domain.substr(0, colon);
  }
  return each_part(domain, '.', [](std::string_view part) {
    return !part.empty() && is_word(part.front()) && is_word(part.back()) &&
           std::ranges::all_of(part, [](char c) { return is_word(c) || c == '-'; });
  });
}

bool is_digest(std::string_view digest) {
  const size_t colon = digest.find(':');
  if (colon == digest.npos || colon == 0 || is_digit(digest.front())) return false;
  const std::string_view hex = digest.substr(colon + 1);
  return hex.size() >= kLeastDigest && std::ranges::all_of(hex, is_hex) &&
         std::ranges::all_of(digest.substr(0, colon),
                             [](char c) { return is_word(c) || c == '-' || c == '_' || c == '+' || c == '.'; });
}

}  // namespace

Result<void> check_image_name(std::string_view image) {
  const auto wrong = [](std::string why) { return Error(base::bad_request(std::move(why))); };
  if (image.size() == kIdentifier && std::ranges::all_of(image, [](char c) { return is_hex(c) && !is_upper(c); }))
    return wrong(fmt::format("invalid repository name ({}), cannot specify 64-byte hexadecimal strings", image));
  const size_t slash = image.find('/');
  const std::string_view first = image.substr(0, slash);
  const bool has_domain =
      slash != image.npos && (first.find_first_of(".:") != first.npos || first == "localhost" || has_upper(first));
  std::string rest(has_domain ? image.substr(slash + 1) : image);
  if (!has_domain && slash == image.npos) rest = "library/" + rest;  // as it stands in the usual registry
  if (const std::string remote = rest.substr(0, rest.find(':')); has_upper(remote))
    return wrong(fmt::format("invalid reference format: repository name ({}) must be lowercase", remote));

  std::string_view name = rest;
  if (const size_t at = name.find('@'); at != name.npos) {
    if (!is_digest(name.substr(at + 1))) return wrong("invalid reference format");
    name = name.substr(0, at);
  }
  if (const size_t colon = name.rfind(':'); colon != name.npos) {
    if (!object::is_image_tag(name.substr(colon + 1))) return wrong("invalid reference format");
    name = name.substr(0, colon);
  }
  if ((has_domain && !is_domain(first)) || !each_part(name, '/', object::is_image_path_component))
    return wrong("invalid reference format");
  if (name.size() > kLongestName)
    return wrong(fmt::format("repository name must not be more than {} characters", kLongestName));
  return {};
}

}  // namespace proa::node
