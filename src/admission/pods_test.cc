// What a pod gets on its way in, case by case.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admission/admission_testing.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;
using PodAdmissionTest = AdmissionTest;

TEST_F(PodAdmissionTest, a_token_is_mounted_into_every_container_once) {
  const Value pod = admitted(R"({"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"},{"name":"b"}]}})");
  const View spec = View(pod)["spec"];
  ASSERT_EQ(spec["volumes"].size(), 1u);
  const std::string volume = spec["volumes"].at(0)["name"].str();
  EXPECT_TRUE(volume.starts_with("kube-api-access-"));
  EXPECT_EQ(volume.size(), std::string("kube-api-access-").size() + 5);
  for (const View container : {spec["initContainers"].at(0), spec["containers"].at(0), spec["containers"].at(1)}) {
    ASSERT_EQ(container["volumeMounts"].size(), 1u);
    EXPECT_EQ(container["volumeMounts"].at(0)["name"].str(), volume);
    EXPECT_EQ(container["volumeMounts"].at(0)["mountPath"].str(), "/var/run/secrets/kubernetes.io/serviceaccount");
    EXPECT_TRUE(container["volumeMounts"].at(0)["readOnly"].as_bool());
  }
  const View sources = spec["volumes"].at(0)["projected"]["sources"];
  EXPECT_EQ(sources.at(0)["serviceAccountToken"]["expirationSeconds"].as_int(), 3607);
  EXPECT_EQ(sources.at(1)["configMap"]["name"].str(), "kube-root-ca.crt");
  EXPECT_EQ(sources.at(2)["downwardAPI"]["items"].at(0)["fieldRef"]["fieldPath"].str(), "metadata.namespace");
}

TEST_F(PodAdmissionTest, the_account_has_one_name_under_two_members) {
  world_.put("/serviceaccounts/here/robot", R"({"metadata":{"name":"robot"}})");
  for (const char* spec : {R"({"serviceAccountName":"robot","containers":[{"name":"c"}]})",
                           R"({"serviceAccount":"robot","containers":[{"name":"c"}]})"}) {
    const Value pod = admitted(fmt::format(R"({{"spec":{}}})", spec));
    EXPECT_EQ(View(pod)["spec"]["serviceAccountName"].str(), "robot") << spec;
    EXPECT_EQ(View(pod)["spec"]["serviceAccount"].str(), "robot") << spec;
  }
  EXPECT_EQ(
      refusal(R"({"spec":{"serviceAccountName":"nobody","containers":[{"name":"c"}]}})"),
      R"(pods "x" is forbidden: error looking up service account here/nobody: serviceaccount "nobody" not found)");
}

struct Token {
  const char *what, *account, *pod;
  bool mounted;
};

TEST_F(PodAdmissionTest, the_pod_s_own_word_on_its_token_counts_more_than_the_account_s) {
  const std::vector<Token> cases = {
      {"nobody says", "{}", "{}", true},
      {"the account says no", R"({"automountServiceAccountToken":false})", "{}", false},
      {"the pod says no", "{}", R"({"automountServiceAccountToken":false})", false},
      {"the pod overrules", R"({"automountServiceAccountToken":false})", R"({"automountServiceAccountToken":true})",
       true},
      {"the pod overrules the other way", R"({"automountServiceAccountToken":true})",
       R"({"automountServiceAccountToken":false})", false},
  };
  for (const Token& c : cases) {
    world_.put("/serviceaccounts/here/default", c.account);
    Value pod = Value::object();
    pod["spec"] = *object::parse_json(c.pod);
    pod["spec"]["containers"] = *object::parse_json(R"([{"name":"c"}])");
    EXPECT_EQ(!View(admitted(object::to_json(pod)))["spec"]["volumes"].empty(), c.mounted) << c.what;
  }
}

TEST_F(PodAdmissionTest, own_pull_secrets_are_kept) {
  world_.put("/serviceaccounts/here/default", R"({"imagePullSecrets":[{"name":"account"}]})");
  const Value pod = admitted(R"({"spec":{"imagePullSecrets":[{"name":"own"}],"containers":[{"name":"c"}]}})");
  ASSERT_EQ(View(pod)["spec"]["imagePullSecrets"].size(), 1u);
  EXPECT_EQ(View(pod)["spec"]["imagePullSecrets"].at(0)["name"].str(), "own");
}

struct Tolerations {
  const char *what, *own;
  std::vector<std::string> added;
};

TEST_F(PodAdmissionTest, five_minutes_on_a_lost_node_unless_the_pod_says_otherwise) {
  constexpr const char *kNotReady = "node.kubernetes.io/not-ready", *kUnreachable = "node.kubernetes.io/unreachable";
  const std::vector<Tolerations> cases = {
      {"none", "[]", {kNotReady, kUnreachable}},
      {"everything", R"([{"operator":"Exists"}])", {}},
      {"every effect of one", R"([{"key":"node.kubernetes.io/not-ready","operator":"Exists"}])", {kUnreachable}},
      {"another effect", R"([{"operator":"Exists","effect":"NoSchedule"}])", {kNotReady, kUnreachable}},
      {"another key", R"([{"key":"k","operator":"Exists","effect":"NoExecute"}])", {kNotReady, kUnreachable}},
      {"everything that evicts", R"([{"operator":"Exists","effect":"NoExecute"}])", {}},
  };
  for (const Tolerations& c : cases) {
    const Value pod = admitted(fmt::format(R"({{"spec":{{"containers":[{{"name":"c"}}],"tolerations":{}}}}})", c.own));
    std::vector<std::string> added;
    for (const View t : View(pod)["spec"]["tolerations"].items())
      if (t["tolerationSeconds"].as_int() == 300) added.push_back(t["key"].str());
    EXPECT_EQ(added, c.added) << c.what;
  }
}

struct Priority {
  const char *what, *spec;
  int64_t priority;
  const char* refusal;
};

TEST_F(PodAdmissionTest, priorities_come_from_classes_only) {
  world_.put("scheduling.k8s.io/priorityclasses/high", R"({"metadata":{"name":"high"},"value":1000})");
  world_.put("scheduling.k8s.io/priorityclasses/low", R"({"metadata":{"name":"low"},"value":-5,"globalDefault":true})");
  const std::vector<Priority> cases = {
      {"the default class", "{}", -5, ""},
      {"a class", R"({"priorityClassName":"high"})", 1000, ""},
      {"the class's own number", R"({"priorityClassName":"high","priority":1000})", 1000, ""},
      {"another number", R"({"priorityClassName":"high","priority":5})", 0,
       "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed "
       "1000 "
       "from the given PriorityClass name"},
      {"another policy", R"({"priorityClassName":"high","preemptionPolicy":"Never"})", 0,
       "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller "
       "computed PreemptLowerPriority from the given PriorityClass name"},
      {"no such class", R"({"priorityClassName":"nope"})", 0, "no PriorityClass with name nope was found"},
  };
  for (const Priority& c : cases) {
    Value pod = Value::object();
    pod["spec"] = *object::parse_json(c.spec);
    pod["spec"]["containers"] = Value::array();
    const std::string text = object::to_json(pod);
    if (*c.refusal) {
      EXPECT_EQ(refusal(text), fmt::format("pods \"x\" is forbidden: {}", c.refusal)) << c.what;
    } else {
      EXPECT_EQ(View(admitted(text))["spec"]["priority"].as_int(), c.priority) << c.what;
    }
  }
}

TEST_F(PodAdmissionTest, three_namespaces_are_kept_forever) {
  for (const char* name : {"default", "kube-system", "kube-public"}) {
    Attributes attributes = about("Namespace", Operation::kDelete);
    attributes.name = name;
    attributes.ns = "";
    const auto result = Chain().validate(View(), View(), attributes);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().message,
              fmt::format("namespaces \"{}\" is forbidden: this namespace may not be deleted", name));
  }
  Attributes other = about("Namespace", Operation::kDelete);
  other.name = "kube-node-lease";
  EXPECT_TRUE(Chain().validate(View(), View(), other));
}

TEST_F(PodAdmissionTest, a_namespace_that_goes_says_so_with_a_cause_that_controllers_read) {
  world_.put("/namespaces/here", R"({"metadata":{"name":"here"},"status":{"phase":"Terminating"}})");
  Value map = Value::object();
  const auto result = Chain().mutate(map, View(), about("ConfigMap"));
  ASSERT_FALSE(result);
  EXPECT_EQ(
      result.error().message,
      R"(configmaps "x" is forbidden: unable to create new content in namespace here because it is being terminated)");
  ASSERT_EQ(result.error().details.causes.size(), 1u);
  EXPECT_EQ(result.error().details.causes[0].reason, "NamespaceTerminating");
}

}  // namespace
}  // namespace proa::admission
