// What may name an image: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. Source: github.com/distribution/reference.
#pragma once

#include <string_view>

namespace proa::object {

bool is_image_reference(std::string_view text);
/// Its parts: what stands behind the colon, and what stands between the slashes of PATH: lower case letters and digits, in between
/// one of `.`, `_`, `__` or any number of `-`.
bool is_image_tag(std::string_view tag);
bool is_image_path_component(std::string_view part);

}  // namespace proa::object
