// kubectl cordon, uncordon, taint and drain.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

class NodesTest : public ClusterTest {
 protected:
  NodesTest() {
    server_.has(R"(apiVersion: v1
kind: Node
metadata: {name: n1, labels: {disk: ssd}}
spec: {taints: [{key: old, value: "1", effect: NoSchedule}]}
---
apiVersion: v1
kind: Node
metadata: {name: n2}
)");
  }
  /// A pod on n1; `more` is YAML of its metadata and spec.
  void pod(const std::string& name, const std::string& metadata = "", const std::string& spec = "") {
    server_.has(
        fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: team, uid: u-{0}{1}}}\n"
                    "spec: {{nodeName: n1{2}}}\n",
                    name, metadata, spec));
  }
  static std::string owned(const char* kind) {
    return fmt::format(", ownerReferences: [{{apiVersion: apps/v1, kind: {}, name: o, uid: x, controller: true}}]",
                       kind);
  }
};

TEST_F(NodesTest, cordon_is_told_from_cordoned) {
  each_says({
      {"cordon n1 --dry-run=client", "node/n1 cordoned (dry run)\n"},
      {"cordon n1", "node/n1 cordoned\n"},
      {"cordon n1 n2", "node/n1 already cordoned\nnode/n2 cordoned\n"},
      {"uncordon -l disk=ssd", "node/n1 uncordoned\n"},
      {"uncordon n1", "node/n1 already uncordoned\n"},
  });
  complains("cordon none", "Error from server (NotFound): nodes \"none\" not found\n");
  complains("cordon n1 -l a=b",
            "error: cannot specify both a node name and a --selector option\nSee 'kubectl cordon -h' for help and "
            "examples\n");
}

TEST_F(NodesTest, taints_come_change_and_go) {
  each_says({
      {"taint node n1 k=v:NoSchedule", "node/n1 tainted\n"},
      {"taint nodes n1 k=w:NoSchedule --overwrite", "node/n1 modified\n"},
      {"taint no n1 k2:NoExecute k3=v:PreferNoSchedule -o name", "node/n1\n"},
      {"taint node n1 k:NoSchedule-", "node/n1 untainted\n"},
      {"taint node n1 k2- new:NoExecute", "node/n1 modified\n"},
      {"taint node --all z:NoSchedule", "node/n1 tainted\nnode/n2 tainted\n"},
      {"taint node -l disk=ssd z-", "node/n1 untainted\n"},
      {"get node n1 -o jsonpath={.spec.taints[*].key}", "old k3 new"},
  });
}

TEST_F(NodesTest, wrong_taints_are_refused) {
  says("taint node n1 b:NoExecute", "node/n1 tainted\n");
  server_.requests();
  constexpr Case kWrong[] = {
      {"taint node n1 old=2:NoSchedule b=x:NoExecute",
       "error: node n1 already has old,b taint(s) with same effect(s) and --overwrite is false\n"},
      {"taint node n1 none-", "error: taint \"none\" not found\n"},
      {"taint node n1 a=b:NoSchedule a=c:NoSchedule-",
       "error: can not both modify and remove the following taint(s) in the same command: a=NoSchedule\n"},
      {"taint node n1 a=b:NoSchedule a-",
       "error: can not both modify and remove the following taint(s) in the same command: a=\n"},
      {"taint svc web a:NoSchedule", "error: invalid resource type svc, only node types are supported\n"},
      {"taint node a:NoSchedule",
       "error: at least one resource name must be specified since 'all' parameter is not set\n"},
      {"taint node n1", "error: at least one taint update is required\n"},
      {"taint a:NoSchedule",
       "error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n"},
      {"taint node n1 a=b:Never",
       "error: invalid taint effect: Never, unsupported taint effect\nSee 'kubectl taint -h' for help and examples\n"},
  };
  for (const auto& [words, text] : kWrong) complains(words, text);
  EXPECT_EQ(server_.requests().find("PATCH"), std::string::npos);
}

TEST_F(NodesTest, drain_cordons_evicts_and_waits) {
  pod("a", owned("ReplicaSet"));
  says("drain n1", R"(node/n1 cordoned
evicting pod team/a
pod/a evicted
node/n1 drained
)");
  const std::string requests = server_.requests();
  EXPECT_NE(
      requests.find("GET /api/v1/pods?fieldSelector=spec.nodeName=n1\n"
                    "POST /api/v1/namespaces/team/pods/a/eviction {\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\""),
      std::string::npos)
      << requests;
}

TEST_F(NodesTest, drain_refuses_what_would_be_lost_and_evicts_nothing) {
  pod("alone");
  pod("daemon", owned("DaemonSet"));
  pod("scratch", owned("ReplicaSet"), ", volumes: [{name: v, emptyDir: {}}]");
  pod("fine", owned("ReplicaSet"));
  const Outcome outcome = run("drain n1");
  EXPECT_EQ(outcome.out, "node/n1 cordoned\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(server_.requests().find("eviction"), std::string::npos);
  EXPECT_NE(outcome.err.find("error: unable to drain node \"n1\" due to error: "), std::string::npos) << outcome.err;
  for (const char* part : {"DaemonSet-managed Pods (use --ignore-daemonsets to ignore): team/daemon",
                           "Pods that declare no controller (use --force to override): team/alone",
                           "Pods with local storage (use --delete-emptydir-data to override): team/scratch",
                           "There are pending nodes to be drained:\n n1\n"})
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
}

TEST_F(NodesTest, drain_with_leave_to_do_so_takes_all_but_daemons_and_mirrors) {
  pod("alone");
  pod("daemon", owned("DaemonSet"));
  pod("mirror", ", annotations: {kubernetes.io/config.mirror: x}");
  pod("scratch", owned("ReplicaSet"), ", volumes: [{name: v, emptyDir: {}}]");
  const Outcome outcome = run("drain n1 --force --ignore-daemonsets --delete-emptydir-data --disable-eviction");
  EXPECT_EQ(outcome.out, R"(node/n1 cordoned
evicting pod team/alone
evicting pod team/scratch
pod/alone deleted
pod/scratch deleted
node/n1 drained
)");
  EXPECT_EQ(outcome.code, 0);
  says("get pods -o name", "pod/daemon\npod/mirror\n");
}

TEST_F(NodesTest, an_eviction_that_is_refused_ends_the_node) {
  pod("a", owned("ReplicaSet"));
  server_.refuses("POST /api/v1/namespaces/team/pods/a/eviction", 403, "Forbidden", "not you");
  const Outcome outcome = run("drain n1");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("error when evicting pods/\"a\" -n \"team\": not you"), std::string::npos) << outcome.err;
}

TEST_F(NodesTest, a_budget_is_waited_for) {
  pod("a", owned("ReplicaSet"));
  server_.refuses("POST /api/v1/namespaces/team/pods/a/eviction", 429, "TooManyRequests", "budget");
  const Outcome outcome = run("drain n1");
  EXPECT_EQ(outcome.err, "error when evicting pods/\"a\" -n \"team\" (will retry after 5s): budget\n");
  EXPECT_EQ(outcome.code, 0);
}

}  // namespace
}  // namespace proa::cli::kubectl
