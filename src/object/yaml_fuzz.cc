// Whatever parses as YAML must come back equal from the YAML that is written of it.
#include <cstdint>
#include <cstdlib>

#include "object/json.h"
#include "object/yaml.h"

using proa::object::parse_yaml;
using proa::object::View;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  proa::object::ParseOptions options;
  options.max_depth = 100;
  (void)parse_yaml_stream(text, options);
  const auto value = parse_yaml(text, options);
  if (!value) return 0;
  std::string written;
  write_yaml(*value, written);
  options.max_depth = 200;
  const auto again = parse_yaml(written, options);
  // libyaml takes no keys of more than 1,024 characters, but writes them; so it is with `<<` as a plain key.
  if (!again || written.find("<<") != std::string::npos) return 0;
  if (!(View(*again) == View(*value))) std::abort();
  return 0;
}
