// The lexical part of the JSON reader: blanks, strings, numbers, and what is wrong with them in the words of Go's
// encoding/json. For the JSON reader alone.
#pragma once

#include <string>
#include <string_view>

#include "object/value.h"

namespace proa::object {

/// Walks over a text. A step that fails returns false, error() says why, and `at_` stands at the wrong character.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  const std::string& error() const { return error_; }

 protected:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }

  /// Says that the character at hand cannot stand `where`, or that the text ends too early. Always false.
  bool fail(std::string_view where);

  /// REQUIRES: at_ stands at a digit or a minus sign.
  bool read_number(Value& out);
  /// REQUIRES: at_ stands at the quote.
  bool read_string(std::string& out);
  /// As read_string(); a name without escapes is not copied. `name` is good until the next string is read.
  bool read_name(std::string_view& name);

  const char* at_;
  const char* end_;
  std::string error_;
  /// Of the first number that is too large: said only when the text is good otherwise.
  std::string out_of_range_;
  std::string scratch_;

 private:
  bool scan_number(bool& whole);
  void skip_digits();
  void skip_plain();
  void read_rune(std::string& out);
  bool read_escape(std::string& out);
  bool read_hex4(char32_t& code);
  bool read_unicode(std::string& out);
};

}  // namespace proa::object
