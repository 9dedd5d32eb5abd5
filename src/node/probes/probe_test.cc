#include "node/probes/probe.h"

#include <gmock/gmock.h>

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using runtime::kSecond;
using testing::ElementsAre;
using testing::Pair;

const std::string kContainer =
    R"({"name":"web","ports":[{"name":"http","containerPort":8080},{"name":"8081","containerPort":9}]})";

TEST(ProbePort, is_a_number_or_a_name_of_the_containers) {
  const std::pair<const char*, int> cases[] = {{"80", 80}, {R"("http")", 8080}, {R"("443")", 443}, {R"("8081")", 9}};
  for (const auto& [port, number] : cases) EXPECT_EQ(*resolve_port(json(port), json(kContainer)), number) << port;
  for (const char* wrong : {R"("https")", R"("")", R"("80x")", R"("99999999999999999999")", R"("70000")", R"("0")"})
    EXPECT_FALSE(resolve_port(json(wrong), json(kContainer))) << wrong;
}

Result<HttpRequest> request(const std::string& get, const char* agent = "probe") {
  return http_request(json(get), json(kContainer), "10.0.0.9", agent);
}

TEST(ProbeRequest, has_the_kubelets_defaults) {
  const auto out = request(R"({"port":"http"})");
  ASSERT_TRUE(out);
  EXPECT_FALSE(out->tls);
  EXPECT_EQ(out->host, "10.0.0.9");
  EXPECT_EQ(out->port, 8080);
  EXPECT_EQ(out->path, "/");
  EXPECT_THAT(out->headers, ElementsAre(Pair("User-Agent", "kube-probe/1.36"), Pair("Accept", "*/*")));
  EXPECT_EQ(request(R"({"port":1})", "lifecycle")->headers[0].second, "kube-lifecycle/1.36");
}

TEST(ProbeRequest, takes_what_its_author_says) {
  const auto out = request(R"({"port":1,"host":"example.org","scheme":"HTTPS","path":"ready?x=1","httpHeaders":[
    {"name":"Host","value":"virtual"},{"name":"user-agent","value":"mine"},{"name":"X-Twice","value":"a"},
    {"name":"X-Twice","value":"b"},{"name":"Accept","value":"text/plain"}]})");
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->tls);
  EXPECT_EQ(out->host, "example.org");
  EXPECT_EQ(out->path, "/ready?x=1");
  EXPECT_THAT(out->headers, ElementsAre(Pair("Host", "virtual"), Pair("user-agent", "mine"), Pair("X-Twice", "a"),
                                        Pair("X-Twice", "b"), Pair("Accept", "text/plain")));
}

TEST(ProbeRequest, leaves_out_an_agent_and_accept_that_are_given_empty) {
  const auto out =
      request(R"({"port":1,"httpHeaders":[{"name":"User-Agent"},{"name":"Accept","value":""},{"name":"X"}]})");
  ASSERT_TRUE(out);
  EXPECT_THAT(out->headers, ElementsAre(Pair("X", "")));
}

TEST(ProbeRequest, needs_a_port_that_is_there) {
  EXPECT_EQ(request(R"({"port":"none"})").error().message, "couldn't find port: none in container web");
}

TEST(Redirect, stays_on_the_host_or_is_none) {
  struct Case {
    const char* location;
    const char* url;  // empty: not followed
  };
  const Case cases[] = {
      {"/login", "http://10.0.0.9:8080/login"},
      {"login", "http://10.0.0.9:8080/a/login"},
      {"?again=1", "http://10.0.0.9:8080/a/b?again=1"},
      {"/x#part", "http://10.0.0.9:8080/x"},
      {"http://10.0.0.9/", "http://10.0.0.9:80/"},
      {"https://10.0.0.9/x", "https://10.0.0.9:443/x"},
      {"https://10.0.0.9:8443", "https://10.0.0.9:8443/"},
      {"http://10.0.0.9:1?q", "http://10.0.0.9:1/?q"},
      {"//10.0.0.9:7/y", "http://10.0.0.9:7/y"},
      {"http://user:word@10.0.0.9:7/y", "http://10.0.0.9:7/y"},
      {"/to?u=http://elsewhere/", "http://10.0.0.9:8080/to?u=http://elsewhere/"},
      {"http://10.0.0.90/", ""},
      {"//other/", ""},
      {"ftp://10.0.0.9/", ""},
      {"http://10.0.0.9:no/", ""},
      {"http://10.0.0.9:99999/", ""},
      {"#part", ""},
      {"", ""},
  };
  const HttpRequest from{.host = "10.0.0.9", .port = 8080, .path = "/a/b?c=d/e"};
  for (const Case& each : cases) {
    const auto to = redirected(from, each.location);
    EXPECT_EQ(to ? fmt::format("{}://{}:{}{}", to->tls ? "https" : "http", to->host, to->port, to->path) : "", each.url)
        << each.location;
  }
}

TEST(Redirect, keeps_the_host_header_only_where_the_location_names_no_host) {
  const HttpRequest from{.host = "10.0.0.9", .headers = {{"Host", "virtual"}, {"X", "y"}}};
  EXPECT_THAT(redirected(from, "/x")->headers, ElementsAre(Pair("Host", "virtual"), Pair("X", "y")));
  EXPECT_THAT(redirected(from, "http://10.0.0.9/x")->headers, ElementsAre(Pair("X", "y")));
  EXPECT_EQ(redirected({.host = "::1"}, "http://[::1]:80/x")->host, "::1");
}

TEST(ProbeTimes, have_defaults_and_lower_bounds) {
  const ProbeTiming usual = probe_timing(json("{}"));
  EXPECT_EQ(usual.initial_delay, 0);
  EXPECT_EQ(usual.period, 10 * kSecond);
  EXPECT_EQ(usual.timeout, kSecond);
  EXPECT_EQ(usual.success_threshold, 1);
  EXPECT_EQ(usual.failure_threshold, 3);
  const ProbeTiming odd = probe_timing(json(R"({"initialDelaySeconds":-1,"periodSeconds":0,"timeoutSeconds":0})"));
  EXPECT_EQ(odd.initial_delay, 0);
  EXPECT_EQ(odd.period, kSecond);
  EXPECT_EQ(odd.timeout, kSecond);
}

TEST(Thresholds, ask_for_so_many_results_in_a_row) {
  Thresholds thresholds(2, 3);
  std::string verdicts;  // + and - where a result brings one about
  for (const char result : std::string("+-+--+---++-++")) {
    const auto verdict = thresholds.count(result == '+');
    verdicts += !verdict ? '.' : *verdict ? '+' : '-';
  }
  EXPECT_EQ(verdicts, "........-.+..+");
}

}  // namespace
}  // namespace proa::node
