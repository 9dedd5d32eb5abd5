// The protobuf wire format, as far as CRI and containerd's services need it: varints, text, nested messages.
// The writer leaves out zero and empty values, as proto3 does; the reader walks fields in order of appearance
// and tells damage from the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace proa::node::cri {

class WireWriter {
 public:
  WireWriter& number(int field, int64_t value);
  WireWriter& text(int field, std::string_view value);
  WireWriter& texts(int field, const std::vector<std::string>& values);
  /// Packed, as proto3 packs repeated integers.
  WireWriter& numbers(int field, const std::vector<int64_t>& values);
  WireWriter& map(int field, const std::map<std::string, std::string>& entries);
  /// Written also when it is empty: presence means something.
  WireWriter& message(int field, const WireWriter& inner);
  const std::string& bytes() const { return out_; }

 private:
  void varint(uint64_t value);
  void piece(int field, std::string_view bytes);
  std::string out_;
};

/// `while (reader.next()) switch (reader.field()) ...; if (reader.damaged()) ...`
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  bool next();
  bool damaged() const { return damaged_; }
  int field() const { return field_; }
  int64_t number() const { return static_cast<int64_t>(number_); }
  bool flag() const { return number_ != 0; }
  /// Of a length-delimited field: its bytes, which live as long as the input.
  std::string_view bytes() const { return bytes_; }
  std::string str() const { return std::string(bytes_); }
  WireReader message() const { return WireReader(bytes_); }
  /// Of a map<string, string> entry: adds it to `out`.
  void entry_into(std::map<std::string, std::string>& out) const;

 private:
  bool varint(uint64_t& value);
  std::string_view rest_, bytes_;
  uint64_t number_ = 0;
  int field_ = 0;
  bool damaged_ = false;
};

}  // namespace proa::node::cri
