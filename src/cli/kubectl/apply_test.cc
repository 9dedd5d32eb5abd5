// kubectl apply: what it sends for what is there already.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kMap = "/api/v1/namespaces/team/configmaps/m";

class ApplyTest : public ClusterTest {
 protected:
  ApplyTest() {
    file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: \"1\"}\n");
    file("two.yaml",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n---\n"
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o}\n");
  }
};

TEST_F(ApplyTest, what_is_missing_is_created_with_its_last_applied_text) {
  says("apply -f @/m.yaml", "configmap/m created\n");
  asked(
      R"(GET /api/v1/namespaces/team/configmaps/m
POST /api/v1/namespaces/team/configmaps?fieldManager=kubectl-client-side-apply&fieldValidation=Strict )"
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"team","annotations":)"
      R"({"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"v1\",\"data\":{\"a\":\"1\"},)"
      R"(\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"name\":\"m\",\"namespace\":\"team\"}}\n"}},)"
      R"("data":{"a":"1"}}
)");
}

TEST_F(ApplyTest, the_same_again_changes_nothing_and_sends_nothing) {
  says("apply -f @/m.yaml", "configmap/m created\n");
  server_.requests();
  says("apply -f @/m.yaml", "configmap/m unchanged\n");
  asked("GET /api/v1/namespaces/team/configmaps/m\n");
}

TEST_F(ApplyTest, members_that_the_file_lost_are_taken_away_and_others_kept) {
  says("apply -f @/m.yaml", "configmap/m created\n");
  says("patch cm m --type=merge -p {\"data\":{\"theirs\":\"x\"}}", "configmap/m patched\n");
  file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {b: \"2\"}\n");
  server_.requests();
  says("apply -f @/m.yaml", "configmap/m configured\n");
  const std::string requests = server_.requests();
  EXPECT_NE(requests.find(R"({"data":{"a":null,"b":"2"},"metadata":{"annotations":)"), std::string::npos) << requests;
  says("get cm m -o jsonpath={.data}", R"({"b":"2","theirs":"x"})");
}

TEST_F(ApplyTest, what_others_made_is_adopted_with_a_warning) {
  server_.has("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: team}\ndata: {a: \"1\"}\n");
  const Outcome outcome = run("apply -f @/m.yaml");
  EXPECT_EQ(outcome.out, "configmap/m configured\n");
  EXPECT_EQ(
      outcome.err,
      "Warning: resource configmaps/m is missing the kubectl.kubernetes.io/last-applied-configuration annotation "
      "which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by "
      "either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n");
}

TEST_F(ApplyTest, a_conflict_is_tried_again_on_what_is_there_then) {
  says("apply -f @/m.yaml", "configmap/m created\n");
  file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: \"2\"}\n");
  server_.refuses("PATCH " + std::string(kMap), 409, "Conflict", "has been modified");
  says("apply -f @/m.yaml", "configmap/m configured\n");
  says("get cm m -o jsonpath={.data.a}", "2");
}

TEST_F(ApplyTest, a_refused_patch_is_shown_with_the_object_it_was_for) {
  says("apply -f @/m.yaml", "configmap/m created\n");
  file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, labels: {x: y}}\ndata: {a: \"1\"}\n");
  server_.refuses("PATCH " + std::string(kMap), 403, "Forbidden", "not you");
  const Outcome outcome = run("apply -f @/m.yaml");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.err.starts_with("Error from server (Forbidden): error when applying patch:\n{\"metadata\":"));
  EXPECT_TRUE(outcome.err.ends_with(R"(
to:
Resource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"
Name: "m", Namespace: "team"
for: "@/m.yaml": error when patching "@/m.yaml": not you
)")) << outcome.err;
}

TEST_F(ApplyTest, a_dry_run_says_so) {
  says("apply -f @/m.yaml --dry-run=client", "configmap/m created (dry run)\n");
  asked("GET /api/v1/namespaces/team/configmaps/m\n");
  says("apply -f @/m.yaml --dry-run=server", "configmap/m created (server dry run)\n");
  EXPECT_NE(server_.requests().find("?dryRun=All&"), std::string::npos);
}

TEST_F(ApplyTest, several_objects_are_shown_as_one_list_and_only_if_all_went_well) {
  says("apply -f @/two.yaml -o jsonpath={.kind}={.items[*].metadata.name}", "List=m o");
  says("apply -f @/two.yaml -o name", "configmap/m\nconfigmap/o\n");
  says("apply -f @/m.yaml -o jsonpath={.kind}", "ConfigMap");
  server_.refuses("GET " + std::string(kMap), 403, "Forbidden", "not you");
  EXPECT_EQ(run("apply -f @/two.yaml -o yaml").out, "");
}

TEST_F(ApplyTest, on_the_server_the_manifest_is_sent_as_it_is) {
  server_.has("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: team}\n");
  says("apply -f @/m.yaml --server-side", "configmap/m serverside-applied\n");
  asked(R"(PATCH /api/v1/namespaces/team/configmaps/m?fieldManager=kubectl&fieldValidation=Strict&force=false )"
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"team"},"data":{"a":"1"}}
)");
  says("apply -f @/m.yaml --server-side --force-conflicts --field-manager=me", "configmap/m serverside-applied\n");
  EXPECT_NE(server_.requests().find("fieldManager=me&fieldValidation=Strict&force=true"), std::string::npos);
}

TEST_F(ApplyTest, conflicts_of_managers_are_explained) {
  server_.refuses("PATCH " + std::string(kMap), 409, "Conflict",
                  "Apply failed with 1 conflict: conflict with \"x\": .data.a");
  complains("apply -f @/m.yaml --server-side", R"(error: Apply failed with 1 conflict: conflict with "x": .data.a
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
)");
}

TEST_F(ApplyTest, an_object_without_a_name_is_not_looked_for) {
  file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n");
  complains("apply -f @/m.yaml", R"(error: error when retrieving current configuration of:
Resource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"
Name: "", Namespace: "team"
from server for: "@/m.yaml": resource name may not be empty
)");
  file("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n");
  complains("apply -f @/m.yaml", "error: from x-: cannot use generate name with apply\n");
  asked("");
}

TEST_F(ApplyTest, wrong_uses_are_told_before_anything_is_sent) {
  each_is_refused_unasked({
      {"apply", "error: must specify one of -f and -k\n"},
      {"apply -f @/m.yaml --force-conflicts", "error: --force-conflicts only works with --server-side\n"},
      {"apply -f @/m.yaml --force --server-side", "error: --force cannot be used with --server-side\n"},
      {"apply -f @/m.yaml --force --dry-run=server", "error: --dry-run=server cannot be used with --force\n"},
      {"apply -f @/m.yaml --server-side --dry-run=client",
       "error: --dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)\n"},
      {"apply -f @/m.yaml x", "error: Unexpected args: [x]\nSee 'kubectl apply -h' for help and examples\n"},
  });
}

}  // namespace
}  // namespace proa::cli::kubectl
