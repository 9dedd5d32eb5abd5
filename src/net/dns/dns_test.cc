#include <gtest/gtest.h>

#include "net/dns/cluster_names.h"
#include "net/dns/message.h"
#include "net/dns/server.h"
#include "object/json.h"

namespace proa::net {
namespace {

using object::Document;

Document document(std::string_view json) { return Document::freeze(*object::parse_json(json)); }

std::string query_bytes(const std::string& name, DnsType type, bool edns = false) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00", 11);
  out += edns ? '\1' : '\0';
  out += encode_name(name);
  out += '\0';
  out += static_cast<char>(type);
  out += std::string("\0\1", 2);
  if (edns) out += std::string("\0\0\x29\x10\0\0\0\0\0\0\0", 11);
  return out;
}

class ClusterNamesTest : public testing::Test {
 protected:
  ClusterNames names_{
      "cluster.local",
      {document(R"({"metadata":{"name":"web","namespace":"default"},"spec":{"clusterIP":"10.96.0.50",
         "ports":[{"name":"http","port":80,"protocol":"TCP"}]}})"),
       document(
           R"({"metadata":{"name":"db","namespace":"default"},"spec":{"clusterIP":"None","ports":[{"name":"sql","port":5432}]}})"),
       document(
           R"({"metadata":{"name":"out","namespace":"default"},"spec":{"type":"ExternalName","externalName":"example.org"}})"),
       document(R"({"metadata":{"name":"empty","namespace":"default"},"spec":{"clusterIP":"None"}})")},
      {document(
          R"({"metadata":{"namespace":"default","labels":{"kubernetes.io/service-name":"db"}},"addressType":"IPv4",
         "ports":[{"name":"sql","port":5432,"protocol":"TCP"}],
         "endpoints":[{"addresses":["10.244.0.5"],"hostname":"db-0","conditions":{"ready":true}},
                      {"addresses":["10.244.0.6"],"conditions":{"ready":true}},
                      {"addresses":["10.244.0.7"],"hostname":"db-2","conditions":{"ready":false}}]})")}};

  std::optional<DnsAnswer> ask(const std::string& name, DnsType type = DnsType::kA) {
    return names_.resolve({name, type});
  }
  std::vector<std::string> addresses(const std::string& name) {
    std::vector<std::string> out;
    const auto answer = ask(name);
    if (!answer) return {"upstream"};
    if (answer->code != DnsCode::kOk) return {"error " + std::to_string(static_cast<int>(answer->code))};
    for (const DnsRecord& record : answer->answers) {
      std::string text;
      for (const char byte : record.data)
        text += (text.empty() ? "" : ".") + std::to_string(static_cast<uint8_t>(byte));
      out.push_back(text);
    }
    return out;
  }
};

using Lines = std::vector<std::string>;

TEST_F(ClusterNamesTest, a_service_is_its_address) {
  EXPECT_EQ(addresses("web.default.svc.cluster.local"), Lines{"10.96.0.50"});
  EXPECT_EQ(addresses("web.other.svc.cluster.local"), Lines{"error 3"});
  EXPECT_EQ(addresses("web.default.svc.cluster.local.default.svc.cluster.local"), Lines{"error 3"});
}

TEST_F(ClusterNamesTest, a_name_that_is_there_has_no_ipv6_but_is_no_error) {
  const auto answer = ask("web.default.svc.cluster.local", DnsType::kAaaa);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code, DnsCode::kOk);
  EXPECT_TRUE(answer->answers.empty());
  EXPECT_EQ(answer->authority.size(), 1U);
}

TEST_F(ClusterNamesTest, a_headless_service_is_its_ready_pods) {
  EXPECT_EQ(addresses("db.default.svc.cluster.local"), (Lines{"10.244.0.5", "10.244.0.6"}));
  EXPECT_EQ(addresses("db-0.db.default.svc.cluster.local"), Lines{"10.244.0.5"});
  EXPECT_EQ(addresses("10-244-0-6.db.default.svc.cluster.local"), Lines{"10.244.0.6"});
  EXPECT_EQ(addresses("db-2.db.default.svc.cluster.local"), Lines{"error 3"});
  EXPECT_EQ(addresses("empty.default.svc.cluster.local"), Lines{"error 3"});
}

TEST_F(ClusterNamesTest, srv_records_tell_port_and_target) {
  const auto web = ask("_http._tcp.web.default.svc.cluster.local", DnsType::kSrv);
  ASSERT_TRUE(web);
  ASSERT_EQ(web->answers.size(), 1U);
  EXPECT_EQ(web->answers[0].data, encode_srv(0, 100, 80, "web.default.svc.cluster.local"));
  const auto db = ask("_sql._tcp.db.default.svc.cluster.local", DnsType::kSrv);
  ASSERT_EQ(db->answers.size(), 2U);
  EXPECT_EQ(db->answers[0].data, encode_srv(0, 100, 5432, "db-0.db.default.svc.cluster.local"));
  EXPECT_EQ(ask("_smtp._tcp.web.default.svc.cluster.local", DnsType::kSrv)->code, DnsCode::kNoName);
}

TEST_F(ClusterNamesTest, addresses_have_names) {
  const auto web = ask("50.0.96.10.in-addr.arpa", DnsType::kPtr);
  ASSERT_TRUE(web);
  EXPECT_EQ(web->answers.at(0).data, encode_name("web.default.svc.cluster.local"));
  EXPECT_EQ(ask("5.0.244.10.in-addr.arpa", DnsType::kPtr)->answers.at(0).data,
            encode_name("db-0.db.default.svc.cluster.local"));
  EXPECT_FALSE(ask("8.8.8.8.in-addr.arpa", DnsType::kPtr));
}

TEST_F(ClusterNamesTest, pods_external_names_and_the_world) {
  EXPECT_EQ(addresses("10-244-0-9.default.pod.cluster.local"), Lines{"10.244.0.9"});
  EXPECT_EQ(addresses("nonsense.default.pod.cluster.local"), Lines{"error 3"});
  EXPECT_EQ(ask("out.default.svc.cluster.local")->answers.at(0).data, encode_name("example.org"));
  EXPECT_EQ(addresses("example.org"), Lines{"upstream"});
  EXPECT_EQ(addresses("notcluster.local"), Lines{"upstream"});
}

TEST(DnsMessage, a_query_is_read_and_answered_under_its_id) {
  const auto query = parse_query(query_bytes("Web.Default.svc.cluster.local", DnsType::kA, true));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->question.name, "web.default.svc.cluster.local");
  EXPECT_EQ(query->udp_size, 4096);
  EXPECT_TRUE(query->edns);
  DnsAnswer answer;
  answer.answers.push_back({"web.default.svc.cluster.local", DnsType::kA, 5, encode_ipv4("10.96.0.50")});
  const std::string bytes = encode_answer(*query, answer, 512);
  EXPECT_EQ(bytes.substr(0, 12), std::string("\x12\x34\x85\x80\x00\x01\x00\x01\x00\x00\x00\x01", 12));
  EXPECT_NE(bytes.find(encode_name("Web.Default.svc.cluster.local")), std::string::npos) << "0x20 bits are kept";
}

TEST(DnsMessage, a_long_answer_is_cut_between_records_and_says_so) {
  const auto query = parse_query(query_bytes("a.b", DnsType::kA));
  DnsAnswer answer;
  for (int i = 0; i < 100; ++i) answer.answers.push_back({"a.b", DnsType::kA, 5, encode_ipv4("10.0.0.1")});
  const std::string bytes = encode_answer(*query, answer, 512);
  EXPECT_LE(bytes.size(), 512U);
  EXPECT_TRUE(bytes[2] & 2);
  EXPECT_EQ(encode_answer(*query, answer, 65535)[2] & 2, 0);
}

TEST(DnsMessage, what_is_no_query_gets_no_answer) {
  const std::string good = query_bytes("web.default.svc.cluster.local", DnsType::kA, true);
  for (size_t i = 0; i < good.size() - 11; ++i) EXPECT_FALSE(parse_query(good.substr(0, i))) << i;
  std::string answer = good;
  answer[2] = static_cast<char>(0x80);
  EXPECT_FALSE(parse_query(answer));
  std::string loop = good.substr(0, 12) + "\xc0\x0c" + std::string("\0\1\0\1", 4);
  EXPECT_FALSE(parse_query(loop));
}

TEST(ResolvConf, names_its_servers) {
  EXPECT_EQ(nameservers_of("# x\nnameserver 10.0.0.1\nsearch a b\nnameserver\t1.1.1.1 # y\nnameserverx 2\n"),
            (std::vector<std::string>{"10.0.0.1", "1.1.1.1"}));
}

}  // namespace
}  // namespace proa::net
