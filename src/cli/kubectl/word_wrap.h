// Breaks text at blanks so that lines have at most `limit` characters; longer words stay whole.
// Source: github.com/mitchellh/go-wordwrap, which kubectl uses (where blanks go, which breaks stay).
#pragma once

#include <string>
#include <string_view>

namespace proa::cli::kubectl {

std::string word_wrap(std::string_view text, size_t limit);

}  // namespace proa::cli::kubectl
