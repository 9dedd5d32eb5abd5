// Any bytes, in one piece and byte by byte: the same messages.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/websocket_codec.h"

namespace {

std::string decode(std::string_view bytes, size_t step) {
  std::string all;
  proa::http::WebSocketDecoder decoder(true);
  decoder.on_message = [&](std::string message, bool binary) { all += message + (binary ? "b" : "t"); };
  decoder.on_control = [&](proa::http::Opcode opcode, std::string payload) {
    all += payload + std::to_string(static_cast<int>(opcode));
  };
  for (size_t at = 0; at < bytes.size(); at += step)
    if (!decoder.feed(bytes.substr(at, step))) break;
  return all + std::to_string(decoder.close_code());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (decode(bytes, size + 1) != decode(bytes, 1)) __builtin_trap();
  return 0;
}
