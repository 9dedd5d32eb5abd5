// Kinds that are not built in: what words mean is asked of the server, in both of discovery's forms.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kThings = "/apis/x.io/v1/namespaces/team/things";
constexpr const char* kAggregated = R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"x.io"},"versions":[
  {"version":"v1","resources":[{"resource":"things","responseKind":{"kind":"Thing"},"scope":"Namespaced",
    "singularResource":"thing","shortNames":["th"],"verbs":["get","list"],"categories":["all","mine"]}]},
  {"version":"v1alpha1","resources":[{"resource":"things","responseKind":{"kind":"Thing"},"scope":"Namespaced",
    "singularResource":"thing","verbs":["get"]}]}]}]})";
constexpr const char* kNone = R"({"kind":"APIGroupDiscoveryList","items":[]})";

class MappingTest : public ClusterTest {
 protected:
  void aggregated() {
    server_.answers("GET /api", 200, kNone);
    server_.answers("GET /apis", 200, kAggregated);
  }
  void plain() {
    server_.answers("GET /api", 200, R"({"kind":"APIVersions","versions":["v1"]})");
    server_.answers("GET /api/v1", 200,
                    R"({"resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod"}]})");
    server_.answers("GET /apis", 200, R"({"groups":[{"name":"x.io","preferredVersion":{"groupVersion":"x.io/v1"}}]})");
    server_.answers("GET /apis/x.io/v1", 200, R"({"resources":[
      {"name":"things/status","singularName":"","namespaced":true,"kind":"Thing"},
      {"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","shortNames":["th"]}]})");
  }
  void thing() {
    server_.answers("GET " + std::string(kThings) + "/t", 200,
                    R"({"apiVersion":"x.io/v1","kind":"Thing","metadata":{"name":"t","namespace":"team"}})");
  }
};

TEST_F(MappingTest, each_form_of_discovery_knows_a_kind_by_all_its_names) {
  for (const char* word : {"things", "thing", "th", "Thing", "things.x.io", "things.v1.x.io", "th.x.io"})
    for (const bool whole : {true, false}) {
      whole ? aggregated() : plain();
      thing();
      says(fmt::format("get {} t -o name", word), "thing.x.io/t\n");
      // What this round did not ask for does not wait for the next.
      server_.requests();
    }
}

TEST_F(MappingTest, built_in_kinds_are_known_without_asking) {
  complains("get deploy none", "Error from server (NotFound): deployments.apps \"none\" not found\n");
  asked("GET /apis/apps/v1/namespaces/team/deployments/none\n");
}

TEST_F(MappingTest, words_that_mean_nothing_are_told) {
  aggregated();
  complains("get nothing", "error: the server doesn't have a resource type \"nothing\"\n");
  aggregated();
  complains("get things.other.io t", "error: the server doesn't have a resource type \"things\"\n");
}

TEST_F(MappingTest, a_kind_that_nobody_serves_is_told_with_its_file) {
  file("a.yaml", "apiVersion: y.io/v1\nkind: Other\nmetadata: {name: a}\n");
  aggregated();
  complains("create -f @/a.yaml",
            "error: resource mapping not found for name: \"a\" namespace: \"\" from \"@/a.yaml\": no matches for kind "
            "\"Other\" in version \"y.io/v1\"\nensure CRDs are installed first\n");
}

TEST_F(MappingTest, objects_of_kinds_that_are_not_built_in_are_patched_by_members) {
  file("t.yaml", "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t, annotations: {a: b}}\nspec: {list: [1]}\n");
  aggregated();
  thing();
  server_.answers("PATCH " + std::string(kThings) + "/t", 200,
                  R"({"apiVersion":"x.io/v1","kind":"Thing","metadata":{"name":"t","namespace":"team"}})");
  EXPECT_EQ(run("apply -f @/t.yaml").out, "thing.x.io/t configured\n");
  EXPECT_NE(server_.requests().find(R"("spec":{"list":[1]}})"), std::string::npos);
}

TEST_F(MappingTest, api_resources_lists_what_can_be_done_with) {
  aggregated();
  says("api-resources",
       "NAME     SHORTNAMES   APIVERSION   NAMESPACED   KIND\nthings   th           x.io/v1      true         Thing\n");
  aggregated();
  says("api-resources -o name", "things.x.io\n");
  aggregated();
  says("api-resources --no-headers --verbs=get,list --categories=mine", "things   th    x.io/v1   true   Thing\n");
  aggregated();
  says("api-resources -o name --verbs=delete", "");
  aggregated();
  says("api-resources -o name --namespaced=false", "");
  aggregated();
  says("api-resources -o name --api-group=other", "");
}

}  // namespace
}  // namespace proa::cli::kubectl
