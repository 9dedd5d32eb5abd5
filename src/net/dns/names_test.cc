// Names of a cluster, case by case: what is asked, of which type, and what comes back.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/dns/cluster_names.h"
#include "net/dns/message.h"
#include "object/json.h"

namespace proa::net {
namespace {

using object::Document;

Document document(std::string_view json) { return Document::freeze(*object::parse_json(json)); }

struct NamesTest : testing::Test {
  std::vector<Document> services = {
      document(R"({"metadata":{"name":"web","namespace":"default"},"spec":{"clusterIP":"10.96.0.50","ports":[
          {"name":"http","port":80,"protocol":"TCP"},{"name":"dns","port":53,"protocol":"UDP"}]}})"),
      document(R"({"metadata":{"name":"db","namespace":"data"},"spec":{"clusterIP":"None"}})"),
      document(R"({"metadata":{"name":"early","namespace":"data"},"spec":{"clusterIP":"None",
          "publishNotReadyAddresses":true}})"),
      document(R"({"metadata":{"name":"out","namespace":"data"},"spec":{"type":"ExternalName",
          "externalName":"Example.ORG"}})"),
      document(R"({"metadata":{"name":"pending","namespace":"data"},"spec":{"type":"ClusterIP"}})")};
  std::vector<Document> slices = {
      slice("db", R"([{"addresses":["10.244.0.5"],"hostname":"db-0","conditions":{"ready":true}},
                      {"addresses":["10.244.0.6"],"conditions":{}}])"),
      slice("db", R"([{"addresses":["10.244.1.5"],"hostname":"DB-1","conditions":{"ready":true}}])"),
      slice("early", R"([{"addresses":["10.244.0.9"],"hostname":"e-0","conditions":{"ready":false}}])"),
      slice("unknown", R"([{"addresses":["10.244.0.77"],"conditions":{"ready":true}}])")};

  static Document slice(std::string_view service, std::string_view endpoints) {
    return document(fmt::format(R"({{"metadata":{{"namespace":"data","labels":{{"kubernetes.io/service-name":"{}"}}}},
        "addressType":"IPv4","ports":[{{"name":"sql","port":5432,"protocol":"TCP"}}],"endpoints":{}}})",
                                service, endpoints));
  }
  static std::string text(const DnsRecord& record) {
    if (record.type != DnsType::kA) return fmt::format("{}:{}", static_cast<int>(record.type), record.data.size());
    std::vector<int> parts;
    for (const char byte : record.data) parts.push_back(static_cast<uint8_t>(byte));
    return fmt::format("{}", fmt::join(parts, "."));
  }
  /// Addresses, `no data`, `no name` or `upstream`.
  std::string ask(const std::string& name, DnsType type = DnsType::kA) const {
    const auto answer = ClusterNames("cluster.local", services, slices).resolve({name, type});
    if (!answer) return "upstream";
    if (answer->code == DnsCode::kNoName) return "no name";
    if (answer->answers.empty()) return "no data";
    std::vector<std::string> records;
    for (const DnsRecord& record : answer->answers) records.push_back(text(record));
    std::sort(records.begin(), records.end());
    return fmt::format("{}", fmt::join(records, " "));
  }
};

struct Question {
  const char *name, *answer;
};

TEST_F(NamesTest, of_type_a) {
  for (const Question& q : std::vector<Question>{
           {"web.default.svc.cluster.local", "10.96.0.50"},
           {"web.data.svc.cluster.local", "no name"},
           {"web.svc.cluster.local", "no name"},
           {"default.svc.cluster.local", "no data"},
           {"nowhere.svc.cluster.local", "no name"},
           {"svc.cluster.local", "no data"},
           {"cluster.local", "no data"},
           {"other.cluster.local", "no name"},
           {"db.data.svc.cluster.local", "10.244.0.5 10.244.0.6 10.244.1.5"},
           {"db-0.db.data.svc.cluster.local", "10.244.0.5"},
           {"db-1.db.data.svc.cluster.local", "10.244.1.5"},
           {"db-2.db.data.svc.cluster.local", "no name"},
           {"10-244-0-6.db.data.svc.cluster.local", "10.244.0.6"},
           {"10-244-0-5.db.data.svc.cluster.local", "no name"},
           {"x.web.default.svc.cluster.local", "no name"},
           {"early.data.svc.cluster.local", "10.244.0.9"},
           {"e-0.early.data.svc.cluster.local", "10.244.0.9"},
           {"pending.data.svc.cluster.local", "no name"},
           {"unknown.data.svc.cluster.local", "no name"},
           {"1-2-3-4.default.pod.cluster.local", "1.2.3.4"},
           {"1-2-3.default.pod.cluster.local", "no name"},
           {"300-2-3-4.default.pod.cluster.local", "no name"},
           {"example.org", "upstream"},
           {"web.default.svc", "upstream"},
           {"xcluster.local", "upstream"},
           {"local", "upstream"},
       })
    EXPECT_EQ(ask(q.name), q.answer) << q.name;
}

TEST_F(NamesTest, of_other_types) {
  EXPECT_EQ(ask("web.default.svc.cluster.local", DnsType::kAaaa), "no data");
  EXPECT_EQ(ask("nope.default.svc.cluster.local", DnsType::kAaaa), "no name");
  EXPECT_EQ(ask("db-0.db.data.svc.cluster.local", DnsType::kAaaa), "no data");
  EXPECT_NE(ask("cluster.local", DnsType::kSoa).find("6:"), std::string::npos);
  for (const DnsType type : {DnsType::kA, DnsType::kAaaa})
    EXPECT_EQ(ask("out.data.svc.cluster.local", type), fmt::format("5:{}", encode_name("example.org").size()))
        << "a name for another name, in lower case";
}

struct Srv {
  const char* name;
  size_t records;
};

TEST_F(NamesTest, of_ports) {
  const ClusterNames names("cluster.local", services, slices);
  const std::vector<Srv> cases = {
      {"_http._tcp.web.default.svc.cluster.local", 1},
      {"_dns._udp.web.default.svc.cluster.local", 1},
      {"_http._udp.web.default.svc.cluster.local", 0},
      {"_sql._tcp.db.data.svc.cluster.local", 3},
      {"web.default.svc.cluster.local", 2},
      {"db.data.svc.cluster.local", 3},
  };
  for (const Srv& c : cases) {
    const auto answer = names.resolve({c.name, DnsType::kSrv});
    ASSERT_TRUE(answer) << c.name;
    EXPECT_EQ(answer->answers.size(), c.records) << c.name;
    EXPECT_EQ(answer->additional.size(), c.records) << c.name;
    EXPECT_EQ(answer->code == DnsCode::kNoName, c.records == 0) << c.name;
  }
  EXPECT_EQ(ask("_http._tcp.web.default.svc.cluster.local"), "no data") << "the name is there, but is no address";
}

TEST_F(NamesTest, of_addresses) {
  EXPECT_EQ(ask("50.0.96.10.in-addr.arpa", DnsType::kPtr),
            fmt::format("12:{}", encode_name("web.default.svc.cluster.local").size()));
  EXPECT_EQ(ask("5.0.244.10.in-addr.arpa", DnsType::kPtr),
            fmt::format("12:{}", encode_name("db-0.db.data.svc.cluster.local").size()));
  EXPECT_EQ(ask("50.0.96.10.in-addr.arpa"), "no data");
  EXPECT_EQ(ask("77.0.244.10.in-addr.arpa", DnsType::kPtr), "upstream");
  EXPECT_EQ(ask("96.10.in-addr.arpa", DnsType::kPtr), "upstream");
}

TEST_F(NamesTest, every_no_carries_who_is_in_charge) {
  const ClusterNames names("cluster.local", services, slices);
  for (const char* name : {"nope.default.svc.cluster.local", "default.svc.cluster.local"}) {
    const auto answer = names.resolve({name, DnsType::kA});
    ASSERT_TRUE(answer) << name;
    ASSERT_EQ(answer->authority.size(), 1u) << name;
    EXPECT_EQ(answer->authority[0].type, DnsType::kSoa) << name;
    EXPECT_EQ(answer->authority[0].ttl, 5u) << name;
  }
}

TEST_F(NamesTest, another_domain_is_another_cluster) {
  const ClusterNames names("k8s.example.com", services, slices);
  EXPECT_TRUE(names.resolve({"web.default.svc.k8s.example.com", DnsType::kA}));
  EXPECT_FALSE(names.resolve({"web.default.svc.cluster.local", DnsType::kA}));
}

}  // namespace
}  // namespace proa::net
