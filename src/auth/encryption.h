// Encryption at rest: AES-256-GCM with a key file of mode 0600 made at first start; the object's key is associated
// data. Implements the store's Sealer in form, without depending on it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace proa::auth {

class Encryption {
 public:
  /// Reads the keys (newest first) or makes the file. Error names the file (wrong mode, damaged).
  static Result<std::unique_ptr<Encryption>> load_or_make(const std::string& key_file);
  virtual ~Encryption() = default;
  virtual std::string seal(std::string_view associated, std::string_view plain) = 0;
  virtual Result<std::string> open(std::string_view associated, std::string_view sealed) = 0;
};

}  // namespace proa::auth
