// What may name an image: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. Source: github.com/distribution/reference.
#pragma once

#include <string_view>

namespace proa::object {

bool is_image_reference(std::string_view text);

}  // namespace proa::object
