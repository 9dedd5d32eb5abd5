// Any datagram: parsed without harm, and an answer to it stays within its limit.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/dns/cluster_names.h"
#include "net/dns/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const proa::net::ClusterNames names("cluster.local", {}, {});
  const auto query = proa::net::parse_query({reinterpret_cast<const char*>(data), size});
  if (!query) return 0;
  const auto answer = names.resolve(query->question).value_or(proa::net::DnsAnswer{});
  if (proa::net::encode_answer(*query, answer, 512).size() > 512) __builtin_trap();
  return 0;
}
