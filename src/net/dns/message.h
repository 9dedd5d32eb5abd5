// DNS messages as bytes: queries in, answers out. Pure. Source: RFC 1035, RFC 2782 (SRV), RFC 6891 (EDNS size).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proa::net {

enum class DnsType : uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kAny = 255
};
enum class DnsCode : uint8_t {
  kOk = 0,
  kFormat = 1,
  kServerFailure = 2,
  kNoName = 3,
  kNotImplemented = 4,
  kRefused = 5
};

struct DnsQuestion {
  std::string name;  // lower case, without the last dot: "web.default.svc.cluster.local"
  DnsType type = DnsType::kA;
};

struct DnsQuery {
  uint16_t id = 0;
  bool recursion_desired = false;
  bool supported = true;  // an opcode other than QUERY, or not one question: answered kNotImplemented
  bool edns = false;
  uint16_t udp_size = 512;
  DnsQuestion question;
  std::string raw_question;  // as it came, for the answer
};

struct DnsRecord {
  std::string name;
  DnsType type = DnsType::kA;
  uint32_t ttl = 0;
  std::string data;  // encoded
};

struct DnsAnswer {
  DnsCode code = DnsCode::kOk;
  bool authoritative = true;
  std::vector<DnsRecord> answers, authority, additional;
};

/// Nothing for what is no query at all (too short, an answer): it gets no reply.
std::optional<DnsQuery> parse_query(std::string_view bytes);
/// Cut to `limit` bytes with the TC bit, whole records only.
std::string encode_answer(const DnsQuery& query, const DnsAnswer& answer, size_t limit);

std::string encode_name(std::string_view name);
/// Four bytes; empty when it is no IPv4 address.
std::string encode_ipv4(std::string_view ip);
std::string encode_srv(uint16_t priority, uint16_t weight, uint16_t port, std::string_view target);

}  // namespace proa::net
