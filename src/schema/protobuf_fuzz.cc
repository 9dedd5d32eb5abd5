// Any bytes as the protobuf body of a request: no crash; and what decodes, encodes and decodes to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "object/json.h"
#include "schema/protobuf.h"
#include "schema/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace proa::schema;
  static const std::vector<KindRef> kinds = Registry().all();
  if (size == 0) return 0;
  const Type type = kinds[data[0] % kinds.size()]->type;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)open_envelope(bytes);
  const auto value = decode_protobuf(bytes, type);
  if (!value) return 0;
  std::string again;
  encode_protobuf(*value, type, again);
  const auto back = decode_protobuf(again, type);
  if (!back || proa::object::to_json(*back) != proa::object::to_json(*value)) std::abort();
  return 0;
}
