#include "net/dns/message.h"

#include <arpa/inet.h>

namespace proa::net {
namespace {

constexpr size_t kHeader = 12;

uint16_t u16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]));
}

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

void put32(std::string& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

/// Reads an uncompressed name (questions have no reason to be compressed); moves `at` behind it.
bool read_name(std::string_view bytes, size_t& at, std::string& name) {
  while (at < bytes.size()) {
    const auto length = static_cast<uint8_t>(bytes[at++]);
    if (length == 0) return true;
    if (length > 63 || at + length > bytes.size() || name.size() + length > 253) return false;
    if (!name.empty()) name += '.';
    for (size_t i = 0; i < length; ++i) {
      const char c = bytes[at + i];
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    at += length;
  }
  return false;
}

/// The OPT record tells how large an answer may be.
void read_edns(std::string_view bytes, size_t at, DnsQuery& query) {
  if (at + 11 > bytes.size() || bytes[at] != 0 || u16(bytes, at + 1) != 41) return;
  query.edns = true;
  query.udp_size = std::max<uint16_t>(512, u16(bytes, at + 3));
}

void append_record(std::string& out, const DnsRecord& record) {
  out += encode_name(record.name);
  put16(out, static_cast<unsigned>(record.type));
  put16(out, 1);
  put32(out, record.ttl);
  put16(out, static_cast<unsigned>(record.data.size()));
  out += record.data;
}

}  // namespace

std::optional<DnsQuery> parse_query(std::string_view bytes) {
  if (bytes.size() < kHeader || (bytes[2] & 0x80) != 0) return std::nullopt;
  DnsQuery query;
  query.id = u16(bytes, 0);
  query.recursion_desired = bytes[2] & 1;
  const int opcode = (bytes[2] >> 3) & 15;
  if (opcode != 0 || u16(bytes, 4) != 1) {
    query.supported = false;
    return query;
  }
  size_t at = kHeader;
  if (!read_name(bytes, at, query.question.name) || at + 4 > bytes.size()) return std::nullopt;
  query.question.type = static_cast<DnsType>(u16(bytes, at));
  if (u16(bytes, at + 2) != 1) query.supported = false;
  at += 4;
  query.raw_question = bytes.substr(kHeader, at - kHeader);
  if (u16(bytes, 6) == 0 && u16(bytes, 8) == 0 && u16(bytes, 10) > 0) read_edns(bytes, at, query);
  return query;
}

std::string encode_answer(const DnsQuery& query, const DnsAnswer& answer, size_t limit) {
  const DnsCode code = query.supported ? answer.code : DnsCode::kNotImplemented;
  std::string body = query.raw_question;
  const size_t room = limit - std::min(limit, kHeader + (query.edns ? 11 : 0));
  bool cut = false;
  const auto section = [&](const std::vector<DnsRecord>& records, bool essential) {
    unsigned count = 0;
    for (const DnsRecord& record : records) {
      const size_t before = body.size();
      append_record(body, record);
      if (body.size() > room) {
        body.resize(before);
        cut = cut || essential;
        break;
      }
      ++count;
    }
    return count;
  };
  const unsigned answers = section(answer.answers, true);
  const unsigned authority = section(answer.authority, false);
  const unsigned additional = section(answer.additional, false);
  std::string out;
  put16(out, query.id);
  out += static_cast<char>(0x80 | (answer.authoritative ? 4 : 0) | (cut ? 2 : 0) | (query.recursion_desired ? 1 : 0));
  out += static_cast<char>(0x80 | static_cast<uint8_t>(code));
  put16(out, query.raw_question.empty() ? 0 : 1);
  put16(out, answers);
  put16(out, authority);
  put16(out, additional + (query.edns ? 1 : 0));
  out += body;
  if (query.edns) {
    out += '\0';
    put16(out, 41);
    put16(out, 1232);
    put32(out, 0);
    put16(out, 0);
  }
  return out;
}

std::string encode_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const size_t dot = name.find('.');
    const std::string_view label = name.substr(0, std::min<size_t>(dot, 63));
    if (!label.empty()) {
      out += static_cast<char>(label.size());
      out += label;
    }
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  out += '\0';
  return out;
}

std::string encode_ipv4(std::string_view ip) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(ip).c_str(), &address) != 1) return {};
  return {reinterpret_cast<const char*>(&address), 4};
}

std::string encode_srv(uint16_t priority, uint16_t weight, uint16_t port, std::string_view target) {
  std::string out;
  put16(out, priority);
  put16(out, weight);
  put16(out, port);
  return out + encode_name(target);
}

}  // namespace proa::net
