// Base64 as Go's encoding/base64 has it: the standard alphabet with padding, and the URL alphabet without.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proa::base {

std::string base64_encode(std::string_view bytes);
/// Nothing when the text is not well formed. Line breaks are passed over.
std::optional<std::string> base64_decode(std::string_view text);

std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace proa::base
