// Any bytes, in one piece and byte by byte: the same message or the same refusal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http1_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using proa::http::Http1Parser;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {Http1Parser::Kind::kRequest, Http1Parser::Kind::kResponse}) {
    Http1Parser whole(kind), pieces(kind);
    whole.feed(text);
    for (size_t i = 0; i < text.size() && !pieces.done() && !pieces.failed(); ++i) pieces.feed(text.substr(i, 1));
    if (whole.state() != pieces.state() || whole.body != pieces.body || whole.headers != pieces.headers)
      __builtin_trap();
  }
  return 0;
}
