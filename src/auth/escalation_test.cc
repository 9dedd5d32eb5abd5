#include "auth/escalation.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::auth {
namespace {

using object::Document;
using object::Value;
using object::View;

/// One user, one role: held in the whole cluster or in one namespace.
class Held final : public RbacLookup {
 public:
  explicit Held(std::string_view rules, std::string ns = "")
      : role_(Document::freeze(*object::parse_json("{\"rules\":" + std::string(rules) + "}"))), ns_(std::move(ns)) {}
  void cluster_role_bindings(const Visit& visit) const override {
    if (ns_.empty()) (void)visit(View(binding_));
  }
  void role_bindings(std::string_view in, const Visit& visit) const override {
    if (!ns_.empty() && in == ns_) (void)visit(View(binding_));
  }
  Document cluster_role(std::string_view) const override { return role_; }
  Document role(std::string_view, std::string_view) const override { return {}; }

 private:
  const Value binding_ = *object::parse_json(
      R"({"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"jane"}]})");
  const Document role_;
  const std::string ns_;
};

const User kJane{.name = "jane", .uid = {}, .groups = {"devs", "system:authenticated"}, .extra = {}};

struct Case {
  const char *what, *held, *wanted;
  std::vector<std::string> missing;
};

TEST(Escalation, only_what_is_held_may_be_given) {
  constexpr const char* kReadPods = R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}])";
  const std::vector<Case> cases = {
      {"the same", kReadPods, kReadPods, {}},
      {"nothing", kReadPods, "[]", {}},
      {"less", kReadPods, R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}])", {}},
      {"one object of them",
       kReadPods,
       R"([{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],"verbs":["get"]}])",
       {}},
      {"more verbs",
       kReadPods,
       R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get","delete","create"]}])",
       {R"({APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]})"}},
      {"all verbs",
       kReadPods,
       R"([{"apiGroups":[""],"resources":["pods"],"verbs":["*"]}])",
       {R"({APIGroups:[""], Resources:["pods"], Verbs:["*"]})"}},
      {"another resource and group",
       kReadPods,
       R"([{"apiGroups":["apps","batch"],"resources":["pods"],"verbs":["get"]}])",
       {R"({APIGroups:["apps"], Resources:["pods"], Verbs:["get"]})",
        R"({APIGroups:["batch"], Resources:["pods"], Verbs:["get"]})"}},
      {"a subresource is not the resource",
       kReadPods,
       R"([{"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}])",
       {R"({APIGroups:[""], Resources:["pods/log"], Verbs:["get"]})"}},
      {"that subresource of all",
       R"([{"apiGroups":["*"],"resources":["*/scale"],"verbs":["get"]}])",
       R"([{"apiGroups":["apps"],"resources":["deployments/scale"],"verbs":["get"]}])",
       {}},
      {"everything",
       R"([{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}])",
       R"([{"apiGroups":["x"],"resources":["y/z"],"resourceNames":["n"],"verbs":["fly"]}])",
       {}},
      {"one object's rule does not give all",
       R"([{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],
        "verbs":["get"]}])",
       R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}])",
       {R"({APIGroups:[""], Resources:["pods"], Verbs:["get"]})"}},
      {"another object",
       R"([{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],"verbs":["get"]}])",
       R"([{"apiGroups":[""],"resources":["pods"],"resourceNames":["a","b"],"verbs":["get"]}])",
       {R"({APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]})"}},
      {"paths below",
       R"([{"nonResourceURLs":["/logs/*"],"verbs":["get"]}])",
       R"([{"nonResourceURLs":["/logs/a","/metrics"],"verbs":["get"]}])",
       {R"({NonResourceURLs:["/metrics"], Verbs:["get"]})"}},
      {"from two rules together",
       R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get"]},{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}])",
       kReadPods,
       {}},
  };
  for (const Case& c : cases) {
    const Held lookup(c.held);
    EXPECT_EQ(rules_not_held(lookup, kJane, "here", *object::parse_json(c.wanted)), c.missing) << c.what;
  }
}

TEST(Escalation, what_is_held_in_one_namespace_is_not_held_elsewhere) {
  const Value rules = *object::parse_json(R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}])");
  const Held lookup(object::to_json(rules), "here");
  EXPECT_TRUE(rules_not_held(lookup, kJane, "here", rules).empty());
  EXPECT_EQ(rules_not_held(lookup, kJane, "there", rules).size(), 1u);
  EXPECT_EQ(rules_not_held(lookup, kJane, "", rules).size(), 1u);
}

TEST(Escalation, the_refusal_names_who_and_what) {
  EXPECT_EQ(escalation_text(kJane, {"{a}", "{b}"}),
            "user \"jane\" (groups=[\"devs\" \"system:authenticated\"]) is attempting to grant RBAC permissions not "
            "currently held:\n{a}\n{b}");
}

}  // namespace
}  // namespace proa::auth
