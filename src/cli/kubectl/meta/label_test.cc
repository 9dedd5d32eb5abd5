// kubectl label, annotate and patch: what is sent, and how a change is told from none.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kService = "/api/v1/namespaces/team/services/web";

class LabelTest : public ClusterTest {
 protected:
  LabelTest() {
    server_.has(R"(apiVersion: v1
kind: Service
metadata: {name: web, namespace: team, labels: {app: web}, annotations: {note: hello}}
---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: team}
)");
    file("web.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
  }
};

TEST_F(LabelTest, words_follow_from_the_change) {
  each_says({
      {"label svc web x=y", "service/web labeled\n"},
      {"label svc web x=y", "service/web not labeled\n"},
      {"label svc web x=z --overwrite", "service/web labeled\n"},
      {"label svc web x-", "service/web unlabeled\n"},
      {"label svc web x-", "label \"x\" not found.\nservice/web not labeled\n"},
      {"label svc web x- y=1", "label \"x\" not found.\nservice/web labeled\n"},
      {"label svc bare x-", "label \"x\" not found.\nservice/bare labeled\n"},
      {"label svc web bare a=1", "service/web labeled\nservice/bare labeled\n"},
      {"label svc -l a=1 a-", "service/bare unlabeled\nservice/web unlabeled\n"},
      {"label svc web d=1 --dry-run=client", "service/web labeled (dry run)\n"},
      {"label svc web d=1 --dry-run=server", "service/web labeled (server dry run)\n"},
      {"label svc web d=1 -o name", "service/web\n"},
      {"label svc bare --list", ""},
      {"annotate svc web k=v", "service/web annotated\n"},
      {"annotate svc web k=v", "service/web annotated\n"},
      {"annotate svc web k-", "service/web annotated\n"},
      {"annotate svc web none-", "service/web annotated\n"},
      {"annotate svc web k=a=b", "service/web annotated\n"},
      {"annotate svc web --list", "k=a=b\nnote=hello\n"},
  });
}

TEST_F(LabelTest, the_difference_is_sent_as_a_merge_patch) {
  says("label svc web app- x=y", "service/web unlabeled\n");  // upstream compares lengths
  says("annotate svc web note=bye --overwrite", "service/web annotated\n");
  asked(R"(GET /api/v1/namespaces/team/services/web
PATCH /api/v1/namespaces/team/services/web?fieldManager=kubectl-label {"metadata":{"labels":{"app":null,"x":"y"}}}
GET /api/v1/namespaces/team/services/web
PATCH /api/v1/namespaces/team/services/web?fieldManager=kubectl-annotate {"metadata":{"annotations":{"note":"bye"}}}
)");
}

TEST_F(LabelTest, what_is_there_is_not_overwritten_unasked) {
  complains("label svc web app=db", "error: 'app' already has a value (web), and --overwrite is false\n");
  complains("annotate svc web note=x",
            "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value "
            "(hello)\n");
}

TEST_F(LabelTest, a_version_that_is_asked_for_goes_along) {
  server_.refuses("PATCH " + std::string(kService), 409, "Conflict", "has been modified");
  complains("label svc web x=y --resource-version=1", "Error from server (Conflict): has been modified\n");
  EXPECT_NE(server_.requests().find(R"({"metadata":{"labels":{"x":"y"},"resourceVersion":"1"}})"), std::string::npos);
}

TEST_F(LabelTest, wrong_uses_are_told_before_anything_is_sent) {
  each_is_refused_unasked({
      {"label svc web", "error: at least one label update is required\n"},
      {"label svc web a=b=c", "error: invalid label spec: a=b=c\n"},
      {"label svc web a=1 a-", "error: can not both modify and remove a label in the same command\n"},
      {"annotate svc web", "error: at least one annotation update is required\n"},
  });
}

TEST_F(LabelTest, a_patch_tells_whether_anything_changed) {
  says("patch svc web -p {\"metadata\":{\"labels\":{\"p\":\"1\"}}}", "service/web patched\n");
  says("patch svc web -p {\"metadata\":{\"labels\":{\"p\":\"1\"}}}", "service/web patched (no change)\n");
  says("patch svc web --type=json -p [{\"op\":\"remove\",\"path\":\"/metadata/labels/p\"}]", "service/web patched\n");
  says("patch svc web --type=merge -p {}", "service/web patched (no change)\n");
}

TEST_F(LabelTest, a_patch_that_is_a_dry_run_does_not_say_so) {
  says("patch svc web -p {\"spec\":{\"type\":\"x\"}} --dry-run=client", "service/web patched\n");
  says("patch svc web -p {\"spec\":{\"type\":\"x\"}} --dry-run=server", "service/web patched\n");
  says("get svc web -o jsonpath={.spec.type}", "");
}

TEST_F(LabelTest, objects_of_files_are_patched_unseen) {
  says("patch -f @/web.yaml -p {\"metadata\":{\"labels\":{\"app\":\"web\"}}}", "service/web patched\n");
  asked(
      R"(PATCH /api/v1/namespaces/team/services/web?fieldManager=kubectl-patch {"metadata":{"labels":{"app":"web"}}}
)");
}

TEST_F(LabelTest, local_patches_of_each_type_ask_nobody) {
  says(
      "patch -f @/web.yaml --local --type=json -p [{\"op\":\"add\",\"path\":\"/spec\",\"value\":{\"type\":\"x\"}}] -o "
      "jsonpath={.spec.type}",
      "x");
  says("patch -f @/web.yaml --local --type=merge -p {\"spec\":{\"type\":\"y\"}} -o jsonpath={.spec.type}", "y");
  says("patch -f @/web.yaml --local -p {\"spec\":{\"ports\":[{\"port\":1}]}} -o jsonpath={.spec.ports[0].port}", "1");
  asked("");
}

TEST_F(LabelTest, replace_puts_what_the_file_says_over_the_version_that_is_there) {
  server_.has("apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: team, resourceVersion: \"9\"}\n");
  says("replace -f @/web.yaml", "service/web replaced\n");
  asked(R"(GET /api/v1/namespaces/team/services/web
PUT /api/v1/namespaces/team/services/web?fieldManager=kubectl-replace&fieldValidation=Strict )"
        R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"team","resourceVersion":"9"}}
)");
}

TEST_F(LabelTest, replace_by_force_deletes_all_before_it_creates_any) {
  file("two.yaml",
       "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: "
       "bare}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: fresh}\n");
  server_.tells("BOOKMARK", "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: team}\n");
  says("replace --force -f @/two.yaml", R"(service "web" deleted
service "bare" deleted
service/web replaced
service/bare replaced
service/fresh replaced
)");
  EXPECT_EQ(server_.requests().find("gracePeriodSeconds"), std::string::npos);
  says("replace --force --grace-period=0 -f @/web.yaml", "service \"web\" deleted\nservice/web replaced\n");
  EXPECT_NE(server_.requests().find("\"gracePeriodSeconds\":1}"), std::string::npos);
}

}  // namespace
}  // namespace proa::cli::kubectl
