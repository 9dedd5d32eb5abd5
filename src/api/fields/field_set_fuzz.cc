// fieldsV1 comes from clients: what is read is written as something that reads the same again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/fields/field_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proa::api::fields;
  TextArena arena;
  const FieldSet set = parse_fields_v1({reinterpret_cast<const char*>(data), size}, arena);
  const std::string text = to_fields_v1(set);
  if (to_fields_v1(parse_fields_v1(text, arena)) != text) __builtin_trap();
  FieldSet gone = set;
  subtract(gone, set);
  if (intersects(gone, set)) __builtin_trap();
  return 0;
}
