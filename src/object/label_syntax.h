// What labels' keys and values may look like, with upstream's messages.
// Source: k8s.io/apimachinery pkg/api/validate/content. An empty answer means: valid.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proa::object {

/// [DNS_SUBDOMAIN/]NAME: keys of labels, annotations, taints, node selectors (a "qualified name").
std::vector<std::string> label_key_errors(std::string_view key);
std::vector<std::string> label_value_errors(std::string_view value);
std::vector<std::string> dns1123_subdomain_errors(std::string_view name);
std::vector<std::string> dns1123_label_errors(std::string_view name);

bool is_dns1123_label(std::string_view name);      // of any length
bool is_dns1123_subdomain(std::string_view name);  // of any length

}  // namespace proa::object
