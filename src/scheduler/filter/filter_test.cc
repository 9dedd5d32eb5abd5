// Each filter by itself: which pods may go to which nodes, and the words when they may not.
#include "scheduler/filter/filter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduler/test_objects.h"

namespace proa::scheduler::filter {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;
using testing::make_node;
using testing::make_pod;

struct FilterTest : ::testing::Test {
  Cluster cluster;

  const NodeInfo& node(const Value& node) {
    cluster.set_node(Document::freeze(node));
    return *cluster.node(View(node)["metadata"]["name"].as_string());
  }
  void zoned(std::string_view name, std::string_view zone) {
    Value n = make_node(name);
    if (!zone.empty()) n["metadata"]["labels"]["zone"] = zone;
    node(n);
  }
  void running(std::string_view on, std::string_view name, std::string_view labels, std::string_view ns = "default",
               std::string_view affinity = "{}") {
    Value pod = make_pod(name);
    pod["metadata"]["labels"] = json(labels);
    pod["metadata"]["namespace"] = ns;
    pod["spec"]["affinity"] = json(affinity);
    cluster.set_pod(Document::freeze(pod), on);
  }
};

std::string words(const Verdict& verdict) {
  if (!verdict) return "fits";
  std::string text;
  for (const std::string& reason : verdict->reasons) text += (text.empty() ? "" : ", ") + reason;
  return text;
}

struct Toleration {
  const char *what, *taints, *tolerations;
  bool fits;
};

TEST_F(FilterTest, taints_keep_pods_away_that_do_not_tolerate_all_of_them) {
  constexpr const char* kOne = R"([{"key": "k", "value": "v", "effect": "NoSchedule"}])";
  const std::vector<Toleration> cases = {
      {"no taints", "[]", "[]", true},
      {"a mere wish", R"([{"key": "k", "effect": "PreferNoSchedule"}])", "[]", true},
      {"not tolerated", kOne, "[]", false},
      {"equal", kOne, R"([{"key": "k", "operator": "Equal", "value": "v", "effect": "NoSchedule"}])", true},
      {"equal, of any effect", kOne, R"([{"key": "k", "operator": "Equal", "value": "v"}])", true},
      {"another value", kOne, R"([{"key": "k", "operator": "Equal", "value": "w"}])", false},
      {"exists", kOne, R"([{"key": "k", "operator": "Exists"}])", true},
      {"another key", kOne, R"([{"key": "x", "operator": "Exists"}])", false},
      {"everything", kOne, R"([{"operator": "Exists"}])", true},
      {"everything of another effect", kOne, R"([{"operator": "Exists", "effect": "NoExecute"}])", false},
      {"one of two", R"([{"key": "k", "effect": "NoSchedule"}, {"key": "m", "effect": "NoExecute"}])",
       R"([{"key": "k", "operator": "Exists"}])", false},
      {"a toleration for a while is one", R"([{"key": "k", "effect": "NoExecute"}])",
       R"([{"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1}])", true},
  };
  for (const Toleration& c : cases) {
    Value n = make_node("n"), p = make_pod("p");
    n["spec"]["taints"] = json(c.taints);
    p["spec"]["tolerations"] = json(c.tolerations);
    EXPECT_EQ(words(taints(p, node(n))), c.fits ? "fits" : "node(s) had untolerated taint(s)") << c.what;
  }
}

struct Affinity {
  const char *what, *labels, *terms;
  bool fits;
};

TEST_F(FilterTest, node_affinity_holds_when_one_term_holds_in_all_its_parts) {
  const std::vector<Affinity> cases = {
      {"in", R"({"d": "ssd"})", R"([{"matchExpressions": [{"key": "d", "operator": "In", "values": ["hdd", "ssd"]}]}])",
       true},
      {"not among them", R"({"d": "nvme"})",
       R"([{"matchExpressions": [{"key": "d", "operator": "In", "values": ["hdd", "ssd"]}]}])", false},
      {"not in, absent", "{}", R"([{"matchExpressions": [{"key": "d", "operator": "NotIn", "values": ["ssd"]}]}])",
       true},
      {"exists, empty value", R"({"d": ""})", R"([{"matchExpressions": [{"key": "d", "operator": "Exists"}]}])", true},
      {"does not exist", R"({"d": ""})", R"([{"matchExpressions": [{"key": "d", "operator": "DoesNotExist"}]}])",
       false},
      {"greater", R"({"n": "10"})", R"([{"matchExpressions": [{"key": "n", "operator": "Gt", "values": ["9"]}]}])",
       true},
      {"not greater", R"({"n": "9"})", R"([{"matchExpressions": [{"key": "n", "operator": "Gt", "values": ["9"]}]}])",
       false},
      {"less", R"({"n": "-1"})", R"([{"matchExpressions": [{"key": "n", "operator": "Lt", "values": ["0"]}]}])", true},
      {"no number", R"({"n": "x"})", R"([{"matchExpressions": [{"key": "n", "operator": "Lt", "values": ["0"]}]}])",
       false},
      {"one of two expressions", R"({"d": "ssd"})",
       R"([{"matchExpressions": [{"key": "d", "operator": "Exists"}, {"key": "e", "operator": "Exists"}]}])", false},
      {"one of two terms", R"({"d": "ssd"})",
       R"([{"matchExpressions": [{"key": "e", "operator": "Exists"}]},
           {"matchExpressions": [{"key": "d", "operator": "Exists"}]}])",
       true},
      {"an empty term matches nothing", R"({"d": "ssd"})", "[{}]", false},
      {"by name", "{}", R"([{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}])", true},
      {"by another name", "{}",
       R"([{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}]}])", false},
  };
  for (const Affinity& c : cases) {
    Value n = make_node("n"), p = make_pod("p");
    n["metadata"]["labels"] = json(c.labels);
    p["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] =
        json(c.terms);
    EXPECT_EQ(words(node_affinity(p, node(n))), c.fits ? "fits" : "node(s) didn't match Pod's node affinity/selector")
        << c.what;
  }
}

TEST_F(FilterTest, selector_and_affinity_must_both_hold) {
  Value n = make_node("n"), p = make_pod("p");
  n["metadata"]["labels"] = json(R"({"a": "1", "b": "2"})");
  p["spec"]["nodeSelector"] = json(R"({"a": "1"})");
  p["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
      json(R"({"nodeSelectorTerms": [{"matchExpressions": [{"key": "b", "operator": "Exists"}]}]})");
  EXPECT_EQ(words(node_affinity(p, node(n))), "fits");
  p["spec"]["nodeSelector"]["c"] = "";
  EXPECT_NE(words(node_affinity(p, node(n))), "fits") << "an empty value is not an absent label";
}

struct HostPorts {
  const char *what, *used, *wanted;
  bool fits;
};

TEST_F(FilterTest, host_ports_clash_by_number_protocol_and_address) {
  const std::vector<HostPorts> cases = {
      {"the same", R"({"hostPort": 80})", R"({"hostPort": 80})", false},
      {"another number", R"({"hostPort": 80})", R"({"hostPort": 81})", true},
      {"another protocol", R"({"hostPort": 80})", R"({"hostPort": 80, "protocol": "UDP"})", true},
      {"another address", R"({"hostPort": 80, "hostIP": "10.0.0.1"})", R"({"hostPort": 80, "hostIP": "10.0.0.2"})",
       true},
      {"the same address", R"({"hostPort": 80, "hostIP": "10.0.0.1"})", R"({"hostPort": 80, "hostIP": "10.0.0.1"})",
       false},
      {"all addresses hold each", R"({"hostPort": 80})", R"({"hostPort": 80, "hostIP": "10.0.0.2"})", false},
      {"each holds all addresses", R"({"hostPort": 80, "hostIP": "10.0.0.2"})",
       R"({"hostPort": 80, "hostIP": "0.0.0.0"})", false},
      {"no host port", R"({"containerPort": 80})", R"({"hostPort": 80})", true},
  };
  for (const HostPorts& c : cases) {
    cluster = Cluster();
    const NodeInfo& n = node(make_node("n"));
    Value used = make_pod("used"), wanted = make_pod("wanted");
    used["spec"]["containers"].items()[0]["ports"].push_back(json(c.used));
    wanted["spec"]["containers"].items()[0]["ports"].push_back(json(c.wanted));
    cluster.set_pod(Document::freeze(used), "n");
    EXPECT_EQ(words(ports(wanted, n)), c.fits ? "fits" : "node(s) didn't have free ports for the requested pod ports")
        << c.what;
  }
}

struct Fit {
  const char *what, *requests, *words;
  bool preemption_may_help;
};

TEST_F(FilterTest, resources_are_counted_each_and_what_exceeds_the_whole_node_is_hopeless) {
  Value n = make_node("n", "2", "4Gi");
  n["status"]["allocatable"]["ephemeral-storage"] = "10Gi";
  n["status"]["allocatable"]["example.com/gpu"] = "1";
  const NodeInfo& info = node(n);
  Value used = make_pod("used");
  used["spec"]["containers"].items()[0]["resources"]["requests"] =
      json(R"({"cpu": "1500m", "memory": "3Gi", "ephemeral-storage": "8Gi", "example.com/gpu": 1})");
  cluster.set_pod(Document::freeze(used), "n");
  const std::vector<Fit> cases = {
      {"nothing asked", "{}", "fits", false},
      {"what is left", R"({"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "2Gi"})", "fits", false},
      {"a little more", R"({"cpu": "501m"})", "Insufficient cpu", true},
      {"each is told", R"({"cpu": "501m", "memory": "2Gi", "ephemeral-storage": "3Gi", "example.com/gpu": "1"})",
       "Insufficient cpu, Insufficient memory, Insufficient ephemeral-storage, Insufficient example.com/gpu", true},
      {"more than there is", R"({"memory": "5Gi"})", "Insufficient memory", false},
      {"of a kind the node has not", R"({"example.com/fpga": "1"})", "Insufficient example.com/fpga", false},
      {"none of a kind the node has not", R"({"example.com/fpga": "0"})", "fits", false},
  };
  for (const Fit& c : cases) {
    Value p = make_pod("p");
    p["spec"]["containers"].items()[0]["resources"]["requests"] = json(c.requests);
    const Verdict verdict = resources(requests_of(p), info);
    EXPECT_EQ(words(verdict), c.words) << c.what;
    EXPECT_EQ(verdict && verdict->preemption_may_help, c.preemption_may_help) << c.what;
  }
}

TEST_F(FilterTest, a_cordoned_node_takes_those_that_tolerate_it) {
  Value n = make_node("n"), p = make_pod("p");
  n["spec"]["unschedulable"] = true;
  EXPECT_EQ(words(unschedulable(p, node(n))), "node(s) were unschedulable");
  p["spec"]["tolerations"] =
      json(R"([{"key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule"}])");
  EXPECT_EQ(words(unschedulable(p, node(n))), "fits");
}

TEST_F(FilterTest, a_pod_that_names_its_node_goes_nowhere_else) {
  Value p = make_pod("p");
  p["spec"]["nodeName"] = "n";
  EXPECT_EQ(words(node_name(p, node(make_node("n")))), "fits");
  EXPECT_EQ(words(node_name(p, node(make_node("m")))), "node(s) didn't match the requested node name");
}

struct SpreadTest : FilterTest {
  Value pod = make_pod("p");

  SpreadTest() {
    zoned("a1", "a");
    zoned("a2", "a");
    zoned("b1", "b");
    zoned("x", "");
    constrain("{}");
  }
  void constrain(std::string_view more) {
    Value constraint = json(R"({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}}})");
    const Value extra = json(more);
    for (const auto [name, value] : View(extra).members()) constraint.set(name, value.to_value());
    pod["spec"]["topologySpreadConstraints"] = Value::array({std::move(constraint)});
  }
  std::string fitting() const {
    const TopologySpread spread(pod, cluster);
    std::string names;
    for (const NodeInfo* n : cluster.nodes())
      if (!spread.check(*n)) names += (names.empty() ? "" : " ") + std::string(n->name());
    return names;
  }
};

TEST_F(SpreadTest, the_emptiest_domain_sets_the_measure) {
  EXPECT_EQ(fitting(), "a1 a2 b1");
  running("a1", "w1", R"({"app": "web"})");
  EXPECT_EQ(fitting(), "b1");
  running("b1", "w2", R"({"app": "web"})");
  EXPECT_EQ(fitting(), "a1 a2 b1");
  running("a2", "w3", R"({"app": "web"})");
  EXPECT_EQ(fitting(), "b1");
  constrain(R"({"maxSkew": 2})");
  EXPECT_EQ(fitting(), "a1 a2 b1");
}

TEST_F(SpreadTest, only_pods_of_the_namespace_that_match_and_stay_count) {
  running("a1", "other", R"({"app": "db"})");
  running("a1", "foreign", R"({"app": "web"})", "elsewhere");
  Value going = make_pod("going");
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  cluster.set_pod(Document::freeze(going), "a1");
  EXPECT_EQ(fitting(), "a1 a2 b1");
}

TEST_F(SpreadTest, a_pod_that_is_not_of_the_group_may_join_the_fullest_within_the_skew) {
  running("a1", "w1", R"({"app": "web"})");
  pod["metadata"]["labels"]["app"] = "visitor";
  EXPECT_EQ(fitting(), "a1 a2 b1") << "it does not count itself";
}

TEST_F(SpreadTest, fewer_domains_than_asked_for_count_as_empty_ones) {
  running("a1", "w1", R"({"app": "web"})");
  running("b1", "w2", R"({"app": "web"})");
  constrain(R"({"minDomains": 3})");
  EXPECT_EQ(fitting(), "");
  zoned("c1", "c");
  EXPECT_EQ(fitting(), "c1");
}

TEST_F(SpreadTest, nodes_that_the_pod_may_not_use_are_no_domain_unless_told_to_ignore_that) {
  running("a1", "w1", R"({"app": "web"})");
  pod["spec"]["nodeSelector"]["zone"] = "a";
  EXPECT_EQ(fitting(), "a1 a2 b1") << "b is out of the question, so it sets no measure; another filter refuses it";
  constrain(R"({"nodeAffinityPolicy": "Ignore"})");
  EXPECT_EQ(fitting(), "b1");
}

TEST_F(SpreadTest, tainted_nodes_are_domains_unless_taints_are_honoured) {
  Value tainted = make_node("b1");
  tainted["metadata"]["labels"]["zone"] = "b";
  tainted["spec"]["taints"] = json(R"([{"key": "k", "effect": "NoSchedule"}])");
  node(tainted);
  running("a1", "w1", R"({"app": "web"})");
  EXPECT_EQ(fitting(), "b1");
  constrain(R"({"nodeTaintsPolicy": "Honor"})");
  EXPECT_EQ(fitting(), "a1 a2 b1") << "the tainted one sets no measure; another filter refuses it";
}

TEST_F(SpreadTest, keys_of_the_pod_narrow_the_group) {
  running("a1", "old", R"({"app": "web", "version": "1"})");
  pod["metadata"]["labels"]["version"] = "2";
  EXPECT_EQ(fitting(), "b1");
  constrain(R"({"matchLabelKeys": ["version"]})");
  EXPECT_EQ(fitting(), "a1 a2 b1");
}

TEST_F(SpreadTest, says_what_is_wrong_with_a_node) {
  running("a1", "w1", R"({"app": "web"})");
  const TopologySpread spread(pod, cluster);
  EXPECT_EQ(words(spread.check(*cluster.node("a2"))), "node(s) didn't match pod topology spread constraints");
  EXPECT_EQ(words(spread.check(*cluster.node("x"))),
            "node(s) didn't match pod topology spread constraints (missing required label)");
}

struct PodAffinityTest : SpreadTest {
  void want(std::string_view kind, std::string_view more = "{}") {
    Value term = json(R"({"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "db"}}})");
    const Value extra = json(more);
    for (const auto [name, value] : View(extra).members()) term.set(name, value.to_value());
    pod["spec"]["affinity"][object::Key(kind)]["requiredDuringSchedulingIgnoredDuringExecution"] =
        Value::array({std::move(term)});
  }
  std::string near() const {
    const PodAffinity affinity(pod, cluster);
    std::string names;
    for (const NodeInfo* n : cluster.nodes())
      if (!affinity.check(*n)) names += (names.empty() ? "" : " ") + std::string(n->name());
    return names;
  }
};

TEST_F(PodAffinityTest, goes_where_the_other_is_by_domain_not_by_node) {
  want("podAffinity");
  EXPECT_EQ(near(), "") << "nobody to join, and it is not of the group itself";
  running("a1", "d", R"({"app": "db"})");
  EXPECT_EQ(near(), "a1 a2");
}

TEST_F(PodAffinityTest, stays_away_by_domain_and_nodes_without_one_are_free) {
  want("podAntiAffinity");
  running("a1", "d", R"({"app": "db"})");
  EXPECT_EQ(near(), "b1 x");
}

TEST_F(PodAffinityTest, looks_into_its_own_namespace_unless_told_otherwise) {
  running("a1", "d", R"({"app": "db"})", "data");
  cluster.set_namespace("data", Document::freeze(json(R"({"metadata": {"labels": {"team": "blue"}}})")));
  want("podAffinity");
  EXPECT_EQ(near(), "");
  want("podAffinity", R"({"namespaces": ["data"]})");
  EXPECT_EQ(near(), "a1 a2");
  want("podAffinity", R"({"namespaceSelector": {"matchLabels": {"team": "blue"}}})");
  EXPECT_EQ(near(), "a1 a2");
  want("podAffinity", R"({"namespaceSelector": {"matchLabels": {"team": "red"}}})");
  EXPECT_EQ(near(), "");
  want("podAffinity", R"({"namespaceSelector": {}})");
  EXPECT_EQ(near(), "a1 a2") << "an empty selector is every namespace";
}

TEST_F(PodAffinityTest, those_that_run_may_refuse_a_newcomer) {
  running("a1", "d", R"({"app": "db"})", "default", R"({"podAntiAffinity":
      {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone",
       "labelSelector": {"matchLabels": {"app": "web"}}}]}})");
  EXPECT_EQ(near(), "b1 x");
  const PodAffinity affinity(pod, cluster);
  EXPECT_EQ(words(affinity.check(*cluster.node("a2"))), "node(s) didn't satisfy existing pods anti-affinity rules");
  cluster.remove_pod("default/d");
  EXPECT_EQ(near(), "a1 a2 b1 x");
}

}  // namespace
}  // namespace proa::scheduler::filter
