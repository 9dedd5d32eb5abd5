#include "object/label_syntax.h"

#include <algorithm>

#include <fmt/format.h>

namespace proa::object {
namespace {

constexpr size_t kLabelLength = 63;
constexpr size_t kSubdomainLength = 253;

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

/// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool is_name(std::string_view text) {
  const auto may_stand = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, may_stand);
}

std::string too_long(size_t most) { return fmt::format("must be no more than {} bytes", most); }

constexpr std::string_view kNameForm =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

}  // namespace

bool is_dns1123_label(std::string_view name) {
  const auto may_stand = [](char c) { return is_lower_alphanumeric(c) || c == '-'; };
  return !name.empty() && is_lower_alphanumeric(name.front()) && is_lower_alphanumeric(name.back()) &&
         std::ranges::all_of(name, may_stand);
}

bool is_dns1123_subdomain(std::string_view name) {
  while (true) {
    const size_t dot = name.find('.');
    if (!is_dns1123_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::vector<std::string> dns1123_subdomain_errors(std::string_view name) {
  std::vector<std::string> errors;
  if (name.size() > kSubdomainLength) errors.push_back(too_long(kSubdomainLength));
  if (!is_dns1123_subdomain(name)) {
    errors.emplace_back(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
        "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
  }
  return errors;
}

std::vector<std::string> dns1123_label_errors(std::string_view name) {
  std::vector<std::string> errors;
  if (name.size() > kLabelLength) errors.push_back(too_long(kLabelLength));
  if (is_dns1123_label(name)) return errors;
  if (is_dns1123_subdomain(name)) {
    errors.emplace_back("must not contain dots");
  } else {
    errors.emplace_back(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
        "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
  }
  return errors;
}

std::vector<std::string> label_key_errors(std::string_view key) {
  if (std::ranges::count(key, '/') > 1) {
    return {
        fmt::format("a valid label key {} with an optional DNS subdomain prefix and '/' (e.g. "
                    "'example.com/MyName')",
                    kNameForm)};
  }
  std::vector<std::string> errors;
  std::string_view name = key;
  if (const size_t slash = key.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    name = key.substr(slash + 1);
    if (prefix.empty()) {
      errors.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& error : dns1123_subdomain_errors(prefix)) errors.push_back("prefix part " + error);
    }
  }
  if (name.empty()) {
    errors.emplace_back("name part must be non-empty");
  } else if (name.size() > kLabelLength) {
    errors.push_back("name part " + too_long(kLabelLength));
  }
  if (!is_name(name)) errors.push_back(fmt::format("name part {}", kNameForm));
  return errors;
}

std::vector<std::string> label_value_errors(std::string_view value) {
  std::vector<std::string> errors;
  if (value.size() > kLabelLength) errors.push_back(too_long(kLabelLength));
  if (!value.empty() && !is_name(value)) {
    errors.emplace_back(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
        "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
        "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
  }
  return errors;
}

}  // namespace proa::object
