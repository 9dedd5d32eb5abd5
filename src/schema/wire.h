// Protobuf's wire format: varints, tags, lengths. Private to this room.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace proa::schema::wire {

enum Kind : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

inline void put_varint(std::string& out, uint64_t v) {
  while (v >= 0x80) {
    out += static_cast<char>(v | 0x80);
    v >>= 7;
  }
  out += static_cast<char>(v);
}

inline void put_tag(std::string& out, uint32_t number, Kind kind) { put_varint(out, (uint64_t{number} << 3) | kind); }

inline void put_bytes(std::string& out, uint32_t number, std::string_view bytes) {
  put_tag(out, number, kBytes);
  put_varint(out, bytes.size());
  out.append(bytes);
}

inline void put_int(std::string& out, uint32_t number, int64_t v) {
  put_tag(out, number, kVarint);
  put_varint(out, static_cast<uint64_t>(v));
}

/// Writes a message whose size is known only afterwards: `write` appends its content.
template <class Write>
void put_message(std::string& out, uint32_t number, Write&& write) {
  put_tag(out, number, kBytes);
  const size_t start = out.size();
  write();
  std::string size;
  put_varint(size, out.size() - start);
  out.insert(start, size);
}

/// Reads one message. Once something is wrong, ok() is false and everything reads as empty.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  bool ok() const { return ok_; }
  bool done() const { return !ok_ || in_.empty(); }

  uint64_t varint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const auto byte = static_cast<unsigned char>(in_[0]);
      in_.remove_prefix(1);
      v |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return v;
    }
    ok_ = false;
    return 0;
  }
  /// Of the next field: its number, and its kind in kind().
  uint32_t tag() {
    const uint64_t t = varint();
    kind_ = static_cast<Kind>(t & 7);
    if ((t >> 3) == 0 || (t >> 3) > 0x1fffffff) ok_ = false;
    return static_cast<uint32_t>(t >> 3);
  }
  Kind kind() const { return kind_; }
  std::string_view bytes() {
    const uint64_t size = varint();
    return take(size);
  }
  uint64_t fixed64() { return fixed<uint64_t>(); }
  uint32_t fixed32() { return fixed<uint32_t>(); }
  void skip() {
    switch (kind_) {
      case kVarint: varint(); return;
      case kFixed64: take(8); return;
      case kBytes: bytes(); return;
      case kFixed32: take(4); return;
    }
    ok_ = false;  // groups
  }

 private:
  std::string_view take(uint64_t size) {
    if (!ok_ || size > in_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out = in_.substr(0, size);
    in_.remove_prefix(size);
    return out;
  }
  template <class T>
  T fixed() {
    const std::string_view raw = take(sizeof(T));
    T v = 0;
    if (raw.size() == sizeof(T)) std::memcpy(&v, raw.data(), raw.size());
    return v;
  }

  std::string_view in_;
  Kind kind_ = kVarint;
  bool ok_ = true;
};

}  // namespace proa::schema::wire
