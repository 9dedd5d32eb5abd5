// What may be said of a pod through its status.
#include "api/api_testing.h"

namespace proa::api {
namespace {

class PodStatus : public ApiTest {
 protected:
  PodStatus() { ask("POST", kPods, pod("p")); }
  Answer say(std::string_view status) {
    return merge(at(kPods, "p") + "/status", R"({"status":{)" + std::string(status) + "}}");
  }
};

TEST_F(PodStatus, is_refused_where_it_can_t_be) {
  struct Case {
    std::string_view status, why;
  };
  constexpr Case kCases[] = {
      {R"("podIPs":[{"ip":"1.2.3.4"},{"ip":"1.2.3.9"}])",
       R"(status.podIPs: Invalid value: [{"IP":"1.2.3.4"},{"IP":"1.2.3.9"}]: may specify no more than one IP for each IP family)"},
      {R"("podIPs":[{"ip":"1.2.3.4"},{"ip":"2001::1"},{"ip":"2001::2"}])",
       R"(status.podIPs: Invalid value: [{"IP":"1.2.3.4"},{"IP":"2001::1"},{"IP":"2001::2"}]: may specify no more than one IP for each IP family)"},
      {R"("podIPs":[{"ip":"01.2.3.4"}])", R"(status.podIPs[0]: Invalid value: "01.2.3.4": must not have leading 0s)"},
      {R"("hostIPs":[{"ip":"1.2.3.5"}])",
       R"(status.hostIPs[0].ip: Invalid value: "1.2.3.5": must be equal to `hostIP`)"},
      {R"("qosClass":"Guaranteed")", R"(status.qosClass: Invalid value: "Guaranteed": field is immutable)"},
      {R"("nominatedNodeName":"bad_")",
       R"(status.nominatedNodeName: Invalid value: "bad_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"},
      {R"("conditions":[{"type":"/x","status":"True"}])",
       R"(status.conditions[0].Type: Invalid value: "/x": prefix part must be non-empty)"},
  };
  for (const Case& c : kCases) {
    const Answer refused = say(c.status);
    EXPECT_EQ(refused.code, 422) << c.status;
    EXPECT_EQ(refused.message(), R"(Pod "p" is invalid: )" + std::string(c.why));
  }
}

TEST_F(PodStatus, takes_one_address_of_each_family) {
  const Answer taken = say(R"("podIP":"1.2.3.4","podIPs":[{"ip":"1.2.3.4"},{"ip":"2001::1"}],"hostIP":"1.2.3.5",
      "hostIPs":[{"ip":"1.2.3.5"},{"ip":"2001::5"}])");
  EXPECT_EQ(taken.code, 200) << taken.text;
  EXPECT_EQ(taken["status"]["podIPs"].size(), 2u);
}

TEST_F(PodStatus, keeps_the_class_that_nobody_names) {
  const Answer kept = ask("PUT", at(kPods, "p") + "/status",
                          R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]},
      "status":{"phase":"Running"}})");
  EXPECT_EQ(kept["status"]["qosClass"].str(), "BestEffort") << kept.text;
  EXPECT_EQ(kept["status"]["phase"].str(), "Running");
}

TEST_F(PodStatus, changes_nothing_else) {
  const Answer answer = merge(at(kPods, "p") + "/status",
                              R"({"spec":{"nodeName":"n"},"status":{"reason":"R"},"metadata":{"labels":{"l":"m"}}})");
  EXPECT_EQ(answer["status"]["reason"].str(), "R");
  EXPECT_FALSE(answer["spec"].has("nodeName"));
}

TEST_F(PodStatus, of_a_bound_pod_nominates_no_node) {
  ask("POST", kPods, R"({"metadata":{"name":"q"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  EXPECT_EQ(
      merge(at(kPods, "q") + "/status", R"({"status":{"nominatedNodeName":"m"}})").message(),
      R"(Pod "q" is invalid: status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a )"
      "node");
  EXPECT_EQ(say(R"("nominatedNodeName":"m")").code, 200);
}

TEST_F(PodStatus, of_an_end_marks_the_row) {
  const auto conditions = [this] {
    return ask("GET", at(kPods, "p"), "", "", "application/json;as=Table;v=v1;g=meta.k8s.io")["rows"]
        .at(0)["conditions"]
        .at(0)["message"]
        .str();
  };
  EXPECT_EQ(conditions(), "");
  say(R"("phase":"Succeeded")");
  EXPECT_EQ(conditions(), "The pod has completed successfully.");
  say(R"("phase":"Failed")");
  EXPECT_EQ(conditions(), "The pod failed.");
}

}  // namespace
}  // namespace proa::api
