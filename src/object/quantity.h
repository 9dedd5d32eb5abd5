// resource.Quantity: an exact decimal with a suffix ("500m", "1Gi", "1e3"), kept as integer nano-units where it
// fits. Canonical text and error text as upstream's pkg/api/resource.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "base/status.h"
#include "object/view.h"

namespace proa::object {

class Quantity {
 public:
  enum class Format { kDecimalSI, kBinarySI, kDecimalExponent };

  Quantity() = default;
  static Quantity of_milli(int64_t milli, Format format = Format::kDecimalSI);
  static Quantity of(int64_t units, Format format = Format::kDecimalSI);
  /// Of a JSON string or number; blanks around the text are passed over.
  static Result<Quantity> of_view(View view);
  /// Error message: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
  static Result<Quantity> parse(std::string_view text);

  /// Rounded up, as Quantity.Value() and MilliValue() do; saturate at the ends of int64.
  int64_t value() const;
  int64_t milli_value() const;
  bool is_zero() const { return nano_ == 0; }
  bool is_negative() const { return nano_ < 0; }
  Quantity operator+(const Quantity& other) const;
  Quantity operator-(const Quantity& other) const;
  Format format() const { return format_; }
  std::strong_ordering operator<=>(const Quantity& other) const { return nano_ <=> other.nano_; }
  bool operator==(const Quantity& other) const { return nano_ == other.nano_; }
  /// Canonical: "1500m" -> "1500m", "1000m" -> "1", "1024Ki" -> "1Mi". Like upstream, a parsed text that is
  /// canonical but for its digits ("12.500", "+1") is given back as it was written.
  std::string to_string() const;

 private:
  base::Int128 nano_ = 0;
  Format format_ = Format::kDecimalSI;
  std::string written_;  // where to_string() is not the canonical text
};

}  // namespace proa::object
