// gzip (RFC 1952) of a whole text.
#pragma once

#include <string>
#include <string_view>

namespace proa::http {

/// Level 1: what a large LIST costs matters more than its last tenth of size.
std::string gzip(std::string_view plain);
/// Empty when it is damaged or larger than `limit`.
std::string gunzip(std::string_view packed, size_t limit);

}  // namespace proa::http
