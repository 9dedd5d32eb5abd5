#include "node/cri/wire.h"

namespace proa::node::cri {

void WireWriter::varint(uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<char>(value));
}

void WireWriter::piece(int field, std::string_view bytes) {
  varint(static_cast<uint64_t>(field) << 3 | 2);
  varint(bytes.size());
  out_.append(bytes);
}

WireWriter& WireWriter::number(int field, int64_t value) {
  if (value != 0) {
    varint(static_cast<uint64_t>(field) << 3);
    varint(static_cast<uint64_t>(value));
  }
  return *this;
}

WireWriter& WireWriter::text(int field, std::string_view value) {
  if (!value.empty()) piece(field, value);
  return *this;
}

WireWriter& WireWriter::texts(int field, const std::vector<std::string>& values) {
  for (const std::string& value : values) piece(field, value);
  return *this;
}

WireWriter& WireWriter::numbers(int field, const std::vector<int64_t>& values) {
  WireWriter packed;
  for (const int64_t value : values) packed.varint(static_cast<uint64_t>(value));
  return text(field, packed.bytes());
}

WireWriter& WireWriter::map(int field, const std::map<std::string, std::string>& entries) {
  for (const auto& [key, value] : entries) message(field, WireWriter().text(1, key).text(2, value));
  return *this;
}

WireWriter& WireWriter::message(int field, const WireWriter& inner) {
  piece(field, inner.out_);
  return *this;
}

bool WireReader::varint(uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  damaged_ = true;
  return false;
}

bool WireReader::next() {
  if (rest_.empty() || damaged_) return false;
  uint64_t tag = 0;
  if (!varint(tag)) return false;
  field_ = static_cast<int>(tag >> 3);
  number_ = 0;
  bytes_ = {};
  const int type = static_cast<int>(tag & 7);
  if (type == 0) return varint(number_);
  uint64_t length = type == 1 ? 8 : 4;
  if (type == 2 && !varint(length)) return false;
  if ((type != 1 && type != 2 && type != 5) || length > rest_.size()) {
    damaged_ = true;
    return false;
  }
  bytes_ = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

void WireReader::entry_into(std::map<std::string, std::string>& out) const {
  std::string key, value;
  WireReader entry = message();
  while (entry.next()) {
    if (entry.field() == 1) key = entry.str();
    if (entry.field() == 2) value = entry.str();
  }
  out[std::move(key)] = std::move(value);
}

}  // namespace proa::node::cri
