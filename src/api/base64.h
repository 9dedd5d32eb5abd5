// Base64 as this room needs it: Go's RawURLEncoding (no padding) and StdEncoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proa::api {

std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);

}  // namespace proa::api
