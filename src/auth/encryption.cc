#include "auth/encryption.h"

#include <sys/stat.h>

#include <array>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/base64.h"
#include "runtime/file.h"

namespace proa::auth {
namespace {

// A sealed value: format (1), key id (8), nonce (12), ciphertext, tag (16).
constexpr char kFormat = 1;
constexpr size_t kIdBytes = 8, kNonceBytes = 12, kTagBytes = 16, kKeyBytes = 32;
constexpr size_t kHeadBytes = 1 + kIdBytes + kNonceBytes;
constexpr std::string_view kFirstLine =
    "# Proa: keys that encrypt Secrets at rest, newest first. Back this file up, apart from the data.\n";

struct Key {
  std::string id, bytes;
};

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  RAND_bytes(bytes_of(out), static_cast<int>(count));
  return out;
}

class Aes final : public Encryption {
 public:
  explicit Aes(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::string seal(std::string_view associated, std::string_view plain) override {
    const Key& key = keys_.front();
    std::string out = kFormat + key.id + random_bytes(kNonceBytes);
    out.resize(kHeadBytes + plain.size() + kTagBytes);
    const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    unsigned char* at = bytes_of(out);
    int length = 0;
    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key.bytes)),
                       at + 1 + kIdBytes);
    EVP_EncryptUpdate(context.get(), nullptr, &length, bytes_of(associated), static_cast<int>(associated.size()));
    EVP_EncryptUpdate(context.get(), at + kHeadBytes, &length, bytes_of(plain), static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context.get(), at + kHeadBytes + length, &length);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, at + kHeadBytes + plain.size());
    return out;
  }

  Result<std::string> open(std::string_view associated, std::string_view sealed) override {
    if (sealed.size() < kHeadBytes + kTagBytes || sealed.front() != kFormat)
      return Error(base::internal_error("a stored value is not in the form of an encrypted one"));
    const std::string_view id = sealed.substr(1, kIdBytes);
    for (const Key& key : keys_)
      if (key.id == id) return open_with(key, associated, sealed);
    return Error(base::internal_error(
        fmt::format("a stored value is encrypted with key {}, which the key file does not hold: restore the key file",
                    base::base64url_encode(id))));
  }

 private:
  static Result<std::string> open_with(const Key& key, std::string_view associated, std::string_view sealed) {
    const std::string_view nonce = sealed.substr(1 + kIdBytes, kNonceBytes);
    const std::string_view cipher = sealed.substr(kHeadBytes, sealed.size() - kHeadBytes - kTagBytes);
    std::string tag(sealed.substr(sealed.size() - kTagBytes));
    std::string plain(cipher.size(), '\0');
    const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int length = 0;
    EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key.bytes)),
                       bytes_of(nonce));
    EVP_DecryptUpdate(context.get(), nullptr, &length, bytes_of(associated), static_cast<int>(associated.size()));
    EVP_DecryptUpdate(context.get(), bytes_of(plain), &length, bytes_of(cipher), static_cast<int>(cipher.size()));
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes_of(tag));
    if (EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + length, &length) != 1)
      return Error(base::internal_error("a stored value fails its integrity check: it was damaged or moved"));
    return plain;
  }

  const std::vector<Key> keys_;
};

Error damaged(const std::string& path) {
  return Error(base::internal_error(fmt::format(
      "{} holds no valid encryption key: restore it from a backup (Secrets cannot be read without it)", path)));
}

Result<std::vector<Key>> parse(const std::string& path, std::string_view text) {
  std::vector<Key> keys;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return damaged(path);
    auto id = base::base64url_decode(line.substr(0, blank));
    auto key = base::base64url_decode(line.substr(blank + 1));
    if (!id || !key || id->size() != kIdBytes || key->size() != kKeyBytes) return damaged(path);
    keys.push_back({std::move(*id), std::move(*key)});
  }
  if (keys.empty()) return damaged(path);
  return keys;
}

}  // namespace

Result<std::unique_ptr<Encryption>> Encryption::load_or_make(const std::string& key_file) {
  if (!runtime::file_exists(key_file)) {
    const std::string line =
        base::base64url_encode(random_bytes(kIdBytes)) + " " + base::base64url_encode(random_bytes(kKeyBytes)) + "\n";
    if (auto put = runtime::write_file_atomic(key_file, std::string(kFirstLine) + line, 0600); !put)
      return Error(put.error());
  }
  struct stat about{};
  if (::stat(key_file.c_str(), &about) == 0 && (about.st_mode & 077) != 0)
    return Error(base::internal_error(fmt::format("{} is readable by others (mode {:04o}): chmod 600 {}", key_file,
                                                  about.st_mode & 07777, key_file)));
  auto text = runtime::read_file(key_file);
  if (!text) return Error(text.error());
  auto keys = parse(key_file, *text);
  if (!keys) return Error(keys.error());
  return std::make_unique<Aes>(std::move(*keys));
}

}  // namespace proa::auth
