#include "api/route.h"

#include <gtest/gtest.h>

#include "api/encode.h"
#include "api/resource_version.h"

namespace proa::api {
namespace {

struct Case {
  const char *method, *target, *expected;  // verb group version ns resource name subresource
};

class Routes : public testing::TestWithParam<Case> {};

TEST_P(Routes, are_read_as_upstream_reads_them) {
  const std::string_view target = GetParam().target;
  const size_t mark = target.find('?');
  const http::Query query = http::Query::parse(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  const Route route = parse_route(GetParam().method, target.substr(0, mark), query);
  std::string seen = route.verb;
  if (route.is_resource)
    for (const std::string& part :
         {route.group, route.version, route.ns, route.resource, route.name, route.subresource})
      seen += "|" + part;
  EXPECT_EQ(seen, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Routes,
    testing::Values(
        Case{"GET", "/api/v1/pods", "list||v1||pods||"}, Case{"GET", "/api/v1/pods?watch=true", "watch||v1||pods||"},
        Case{"GET", "/api/v1/pods?watch=0", "list||v1||pods||"}, Case{"GET", "/api/v1/watch/pods", "watch||v1||pods||"},
        Case{"GET", "/api/v1/namespaces/a/pods/p", "get||v1|a|pods|p|"},
        Case{"PUT", "/api/v1/namespaces/a/pods/p/status", "update||v1|a|pods|p|status"},
        Case{"GET", "/api/v1/namespaces", "list||v1||namespaces||"},
        Case{"GET", "/api/v1/namespaces/a", "get||v1|a|namespaces|a|"},
        Case{"PUT", "/api/v1/namespaces/a/finalize", "update||v1|a|namespaces|a|finalize"},
        Case{"DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection|apps|v1|a|deployments||"},
        Case{"PATCH", "/apis/apps/v1/namespaces/a/deployments/d", "patch|apps|v1|a|deployments|d|"},
        Case{"GET", "/api/v1/pods?fieldSelector=metadata.name%3Dx", "list||v1||pods|x|"},
        Case{"GET", "/apis/apps/v1", "get"}, Case{"POST", "/healthz", "post"}));

TEST(Negotiate, takes_the_first_clause_that_it_can_serve) {
  EXPECT_EQ(negotiate("")->format, Format::kJson);
  EXPECT_EQ(negotiate("*/*")->format, Format::kJson);
  EXPECT_EQ(negotiate("text/html, application/yaml;q=0.5")->format, Format::kYaml);
  EXPECT_EQ(negotiate("application/vnd.kubernetes.protobuf,application/json")->format, Format::kProtobuf);
  EXPECT_EQ(negotiate("application/json;as=Table;v=v1;g=meta.k8s.io,application/json")->shape, Shape::kTable);
  EXPECT_EQ(negotiate("application/json;as=Table;v=v9;g=meta.k8s.io,application/json")->shape, Shape::kObject);
  EXPECT_EQ(negotiate("text/plain").error().code, 406);
}

TEST(ContinueTokens, survive_the_way_there_and_back) {
  const auto token = decode_continue(encode_continue({42, std::string("ns/name\0", 8)}));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->revision, 42);
  EXPECT_EQ(token->start, std::string("ns/name\0", 8));
  EXPECT_FALSE(decode_continue("!!"));
}

}  // namespace
}  // namespace proa::api
