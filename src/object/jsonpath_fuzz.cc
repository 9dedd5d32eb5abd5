// A template, a zero byte, and the data that it is applied to.
#include <cstdint>

#include "object/json.h"
#include "object/jsonpath.h"

using proa::object::JsonPath;
using proa::object::parse_json;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const size_t cut = input.find('\0');
  const auto path = JsonPath::parse(input.substr(0, cut));
  if (!path || cut == std::string_view::npos) return 0;
  const auto data = parse_json(input.substr(cut + 1));
  if (!data) return 0;
  std::string out;
  (void)path->print(*data, {}, out);
  return 0;
}
