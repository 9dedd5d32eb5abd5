// kubectl delete: the options it sends, the words it says, and how long it waits.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/team/pods";

class DeleteTest : public ClusterTest {
 protected:
  DeleteTest() {
    server_.has(R"(apiVersion: v1
kind: Pod
metadata: {name: a, namespace: team, uid: u-a, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: team, uid: u-b}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, uid: u-n}
)");
  }
};

TEST_F(DeleteTest, asks_for_the_end_and_looks_whether_it_came) {
  says("delete pod a", "pod \"a\" deleted\n");
  asked(
      R"(DELETE /api/v1/namespaces/team/pods/a {"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}
GET /api/v1/namespaces/team/pods/a
)");
}

struct Line {
  const char *words, *out, *options;
};

TEST_F(DeleteTest, flags_become_options) {
  constexpr Line kLines[] = {
      {"delete pod a --cascade=orphan", "pod \"a\" deleted\n", R"("propagationPolicy":"Orphan")"},
      {"delete pod a --cascade=foreground", "pod \"a\" deleted\n", R"("propagationPolicy":"Foreground")"},
      {"delete pod a --cascade", "pod \"a\" deleted\n", R"("propagationPolicy":"Background")"},
      {"delete pod a --now", "pod \"a\" deleted\n", R"("gracePeriodSeconds":1,"propagationPolicy":"Background")"},
      {"delete pod a --grace-period=7", "pod \"a\" deleted\n",
       R"("gracePeriodSeconds":7,"propagationPolicy":"Background")"},
      {"delete pod a --grace-period=0", "pod \"a\" deleted\n",
       R"("gracePeriodSeconds":1,"propagationPolicy":"Background")"},
      {"delete pod a -o name", "pod/a\n", R"("propagationPolicy":"Background")"},
      {"delete pod a --dry-run=server", "pod \"a\" deleted (server dry run)\n",
       R"("propagationPolicy":"Background","dryRun":["All"])"},
  };
  for (const auto& [words, out, options] : kLines) {
    server_.has("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team, uid: u-a}\n");
    says(std::string(words) + " --wait=false", out);
    asked(fmt::format("DELETE {}/a {{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",{}}}\n", kPods, options));
  }
}

TEST_F(DeleteTest, force_warns_and_says_so) {
  const Outcome outcome = run("delete pod a --force");
  EXPECT_EQ(outcome.out, "pod \"a\" force deleted\n");
  EXPECT_EQ(outcome.err,
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
            "The resource may continue to run on the cluster indefinitely.\n");
}

TEST_F(DeleteTest, a_dry_run_of_the_client_sends_nothing) {
  says("delete pod a b --dry-run=client", "pod \"a\" deleted (dry run)\npod \"b\" deleted (dry run)\n");
  asked("");
}

TEST_F(DeleteTest, waits_until_the_object_is_gone_or_another_has_its_name) {
  const std::string deleting = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team, uid: u-a}\n";
  const std::string get = "GET " + std::string(kPods) + "/a";
  server_.answers(get, 200, R"({"metadata":{"name":"a","uid":"u-a"}})");
  server_.answers("DELETE " + std::string(kPods) + "/a", 200, R"({"kind":"Pod","metadata":{"name":"a","uid":"u-a"}})");
  server_.tells("MODIFIED", deleting);
  server_.tells("DELETED", deleting);
  says("delete pod a", "pod \"a\" deleted\n");
  EXPECT_NE(server_.requests().find("watch=true"), std::string::npos);
  server_.has(deleting);
  server_.answers(get, 200, R"({"metadata":{"name":"a","uid":"another"}})");
  says("delete pod a", "pod \"a\" deleted\n");
  EXPECT_EQ(server_.requests().find("watch=true"), std::string::npos);
}

TEST_F(DeleteTest, gives_up_waiting_in_words_that_name_the_object) {
  server_.answers("DELETE " + std::string(kPods) + "/a", 200, R"({"kind":"Pod","metadata":{"name":"a","uid":"u-a"}})");
  const std::string still = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team, uid: u-a}\n";
  server_.tells("MODIFIED", still);
  const Outcome outcome = run("delete pod a --timeout=1ms");
  EXPECT_EQ(outcome.out, "pod \"a\" deleted\n");
  EXPECT_EQ(outcome.err, "error: timed out waiting for the condition on pods/a\n");
}

TEST_F(DeleteTest, selectors_delete_what_they_find_one_by_one) {
  says("delete pods -l app=web", "pod \"a\" deleted\n");
  says("delete pods --all --wait=false", "pod \"b\" deleted\n");
  says("delete pods --all", "No resources found\n");
  says("delete pods --field-selector=metadata.name=zz", "No resources found\n");
}

TEST_F(DeleteTest, what_is_missing_counts_unless_it_may_be) {
  complains("delete pod none", "Error from server (NotFound): pods \"none\" not found\n");
  says("delete pod none --ignore-not-found", "");
  const Outcome outcome = run("delete pod none b --wait=false");
  EXPECT_EQ(outcome.out, "pod \"b\" deleted\n");
  EXPECT_EQ(outcome.err, "Error from server (NotFound): pods \"none\" not found\n");
}

TEST_F(DeleteTest, an_object_of_no_namespace_is_deleted_with_a_warning_under_n) {
  const Outcome outcome = run("delete ns other -n team --wait=false");
  EXPECT_EQ(outcome.out, "namespace \"other\" deleted\n");
  EXPECT_EQ(outcome.err, "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
}

TEST_F(DeleteTest, the_file_stands_in_errors) {
  file("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: none}\n");
  complains("delete -f @/pod.yaml",
            "Error from server (NotFound): error when deleting \"@/pod.yaml\": pods \"none\" not found\n");
}

// Its path would be that of the collection: all objects of the namespace would go.
TEST_F(DeleteTest, an_object_without_a_name_never_becomes_all_objects) {
  file("new.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n");
  complains("delete -f @/new.yaml", "error: error when deleting \"@/new.yaml\": resource name may not be empty\n");
  complains("replace --force -f @/new.yaml",
            "error: error when deleting \"@/new.yaml\": resource name may not be empty\n");
  complains("replace -f @/new.yaml", "error: error when replacing \"@/new.yaml\": resource name may not be empty\n");
  for (const char* words : {"label -f @/new.yaml a=b", "annotate -f @/new.yaml a=b", "patch -f @/new.yaml -p {}",
                            "scale -f @/new.yaml --replicas=1", "describe -f @/new.yaml"})
    complains(words, "error: resource name may not be empty\n");
  complains("wait -f @/new.yaml --for=delete", "error: resource name must be provided\n");
  asked("");
}

TEST_F(DeleteTest, wrong_uses_are_told_before_anything_is_sent) {
  each_is_refused_unasked({
      {"delete pod a --cascade=nope",
       "error: invalid cascade value (nope). Must be \"background\", \"foreground\", or \"orphan\"\n"},
      {"delete pod a --now --grace-period=2", "error: --now and --grace-period cannot be specified together\n"},
      {"delete pod a -o yaml", "error: unexpected -o output mode: yaml. We only support '-o name'\n"},
      {"delete pods --all -l a=b", "error: cannot set --all and --selector at the same time\n"},
      {"delete pods --all --field-selector=a=b", "error: setting 'all' parameter but found a non empty selector. \n"},
      {"delete pod a --force --grace-period=3",
       "error: --force and --grace-period greater than 0 cannot be specified together\n"},
      {"delete pods", "error: resource(s) were provided, but no name was specified\n"},
      {"delete pods -l a=b x", "error: name cannot be provided when a selector is specified\n"},
  });
}

}  // namespace
}  // namespace proa::cli::kubectl
