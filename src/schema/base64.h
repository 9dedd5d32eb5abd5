// Standard base64 with padding (RFC 4648), as JSON holds bytes.
#pragma once

#include <string>
#include <string_view>

namespace proa::schema {

/// Appends.
void base64_encode(std::string_view bytes, std::string& out);
/// Appends; stops at the first byte that is none of the alphabet.
void base64_decode(std::string_view text, std::string& out);

}  // namespace proa::schema
