#include "cli/kubectl/word_wrap.h"

#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

bool is_blank(char32_t code) { return code == ' ' || code == '\t' || code == '\v' || code == '\f' || code == '\r'; }

/// Text that waits to be written, and its characters.
struct Pending {
  std::string text;
  size_t width = 0;
  void clear() {
    text.clear();
    width = 0;
  }
};

}  // namespace

std::string word_wrap(std::string_view text, size_t limit) {
  std::string out;
  Pending blanks, word;
  size_t column = 0;
  const auto flush = [&] {
    column += blanks.width + word.width;
    out += blanks.text + word.text;
    blanks.clear();
    word.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const auto rune = object::rune_at(text, at);
    const auto piece = text.substr(at, rune.size);
    at += rune.size;
    if (rune.code == '\n') {
      if (word.width == 0 && column + blanks.width > limit) blanks.clear();
      flush();
      out += '\n';
      column = 0;
    } else if (is_blank(rune.code)) {
      if (blanks.width == 0 || word.width > 0) flush();
      blanks.text += piece;
      ++blanks.width;
    } else {
      word.text += piece;
      ++word.width;
      if (column + blanks.width + word.width > limit && word.width < limit) {
        out += '\n';
        column = 0;
        blanks.clear();
      }
    }
  }
  if (word.width > 0 || column + blanks.width <= limit) flush();
  return out;
}

}  // namespace proa::cli::kubectl
