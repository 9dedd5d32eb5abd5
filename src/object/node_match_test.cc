#include "object/node_match.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "object/value.h"

namespace proa::object {
namespace {

Value json(std::string_view text) { return parse_json(text).value(); }

TEST(Tolerations, match_by_effect_key_operator_and_value) {
  const Value taint = json(R"({"key": "a", "value": "1", "effect": "NoSchedule"})");
  const std::pair<const char*, bool> cases[] = {
      {R"({"operator": "Exists"})", true},
      {R"({"operator": "Exists", "effect": "NoSchedule"})", true},
      {R"({"operator": "Exists", "effect": "NoExecute"})", false},
      {R"({"key": "a", "operator": "Exists"})", true},
      {R"({"key": "b", "operator": "Exists"})", false},
      {R"({"key": "a", "value": "1"})", true},
      {R"({"key": "a", "operator": "Equal", "value": "1", "effect": "NoSchedule"})", true},
      {R"({"key": "a", "operator": "Equal", "value": "2"})", false},
      {R"({"key": "a"})", false},
      {R"({"key": "a", "operator": "Lt", "value": "1"})", false},
  };
  for (const auto& [toleration, matches] : cases)
    EXPECT_EQ(toleration_matches(json(toleration), taint), matches) << toleration;
}

TEST(Tolerations, the_first_hard_taint_that_nothing_tolerates_counts) {
  const Value node = json(R"({"spec": {"taints": [{"key": "soft", "effect": "PreferNoSchedule"},
      {"key": "hard", "effect": "NoSchedule"}, {"key": "harder", "effect": "NoExecute"}]}})");
  EXPECT_EQ(untolerated_taint({}, node)["key"].as_string(), "hard");
  EXPECT_EQ(untolerated_taint({}, node, true)["key"].as_string(), "harder");
  const Value one = json(R"([{"key": "hard", "operator": "Exists"}])");
  EXPECT_EQ(untolerated_taint(one, node)["key"].as_string(), "harder");
  const Value all = json(R"([{"operator": "Exists"}])");
  EXPECT_FALSE(untolerated_taint(all, node).exists());
}

TEST(NodeTerms, every_expression_and_field_must_hold) {
  const Value node = json(R"({"metadata": {"name": "n1", "labels": {"zone": "a", "cores": "8", "odd": "x"}}})");
  const std::pair<const char*, bool> cases[] = {
      {R"({})", false},
      {R"({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["b", "a"]}]})", true},
      {R"({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]})", false},
      {R"({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["a"]}]})", true},
      {R"({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]})", true},
      {R"({"matchExpressions": [{"key": "zone", "operator": "Exists"}, {"key": "none", "operator": "Exists"}]})",
       false},
      {R"({"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["7"]}]})", true},
      {R"({"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["8"]}]})", false},
      {R"({"matchExpressions": [{"key": "cores", "operator": "Lt", "values": ["9"]}]})", true},
      {R"({"matchExpressions": [{"key": "odd", "operator": "Gt", "values": ["1"]}]})", false},
      {R"({"matchExpressions": [{"key": "none", "operator": "Lt", "values": ["1"]}]})", false},
      {R"({"matchExpressions": [{"key": "zone", "operator": "Like", "values": ["a"]}]})", false},
      {R"({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]})", true},
      {R"({"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n1"]}]})", false},
      {R"({"matchFields": [{"key": "metadata.uid", "operator": "In", "values": ["n1"]}]})", false},
  };
  for (const auto& [term, matches] : cases) EXPECT_EQ(node_term_matches(json(term), node), matches) << term;
}

TEST(NodeTerms, a_pod_asks_by_its_selector_and_any_of_its_terms) {
  const Value node = json(R"({"metadata": {"name": "n1", "labels": {"zone": "a"}}})");
  EXPECT_TRUE(node_matches(json("{}"), node));
  EXPECT_TRUE(node_matches(json(R"({"nodeSelector": {"zone": "a"}})"), node));
  EXPECT_FALSE(node_matches(json(R"({"nodeSelector": {"zone": "a", "disk": ""}})"), node));
  Value pod = json(R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
      "nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["b"]}]},
                            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}}})");
  EXPECT_TRUE(node_matches(pod, node));
  pod.set("nodeSelector", json(R"({"zone": "b"})"));
  EXPECT_FALSE(node_matches(pod, node)) << "both are asked";
  EXPECT_FALSE(node_matches(json(R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
      "nodeSelectorTerms": []}}}})"),
                            node))
      << "no term, no node";
}

}  // namespace
}  // namespace proa::object
