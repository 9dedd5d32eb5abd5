#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admission/admission_testing.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;

struct LimitRangerTest : AdmissionTest {
  void range(std::string_view limits) {
    world_.put("/limitranges/here/l", fmt::format(R"({{"spec":{{"limits":[{}]}}}})", limits));
  }
  std::string claim_refusal(std::string_view storage) {
    Value claim =
        *object::parse_json(fmt::format(R"({{"spec":{{"resources":{{"requests":{{"storage":"{}"}}}}}}}})", storage));
    const auto result = Chain().validate(claim, View(), about("PersistentVolumeClaim"));
    return result ? "" : result.error().message;
  }
  static std::string pod(std::string_view requests, std::string_view limits) {
    return fmt::format(R"({{"spec":{{"containers":[{{"name":"c","resources":{{"requests":{},"limits":{}}}}}]}}}})",
                       requests, limits);
  }
};

struct Case {
  const char *what, *limit, *requests, *limits, *why;  // why: what stands after `is forbidden: `, empty: admitted
};

TEST_F(LimitRangerTest, containers_are_held_to_least_most_and_ratio) {
  const std::vector<Case> cases = {
      {"within", R"({"type":"Container","min":{"cpu":"100m"},"max":{"cpu":"1"}})", R"({"cpu":"100m"})",
       R"({"cpu":"1"})", ""},
      {"too little", R"({"type":"Container","min":{"cpu":"100m"}})", R"({"cpu":"50m"})", "{}",
       "minimum cpu usage per Container is 100m, but request is 50m"},
      {"no request", R"({"type":"Container","min":{"cpu":"100m"}})", "{}", "{}",
       "minimum cpu usage per Container is 100m.  No request is specified"},
      {"too much", R"({"type":"Container","max":{"memory":"1Gi"}})", "{}", R"({"memory":"2Gi"})",
       "maximum memory usage per Container is 1Gi, but limit is 2Gi"},
      {"no limit", R"({"type":"Container","max":{"memory":"1Gi"}})", R"({"memory":"1Gi"})", "{}",
       "maximum memory usage per Container is 1Gi.  No limit is specified"},
      {"several", R"({"type":"Container","min":{"cpu":"1"},"max":{"memory":"1Gi"}})", R"({"cpu":"500m"})",
       R"({"memory":"2Gi"})",
       "[minimum cpu usage per Container is 1, but request is 500m, maximum memory usage per Container is 1Gi, but "
       "limit "
       "is 2Gi]"},
      {"a ratio kept", R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})", R"({"cpu":"500m"})",
       R"({"cpu":"1"})", ""},
      {"a ratio broken", R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})", R"({"cpu":"250m"})",
       R"({"cpu":"1"})", "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000"},
      {"a ratio of nothing", R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})", "{}", R"({"cpu":"1"})",
       "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0"},
      {"of another kind", R"({"type":"PersistentVolumeClaim","max":{"storage":"1Gi"}})", "{}", "{}", ""},
  };
  for (const Case& c : cases) {
    range(c.limit);
    EXPECT_EQ(refusal(pod(c.requests, c.limits)), *c.why ? fmt::format("pods \"x\" is forbidden: {}", c.why) : "")
        << c.what;
  }
}

TEST_F(LimitRangerTest, init_containers_are_containers) {
  range(R"({"type":"Container","max":{"cpu":"1"}})");
  EXPECT_EQ(refusal(R"({"spec":{"initContainers":[{"name":"i","resources":{"limits":{"cpu":"2"}}}],
                        "containers":[{"name":"c","resources":{"limits":{"cpu":"1"}}}]}})"),
            R"(pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2)");
}

TEST_F(LimitRangerTest, a_pod_is_the_sum_of_its_containers_or_its_greediest_init_container) {
  range(R"({"type":"Pod","max":{"cpu":"2"}})");
  const auto two = [&](std::string_view init, std::string_view a, std::string_view b) {
    return refusal(fmt::format(R"({{"spec":{{"initContainers":[{{"name":"i","resources":{{"limits":{{"cpu":"{}"}}}}}}],
        "containers":[{{"name":"a","resources":{{"limits":{{"cpu":"{}"}}}}}},
                      {{"name":"b","resources":{{"limits":{{"cpu":"{}"}}}}}}]}}}})",
                               init, a, b));
  };
  EXPECT_EQ(two("2", "1", "1"), "");
  EXPECT_EQ(two("1", "1500m", "1"), R"(pods "x" is forbidden: maximum cpu usage per Pod is 2, but limit is 2500m)");
  EXPECT_EQ(two("3", "1", "1"), R"(pods "x" is forbidden: maximum cpu usage per Pod is 2, but limit is 3)");
}

TEST_F(LimitRangerTest, claims_are_held_to_their_size) {
  range(R"({"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"10Gi"}})");
  EXPECT_EQ(claim_refusal("5Gi"), "");
  EXPECT_EQ(claim_refusal("20Gi"), R"(persistentvolumeclaims "x" is forbidden: maximum storage usage per )"
                                   "PersistentVolumeClaim is 10Gi, but request is 20Gi");
  EXPECT_EQ(claim_refusal("100Mi"), R"(persistentvolumeclaims "x" is forbidden: minimum storage usage per )"
                                    "PersistentVolumeClaim is 1Gi, but request is 100Mi");
}

TEST_F(LimitRangerTest, what_was_filled_in_is_told) {
  range(R"({"type":"Container","default":{"cpu":"1","memory":"1Gi"},"defaultRequest":{"cpu":"500m"}})");
  const Value pod = admitted(R"({"spec":{"initContainers":[{"name":"i"}],
      "containers":[{"name":"c","resources":{"limits":{"cpu":"2"}}}]}})");
  EXPECT_EQ(View(pod)["metadata"]["annotations"]["kubernetes.io/limit-ranger"].as_string(),
            "LimitRanger plugin set: cpu request for container c; memory limit for container c; cpu request for init "
            "container i; cpu, memory limit for init container i");
  const View container = View(pod)["spec"]["containers"].at(0);
  EXPECT_EQ(container["resources"]["limits"]["cpu"].as_string(), "2");
  EXPECT_EQ(container["resources"]["requests"]["cpu"].as_string(), "500m");
  const Value full = admitted(R"({"spec":{"containers":[{"name":"c","resources":{
      "limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1"}}}]}})");
  EXPECT_FALSE(View(full)["metadata"].has("annotations"));
}

}  // namespace
}  // namespace proa::admission
