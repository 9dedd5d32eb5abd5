// Whatever parses as JSON must come back equal from a document and from its own text.
#include <cstdint>
#include <cstdlib>

#include "object/document.h"
#include "object/json.h"

using proa::object::Document;
using proa::object::parse_json;
using proa::object::View;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> duplicates;
  proa::object::ParseOptions options;
  options.duplicates = &duplicates;
  const auto value = parse_json({reinterpret_cast<const char*>(data), size}, options);
  if (!value) return 0;
  const Document document = Document::freeze(*value);
  if (!(document.root() == View(*value))) std::abort();
  const std::string text = to_json(document.root());
  const auto again = parse_json(text, options);
  if (!again || to_json(*again) != text) std::abort();
  return 0;
}
