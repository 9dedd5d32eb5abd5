// Kubernetes' text formats. Each function gives the messages for what is wrong with a text, in upstream's words
// (k8s.io/apimachinery pkg/util/validation and pkg/api/validate/content); none: the text is good.
//
//   for (const std::string& why : dns1123_label_errors(name)) errors.invalid(path, name, why);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proa::schema {

using Messages = std::vector<std::string>;

Messages dns1123_label_errors(std::string_view text);
Messages dns1123_subdomain_errors(std::string_view text);
Messages dns1035_label_errors(std::string_view text);
/// `*.example.com`
Messages wildcard_dns1123_subdomain_errors(std::string_view text);
/// `[PREFIX/]NAME`: keys of labels and annotations, condition types, finalizers.
Messages qualified_name_errors(std::string_view text);
Messages label_value_errors(std::string_view text);
Messages config_map_key_errors(std::string_view text);
/// Since 1.34: any printable ASCII but '='.
Messages env_var_name_errors(std::string_view text);
/// A C_IDENTIFIER-like name with dots and dashes: what older versions took for environment variables.
Messages strict_env_var_name_errors(std::string_view text);
/// IANA_SVC_NAME: names of container ports.
Messages port_name_errors(std::string_view text);
Messages port_number_errors(int64_t port);
/// `25%`
Messages percent_errors(std::string_view text);
Messages http_header_name_errors(std::string_view text);
/// Names of kinds that take nearly anything (RBAC): may stand in a URL.
Messages path_segment_name_errors(std::string_view text);

/// `must be between LOW and HIGH, inclusive`
std::string range_error(int64_t low, int64_t high);
/// `must be no more than N characters`
std::string max_length_error(size_t n);
/// `must be greater than or equal to 0`
inline constexpr std::string_view kNotNegative = "must be greater than or equal to 0";

/// By the name that overlays use ("dns1123Label", ...); no messages for a name that is unknown.
Messages format_errors(std::string_view format, std::string_view text);

}  // namespace proa::schema
