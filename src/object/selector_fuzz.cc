// Selectors and quantities: what parses must parse again from its own text, to the same.
#include <cstdint>
#include <cstdlib>

#include "object/quantity.h"
#include "object/selector.h"

using proa::object::FieldSelector;
using proa::object::LabelSelector;
using proa::object::Quantity;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto selector = LabelSelector::parse(text)) {
    const auto again = LabelSelector::parse(selector->to_string());
    if (!again || again->requirements() != selector->requirements()) std::abort();
  }
  (void)FieldSelector::parse(text);
  if (const auto quantity = Quantity::parse(text)) {
    (void)quantity->value();
    (void)quantity->milli_value();
    const auto again = Quantity::parse(quantity->to_string());
    if (!again) std::abort();
  }
  return 0;
}
