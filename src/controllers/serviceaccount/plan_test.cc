#include "controllers/serviceaccount/plan.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::serviceaccount {
namespace {

using testing::document;

constexpr const char* kActive = R"({"metadata": {"name": "team"}, "status": {"phase": "Active"}})";
constexpr const char* kMap = R"({"metadata": {"name": "kube-root-ca.crt", "namespace": "team",
    "annotations": {"kubernetes.io/description": "d"}}, "data": {"ca.crt": "PEM"}})";

struct Case {
  const char *what, *ns;
  bool account;
  const char *map, *pem;
  std::vector<std::string> changes;
};

TEST(NamespaceFurniture, what_is_missing_is_made_and_what_was_altered_mended) {
  const std::vector<Case> cases = {
      {"all missing",
       kActive,
       false,
       "",
       "PEM",
       {"create serviceaccounts default", "create configmaps kube-root-ca.crt"}},
      {"all there", kActive, true, kMap, "PEM", {}},
      {"the account alone", kActive, false, kMap, "PEM", {"create serviceaccounts default"}},
      {"another authority", kActive, true, kMap, "NEW", {"update configmaps kube-root-ca.crt"}},
      {"a key too many",
       kActive,
       true,
       R"({"metadata": {"annotations": {"kubernetes.io/description": "d"}}, "data": {"ca.crt": "PEM", "x": "y"}})",
       "PEM",
       {"update configmaps kube-root-ca.crt"}},
      {"no description",
       kActive,
       true,
       R"({"data": {"ca.crt": "PEM"}})",
       "PEM",
       {"update configmaps kube-root-ca.crt"}},
      {"no authority known", kActive, true, "", "", {}},
      {"a namespace that goes", R"({"metadata": {"name": "team", "deletionTimestamp": "t"}})", false, "", "PEM", {}},
      {"one that is said to go",
       R"({"metadata": {"name": "team"}, "status": {"phase": "Terminating"}})",
       false,
       "",
       "PEM",
       {}},
      {"one without a phase yet",
       R"({"metadata": {"name": "team"}})",
       true,
       "",
       "PEM",
       {"create configmaps kube-root-ca.crt"}},
  };
  for (const Case& c : cases) {
    std::vector<std::string> found;
    const Known known{document(c.ns), c.account, *c.map ? document(c.map) : object::Document(), c.pem};
    for (const Change& change : make_plan(known)) {
      EXPECT_EQ(change.ns, "team");
      found.push_back((change.what == Change::What::kCreate ? "create " : "update ") +
                      std::string(change.resource.name) + " " + change.name);
    }
    EXPECT_EQ(found, c.changes) << c.what;
  }
}

}  // namespace
}  // namespace proa::controllers::serviceaccount
