#include "net/dns/dns_service.h"

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"

namespace proa::net {
namespace {

using client::resources::kEndpointSlices;
using client::resources::kServices;

class DnsServiceTest : public ::testing::Test {
 protected:
  DnsServiceTest() {
    // As the API does: a second Service with the same address is refused for that, whatever its name.
    cluster_.refuse = [this](std::string_view verb, const client::Resource& resource,
                             std::string_view) -> std::optional<Status> {
      if (verb != "create" || !(resource == kServices) || cluster_.all(kServices).empty()) return {};
      return base::invalid("", "Service", "kube-dns", {{"FieldValueInvalid", "provided IP is already allocated", ""}});
    };
  }
  std::string ensure(const std::string& server) {
    std::string outcome = "not done";
    ensure_dns_service(cluster_, "10.96.0.10", server,
                       [&](const Result<void>& done) { outcome = done ? "" : done.error().message; });
    executor_.settle();
    return outcome;
  }
  client::FakeExecutor executor_;
  client::FakeClient cluster_{executor_};
};

TEST_F(DnsServiceTest, is_made_once_and_found_again_after_a_restart) {
  EXPECT_EQ(ensure("10.244.0.1"), "");
  EXPECT_EQ(ensure("10.244.0.1"), "");
  EXPECT_EQ(cluster_.all(kServices).size(), 1u);
}

TEST_F(DnsServiceTest, leads_to_the_servers_new_address) {
  EXPECT_EQ(ensure("10.244.0.1"), "");
  EXPECT_EQ(ensure("10.1.2.1"), "");
  const auto slices = cluster_.all(kEndpointSlices);
  ASSERT_EQ(slices.size(), 1u);
  EXPECT_EQ(slices[0]["endpoints"].at(0)["addresses"].at(0).as_string(), "10.1.2.1");
}

}  // namespace
}  // namespace proa::net
