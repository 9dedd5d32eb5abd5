// --append-hash: a name that changes with the content.
// Source: k8s.io/kubectl pkg/util/hash.
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "cli/kubectl/create/made.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr size_t kHashLength = 10;

/// Hexadecimal digits, but none that could spell a word.
char spelled(char digit) {
  switch (digit) {
    case '0': return 'g';
    case '1': return 'h';
    case '3': return 'k';
    case 'a': return 'm';
    case 'e': return 't';
    default: return digit;
  }
}

std::string hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  out.resize(kHashLength);
  for (char& digit : out) digit = spelled(digit);
  return out;
}

}  // namespace

std::string name_with_hash(View object) {
  Value content = Value::object({{"kind", object["kind"].as_string()}, {"name", object::name_of(object)}});
  content["data"] = object["data"].is_object() ? object["data"].to_value() : Value::object();
  if (object["kind"].as_string() == "Secret") content["type"] = object["type"].as_string();
  if (const View binary = object["binaryData"]; !binary.empty()) content["binaryData"] = binary.to_value();
  return fmt::format("{}-{}", object::name_of(object), hash_of(sorted_json(content)));
}

}  // namespace proa::cli::kubectl
