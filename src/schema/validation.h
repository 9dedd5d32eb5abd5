// Validation that follows from data alone: enum values, required members, bounds, formats and list sizes, as the
// overlays tell them. What needs two members at once is the api room's business (src/api/kinds/).
#pragma once

#include "object/view.h"
#include "schema/field_error.h"
#include "schema/type.h"

namespace proa::schema {

/// Appends the errors of `value` and everything below. REQUIRES: decoded and defaulted. Any thread.
void validate_by_schema(object::View value, Type type, const Path& path, ErrorList& errors);

// Formats. Each gives Kubernetes' message when the text is wrong, else nothing (an empty string).
std::string dns1123_label_error(std::string_view text);
std::string dns1123_subdomain_error(std::string_view text);
std::string dns1035_label_error(std::string_view text);
std::string qualified_name_error(std::string_view text);
std::string label_value_error(std::string_view text);
std::string config_map_key_error(std::string_view text);
std::string env_var_name_error(std::string_view text);
std::string port_name_error(std::string_view text);
std::string port_number_error(int64_t port);
std::string ip_error(std::string_view text);
std::string path_segment_name_error(std::string_view text);

}  // namespace proa::schema
