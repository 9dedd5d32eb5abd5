#include "object/names.h"

#include <array>
#include <cstring>
#include <utility>

namespace proa::object {
namespace {

constexpr uint32_t kOwned = 0x80000000u;

#ifdef PROA_KNOWN_NAMES

constexpr std::string_view kNames[] = {
#include PROA_KNOWN_NAMES
};

constexpr size_t kCount = std::size(kNames);

constexpr size_t table_size() {
  size_t size = 16;
  while (size < kCount * 2) size *= 2;
  return size;
}

// An open hash table made at compile time: start costs nothing, and a lookup touches one or two lines.
struct Table {
  std::array<uint32_t, kCount> hashes{};
  std::array<uint16_t, table_size()> slots{};  // index + 1; 0: free

  constexpr Table() {
    static_assert(kCount < 0xffff);
    for (size_t i = 0; i < kCount; ++i) {
      hashes[i] = name_hash(kNames[i]);
      size_t slot = hashes[i] & (table_size() - 1);
      while (slots[slot] != 0) slot = (slot + 1) & (table_size() - 1);
      slots[slot] = static_cast<uint16_t>(i + 1);
    }
  }

  std::string_view find(uint32_t hash) const {
    for (size_t slot = hash & (table_size() - 1); slots[slot] != 0; slot = (slot + 1) & (table_size() - 1)) {
      const size_t i = slots[slot] - 1u;
      if (hashes[i] == hash) return kNames[i];
    }
    return {};
  }
};

constexpr Table kTable;

std::string_view find_known(uint32_t hash) { return kTable.find(hash); }

#else

std::string_view find_known(uint32_t) { return {}; }

#endif

}  // namespace

bool is_known_name(uint32_t hash, std::string_view text) {
  const std::string_view known = find_known(hash);
  return known.data() != nullptr && known == text;
}

std::string_view known_name(uint32_t hash) { return find_known(hash); }

Name::Name(Key key) : size_(static_cast<uint32_t>(key.text.size())), hash_(key.hash) {
  const std::string_view known = find_known(key.hash);
  if (known.data() != nullptr && known == key.text) {
    data_ = known.data();
    return;
  }
  char* copy = new char[key.text.size() + 1];
  std::memcpy(copy, key.text.data(), key.text.size());
  data_ = copy;
  size_ |= kOwned;
}

Name::Name(const Name& other) : data_(other.data_), size_(other.size_), hash_(other.hash_) {
  if (!owned()) return;
  char* copy = new char[other.text().size() + 1];
  std::memcpy(copy, other.data_, other.text().size());
  data_ = copy;
}

Name::Name(Name&& other) noexcept
    : data_(std::exchange(other.data_, "")), size_(std::exchange(other.size_, 0)), hash_(other.hash_) {}

Name& Name::operator=(Name other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(hash_, other.hash_);
  return *this;
}

Name::~Name() {
  if (owned()) delete[] data_;
}

}  // namespace proa::object
