#include "schema/formats.h"

#include <algorithm>
#include <initializer_list>

#include "fmt/format.h"
#include "schema/addresses.h"

namespace proa::schema {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower_alnum(char c) { return lower(c) || digit(c); }
bool alnum(char c) { return lower(c) || upper(c) || digit(c); }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

bool is_label(std::string_view t) {
  return !t.empty() && lower_alnum(t.front()) && lower_alnum(t.back()) &&
         all(t, [](char c) { return lower_alnum(c) || c == '-'; });
}

bool is_subdomain(std::string_view t) {
  for (;;) {
    const size_t dot = t.find('.');
    if (!is_label(t.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    t.remove_prefix(dot + 1);
  }
}

bool is_label_key_name(std::string_view t) {
  return !t.empty() && alnum(t.front()) && alnum(t.back()) &&
         all(t, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

constexpr std::string_view kLabel = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view kSubdomain = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
constexpr std::string_view kKey = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

std::string regex_error(std::string_view what, std::string_view regex, std::initializer_list<const char*> examples) {
  std::string out(what);
  out += " (e.g. ";
  bool first = true;
  for (const char* example : examples) {
    if (!first) out += " or ";
    first = false;
    out += fmt::format("'{}', ", example);
  }
  return out + fmt::format("regex used for validation is '{}')", regex);
}

std::string key_error() {
  return regex_error(
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      kKey, {"MyName", "my.name", "123-abc"});
}

void check_parent_steps(std::string_view text, Messages& out) {
  if (text == ".") {
    out.emplace_back("must not be '.'");
  } else if (text == "..") {
    out.emplace_back("must not be '..'");
  } else if (text.starts_with("..")) {
    out.emplace_back("must not start with '..'");
  }
}

}  // namespace

std::string range_error(int64_t low, int64_t high) {
  return fmt::format("must be between {} and {}, inclusive", low, high);
}

std::string max_length_error(size_t n) { return fmt::format("must be no more than {} characters", n); }

Messages dns1123_label_errors(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.push_back(max_length_error(63));
  if (is_label(text)) return out;
  if (is_subdomain(text)) {
    out.emplace_back("must not contain dots");
  } else {
    out.push_back(
        regex_error("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
                    "and must start and end with an alphanumeric character",
                    kLabel, {"my-name", "123-abc"}));
  }
  return out;
}

Messages dns1123_subdomain_errors(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(max_length_error(253));
  if (!is_subdomain(text)) {
    out.push_back(
        regex_error("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
                    "'-' or '.', and must start and end with an alphanumeric character",
                    kSubdomain, {"example.com"}));
  }
  return out;
}

Messages dns1035_label_errors(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.push_back(max_length_error(63));
  if (!is_label(text) || !lower(text.front())) {
    out.push_back(
        regex_error("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "
                    "an alphabetic character, and end with an alphanumeric character",
                    "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
  }
  return out;
}

Messages wildcard_dns1123_subdomain_errors(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(max_length_error(253));
  if (!text.starts_with("*.") || !is_subdomain(text.substr(2))) {
    out.push_back(
        regex_error("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, "
                    "which must consist of lower case alphanumeric characters, '-' or '.' and end with an "
                    "alphanumeric character",
                    fmt::format("\\*\\.{}", kSubdomain), {"*.example.com"}));
  }
  return out;
}

Messages qualified_name_errors(std::string_view text) {
  Messages out;
  const auto slashes = std::count(text.begin(), text.end(), '/');
  if (slashes > 1) {
    return {"a valid label key " + key_error() +
            " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
  }
  std::string_view name = text;
  if (slashes == 1) {
    const std::string_view prefix = text.substr(0, text.find('/'));
    name = text.substr(prefix.size() + 1);
    if (prefix.empty()) {
      out.emplace_back("prefix part must be non-empty");
    } else if (prefix.size() > 253) {
      out.emplace_back("prefix part must be no more than 253 bytes");
    }
    if (!prefix.empty() && !is_subdomain(prefix))
      out.push_back("prefix part " + dns1123_subdomain_errors(prefix).back());
  }
  if (name.empty()) {
    out.emplace_back("name part must be non-empty");
  } else if (name.size() > 63) {
    out.emplace_back("name part must be no more than 63 bytes");
  }
  if (!is_label_key_name(name)) out.push_back("name part " + key_error());
  return out;
}

Messages label_value_errors(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.emplace_back("must be no more than 63 bytes");
  if (!text.empty() && !is_label_key_name(text)) {
    out.push_back(
        regex_error("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
                    "'.', and must start and end with an alphanumeric character",
                    fmt::format("({})?", kKey), {"MyValue", "my_value", "12345"}));
  }
  return out;
}

Messages config_map_key_errors(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(max_length_error(253));
  if (text.empty() || !all(text, [](char c) { return alnum(c) || c == '-' || c == '.' || c == '_'; })) {
    out.push_back(regex_error("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                              "[-._a-zA-Z0-9]+", {"key.name", "KEY_NAME", "key-name"}));
  }
  check_parent_steps(text, out);
  return out;
}

Messages env_var_name_errors(std::string_view text) {
  Messages out;
  if (text.empty()) out.emplace_back("environment variable name must be non-empty");
  if (!all(text, [](char c) { return c >= ' ' && c <= '~' && c != '='; })) {
    out.emplace_back(
        "a valid environment variable name must consist only of printable ASCII characters other than '='");
  }
  return out;
}

Messages strict_env_var_name_errors(std::string_view text) {
  Messages out;
  const auto mark = [](char c) { return c == '-' || c == '.' || c == '_'; };
  if (text.empty() || digit(text.front()) || !all(text, [&](char c) { return alnum(c) || mark(c); })) {
    out.push_back(
        regex_error("a valid environment variable name must consist of alphabetic characters, digits, '_', "
                    "'-', or '.', and must not start with a digit",
                    "[-._a-zA-Z][-._a-zA-Z0-9]*", {"my.env-name", "MY_ENV.NAME", "MyEnvName1"}));
  }
  check_parent_steps(text, out);
  return out;
}

Messages port_name_errors(std::string_view text) {
  Messages out;
  if (text.size() > 15) out.push_back(max_length_error(15));
  if (text.empty() || !all(text, [](char c) { return lower_alnum(c) || c == '-'; })) {
    out.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), lower)) out.emplace_back("must contain at least one letter (a-z)");
  if (text.find("--") != std::string_view::npos) out.emplace_back("must not contain consecutive hyphens");
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    out.emplace_back("must not begin or end with a hyphen");
  }
  return out;
}

Messages port_number_errors(int64_t port) {
  if (port >= 1 && port <= 65535) return {};
  return {range_error(1, 65535)};
}

Messages percent_errors(std::string_view text) {
  if (text.size() > 1 && text.back() == '%' && all(text.substr(0, text.size() - 1), digit)) return {};
  return {regex_error("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%",
                      {"1%", "93%"})};
}

Messages http_header_name_errors(std::string_view text) {
  if (!text.empty() && all(text, [](char c) { return alnum(c) || c == '-'; })) return {};
  return {regex_error("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+",
                      {"X-Header-Name"})};
}

Messages path_segment_name_errors(std::string_view text) {
  if (text == "." || text == "..") return {fmt::format("may not be '{}'", text)};
  Messages out;
  for (const char bad : {'/', '%'}) {
    if (text.find(bad) != std::string_view::npos) out.push_back(fmt::format("may not contain '{}'", bad));
  }
  return out;
}

Messages format_errors(std::string_view format, std::string_view text) {
  struct Named {
    std::string_view name;
    Messages (*check)(std::string_view);
  };
  static constexpr Named kFormats[] = {
      {"dns1123Label", dns1123_label_errors},
      {"dns1123Subdomain", dns1123_subdomain_errors},
      {"dns1035Label", dns1035_label_errors},
      {"qualifiedName", qualified_name_errors},
      {"labelValue", label_value_errors},
      {"configMapKey", config_map_key_errors},
      {"envVarName", env_var_name_errors},
      {"portName", port_name_errors},
      {"ip", ip_errors},
      {"percent", percent_errors},
      {"pathSegmentName", path_segment_name_errors},
      {"k8s-short-name", dns1123_label_errors},
      {"k8s-long-name", dns1123_subdomain_errors},
      {"k8s-label-key", qualified_name_errors},
      {"k8s-label-value", label_value_errors},
  };
  for (const Named& f : kFormats) {
    if (f.name == format) return f.check(text);
  }
  return {};
}

}  // namespace proa::schema
