// Small operations on text that many commands need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proa::cli::kubectl {

/// ASCII only.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
/// strings.Split: an empty text gives one empty part.
std::vector<std::string> split(std::string_view text, std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// `s` unless there is one.
inline const char* plural_s(size_t count) { return count == 1 ? "" : "s"; }

}  // namespace proa::cli::kubectl
