#include "node/runtime_config.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using object::Value;
using object::View;
using testing::ElementsAre;

NodeSettings node() {
  NodeSettings out;
  out.name = "node";
  out.logs_dir = "/logs";
  out.cluster_dns = "10.96.0.10";
  out.host_searches = {"corp.example"};
  out.host_nameservers = {"192.0.2.53"};
  out.memory_bytes = 1LL << 30;
  return out;
}

Result<cri::ContainerConfig> container(const std::string& text, const std::string& spec = "",
                                       cri::Image image = {"sha256:1"}) {
  const Value pod = pod_with((spec.empty() ? "" : spec + ",") + R"("containers":[)" + text + "]");
  return container_config(pod, View(pod)["spec"]["containers"].at(0), {2, image, {{"A", "1"}}, {}, ""}, node());
}

TEST(SandboxConfig, gives_pods_the_clusters_dns_and_names) {
  const cri::SandboxConfig out = sandbox_config(pod_with("", R"("labels":{"app":"x"})"), node(), 1);
  EXPECT_EQ(out.hostname, "web");
  EXPECT_EQ(out.log_directory, "/logs/default_web_u1");
  EXPECT_THAT(out.dns_servers, ElementsAre("10.96.0.10"));
  EXPECT_THAT(out.dns_searches,
              ElementsAre("default.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"));
  EXPECT_THAT(out.dns_options, ElementsAre("ndots:5"));
  EXPECT_EQ(out.labels.at("io.kubernetes.pod.uid"), "u1");
  EXPECT_EQ(out.labels.at("app"), "x");
  EXPECT_EQ(out.attempt, 1U);
}

TEST(SandboxConfig, lets_the_pod_choose_its_dns) {
  const auto pod = pod_with(
      R"("dnsPolicy":"None","dnsConfig":{"nameservers":["1.2.3.4"],"searches":["a.b"],"options":[{"name":"ndots","value":"2"}]})");
  const cri::SandboxConfig out = sandbox_config(pod, node(), 0);
  EXPECT_THAT(out.dns_servers, ElementsAre("1.2.3.4"));
  EXPECT_THAT(out.dns_searches, ElementsAre("a.b"));
  EXPECT_THAT(out.dns_options, ElementsAre("ndots:2"));
  EXPECT_THAT(sandbox_config(pod_with(R"("hostNetwork":true)"), node(), 0).dns_servers, ElementsAre("192.0.2.53"));
}

TEST(ContainerConfig, expands_commands_and_names_its_log) {
  const auto out = container(R"j({"name":"web","image":"app","command":["run","$(A)"],"args":["$(B)"]})j");
  ASSERT_TRUE(out);
  EXPECT_THAT(out->command, ElementsAre("run", "1"));
  EXPECT_THAT(out->args, ElementsAre("$(B)"));
  EXPECT_EQ(out->log_path, "web/2.log");
  EXPECT_EQ(out->user_image, "app");
  EXPECT_EQ(out->resources.cpu_shares, 2);
  EXPECT_EQ(out->resources.oom_score_adj, 1000);
}

TEST(ContainerConfig, turns_resources_into_shares_quota_and_limits) {
  const auto out = container(
      R"({"name":"web","resources":{"requests":{"cpu":"250m","memory":"256Mi"},"limits":{"cpu":"500m","memory":"512Mi"}}})");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->resources.cpu_shares, 256);
  EXPECT_EQ(out->resources.cpu_quota, 50000);
  EXPECT_EQ(out->resources.memory_limit_bytes, 512 << 20);
  EXPECT_EQ(out->resources.oom_score_adj, 750);
}

TEST(ContainerConfig, refuses_root_where_the_pod_forbids_it) {
  const std::string non_root = R"("securityContext":{"runAsNonRoot":true})";
  EXPECT_THAT(container(R"({"name":"web"})", non_root).error().message,
              testing::HasSubstr("container has runAsNonRoot and image will run as root"));
  cri::Image named{"sha256:1"};
  named.user_name = "nobody";
  EXPECT_THAT(container(R"({"name":"web"})", non_root, named).error().message,
              testing::HasSubstr("image has non-numeric user (nobody)"));
  const auto out = container(R"({"name":"web","securityContext":{"runAsUser":1000}})", non_root);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->security.run_as_user, 1000);
}

TEST(ContainerConfig, turns_amounts_of_cpu_into_shares_and_quota) {
  struct Case {
    const char* resources;
    int64_t shares, quota, memory;
  };
  const Case cases[] = {{"{}", 2, 0, 0},
                        {R"({"requests":{"cpu":"1m"}})", 2, 0, 0},
                        {R"({"requests":{"cpu":"100m"}})", 102, 0, 0},
                        {R"({"requests":{"cpu":"2"}})", 2048, 0, 0},
                        {R"({"requests":{"cpu":"1000"}})", 262144, 0, 0},
                        {R"({"limits":{"cpu":"1"}})", 1024, 100'000, 0},
                        {R"({"requests":{"cpu":"0"},"limits":{"cpu":"1"}})", 2, 100'000, 0},
                        {R"({"limits":{"cpu":"1m"}})", 2, 1000, 0},
                        {R"({"limits":{"memory":"1.5Gi"}})", 2, 0, 3LL << 29},
                        {R"({"requests":{"memory":"1Gi"}})", 2, 0, 0}};
  for (const Case& each : cases) {
    const auto out = container(fmt::format(R"({{"name":"web","resources":{}}})", each.resources));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->resources.cpu_shares, each.shares) << each.resources;
    EXPECT_EQ(out->resources.cpu_quota, each.quota) << each.resources;
    EXPECT_EQ(out->resources.cpu_period, 100'000);
    EXPECT_EQ(out->resources.memory_limit_bytes, each.memory) << each.resources;
  }
}

TEST(ContainerConfig, is_killed_for_memory_the_sooner_the_less_it_asked_for) {
  struct Case {
    const char* what;
    const char* requests;  // of the container, of a node with 1 Gi
    const char* limits;
    const char* spec;
    int64_t score;
  };
  const Case cases[] = {
      {"best effort", "{}", "{}", "", 1000},
      {"burstable, a quarter", R"({"memory":"256Mi"})", "{}", "", 750},
      {"burstable, cpu alone", R"({"cpu":"1"})", "{}", "", 999},
      {"burstable, next to nothing", R"({"memory":"1"})", "{}", "", 999},
      {"burstable, all", R"({"memory":"1Gi"})", "{}", "", 3},
      {"burstable, more than all", R"({"memory":"4Gi"})", "{}", "", 3},
      {"guaranteed", R"({"cpu":"1","memory":"1Mi"})", R"({"cpu":"1","memory":"1Mi"})", "", -997},
      {"critical", "{}", "{}", R"("priorityClassName":"system-node-critical")", -997},
      {"as critical for the cluster", "{}", "{}", R"("priorityClassName":"system-cluster-critical")", 1000}};
  for (const Case& each : cases) {
    const auto out = container(
        fmt::format(R"({{"name":"web","resources":{{"requests":{},"limits":{}}}}})", each.requests, each.limits),
        each.spec);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->resources.oom_score_adj, each.score) << each.what;
  }
}

TEST(ContainerConfig, keeps_a_sidecar_as_long_as_the_container_that_asked_for_least) {
  const Value pod = pod_with(R"("initContainers":[{"name":"side","restartPolicy":"Always"}],
    "containers":[{"name":"a","resources":{"requests":{"memory":"512Mi"}}},
                  {"name":"b","resources":{"requests":{"memory":"256Mi"}}}])");
  const cri::Image image{"sha256:1"};
  const auto out = container_config(pod, View(pod)["spec"]["initContainers"].at(0), {0, image, {}, {}, ""}, node());
  ASSERT_TRUE(out);
  EXPECT_EQ(out->resources.oom_score_adj, 750);
}

TEST(ContainerConfig, runs_as_whom_the_container_the_pod_or_the_image_says) {
  struct Case {
    const char* what;
    const char* own;
    const char* pods;
    std::optional<int64_t> image_uid;
    const char* image_user;
    std::optional<int64_t> uid;
  };
  const Case cases[] = {{"nobody says", "{}", "{}", std::nullopt, "", 0},
                        {"the image", "{}", "{}", 65534, "", 65534},
                        {"the image, by name", "{}", "{}", std::nullopt, "nobody", std::nullopt},
                        {"the pod", "{}", R"({"runAsUser":1})", 65534, "", 1},
                        {"the container", R"({"runAsUser":2})", R"({"runAsUser":1})", 65534, "", 2},
                        {"root over the pod", R"({"runAsUser":0})", R"({"runAsUser":1})", 65534, "", 0},
                        {"no root, by the image", R"({"runAsNonRoot":true})", "{}", 65534, "", 65534},
                        {"root after all", R"({"runAsNonRoot":false})", R"({"runAsNonRoot":true})", 0, "", 0}};
  for (const Case& each : cases) {
    cri::Image image{"sha256:1"};
    image.uid = each.image_uid;
    image.user_name = each.image_user;
    const auto out = container(fmt::format(R"({{"name":"web","securityContext":{}}})", each.own),
                               fmt::format(R"("securityContext":{})", each.pods), image);
    ASSERT_TRUE(out) << each.what;
    EXPECT_EQ(out->security.run_as_user, each.uid) << each.what;
    EXPECT_EQ(out->security.run_as_user_name,
              each.uid == each.image_uid || each.image_user[0] != 0 ? each.image_user : "")
        << each.what;
  }
}

TEST(ContainerConfig, takes_over_its_security_context) {
  const auto out = container(R"({"name":"web","securityContext":{"privileged":true,"readOnlyRootFilesystem":true,
    "allowPrivilegeEscalation":false,"runAsGroup":7,"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]},
    "seccompProfile":{"type":"Localhost","localhostProfile":"audit.json"}}})",
                             R"("securityContext":{"fsGroup":5,"supplementalGroups":[6],"runAsGroup":1})");
  ASSERT_TRUE(out);
  const cri::SecurityContext& security = out->security;
  EXPECT_TRUE(security.privileged && security.read_only_root && security.no_new_privileges);
  EXPECT_THAT(security.add_capabilities, ElementsAre("NET_ADMIN"));
  EXPECT_THAT(security.drop_capabilities, ElementsAre("ALL"));
  EXPECT_THAT(security.supplemental_groups, ElementsAre(5, 6));
  EXPECT_EQ(security.run_as_group, 7);
  EXPECT_EQ(security.seccomp, cri::Seccomp::kLocalhost);
  EXPECT_EQ(security.seccomp_file, "/var/lib/kubelet/seccomp/audit.json");
}

TEST(ContainerConfig, without_a_security_context_hides_what_the_kernel_shows) {
  const auto plain = container(R"({"name":"web"})");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->security.no_new_privileges);
  EXPECT_EQ(plain->security.seccomp, cri::Seccomp::kUnconfined);
  EXPECT_THAT(plain->security.masked_paths, testing::Contains("/proc/kcore"));
  EXPECT_THAT(plain->security.read_only_paths, testing::Contains("/proc/sys"));
  const auto bare = container(R"({"name":"web","securityContext":{"procMount":"Unmasked"}})");
  ASSERT_TRUE(bare);
  EXPECT_THAT(bare->security.masked_paths, testing::IsEmpty());
  EXPECT_THAT(bare->security.read_only_paths, testing::IsEmpty());
}

TEST(ContainerConfig, shares_the_namespaces_that_the_pod_shares) {
  using enum cri::Namespace;
  struct Case {
    const char* spec;
    cri::Namespace network, pid, ipc;
  };
  for (const Case& each :
       {Case{"", kPod, kContainer, kPod}, Case{R"("hostNetwork":true)", kNode, kContainer, kPod},
        Case{R"("hostPID":true)", kPod, kNode, kPod}, Case{R"("hostIPC":true)", kPod, kContainer, kNode},
        Case{R"("shareProcessNamespace":true)", kPod, kPod, kPod}}) {
    const auto out = container(R"({"name":"web"})", each.spec);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->security.namespaces.network, each.network) << each.spec;
    EXPECT_EQ(out->security.namespaces.pid, each.pid) << each.spec;
    EXPECT_EQ(out->security.namespaces.ipc, each.ipc) << each.spec;
  }
}

TEST(ContainerConfig, of_a_debugger_joins_its_target_unless_the_pod_shares_all) {
  const cri::Image image{"sha256:1"};
  for (const bool shares : {false, true}) {
    const Value pod =
        pod_with(fmt::format(R"("shareProcessNamespace":{},"ephemeralContainers":[{{"name":"debug"}}])", shares));
    const auto out =
        container_config(pod, View(pod)["spec"]["ephemeralContainers"].at(0), {0, image, {}, {}, "web-id"}, node());
    ASSERT_TRUE(out);
    EXPECT_EQ(out->security.namespaces.pid, shares ? cri::Namespace::kPod : cri::Namespace::kTarget);
    EXPECT_EQ(out->security.namespaces.target_id, shares ? "" : "web-id");
  }
}

TEST(SandboxConfig, has_the_hostname_that_the_pod_asks_for) {
  const std::string long_name(70, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"", "web"},
      {R"("hostname":"h")", "h"},
      {R"("hostname":"h","subdomain":"s")", "h"},
      {R"("hostname":"h","subdomain":"s","setHostnameAsFQDN":true)", "h.s.default.svc.cluster.local"},
      {R"("setHostnameAsFQDN":true)", "web"},
      {R"("hostnameOverride":"o.example","subdomain":"s","setHostnameAsFQDN":true)", "o.example"},
      {R"("hostname":")" + std::string(62, 'x') + R"(-y")", std::string(62, 'x')},
      {R"("hostname":")" + long_name + R"(")", std::string(63, 'x')},
      {R"("hostNetwork":true)", ""}};
  for (const auto& [spec, hostname] : cases)
    EXPECT_EQ(sandbox_config(pod_with(spec), node(), 0).hostname, hostname) << spec;
}

TEST(SandboxConfig, says_that_a_full_name_is_too_long) {
  const Value pod =
      pod_with(R"("hostname":"h","subdomain":")" + std::string(40, 's') + R"(","setHostnameAsFQDN":true)");
  const std::string name = "h." + std::string(40, 's') + ".default.svc.cluster.local";
  EXPECT_EQ(kernel_hostname(pod, node()).error().message,
            "failed to construct FQDN from pod hostname and cluster domain, FQDN " + name +
                " is too long (64 characters is the max, 68 characters requested)");
}

std::string dns(const std::string& spec, const NodeSettings& settings = node()) {
  const cri::SandboxConfig out = sandbox_config(pod_with(spec), settings, 0);
  return fmt::format("{} | {} | {}", fmt::join(out.dns_servers, " "), fmt::join(out.dns_searches, " "),
                     fmt::join(out.dns_options, " "));
}

TEST(SandboxConfig, has_dns_by_its_policy) {
  const std::string cluster = "default.svc.cluster.local svc.cluster.local cluster.local corp.example";
  const std::pair<const char*, std::string> cases[] = {
      {"", "10.96.0.10 | " + cluster + " | ndots:5"},
      {R"("dnsPolicy":"Default")", "192.0.2.53 | corp.example | "},
      {R"("hostNetwork":true)", "192.0.2.53 | corp.example | "},
      {R"("hostNetwork":true,"dnsPolicy":"ClusterFirstWithHostNet")", "10.96.0.10 | " + cluster + " | ndots:5"},
      {R"("dnsPolicy":"None")", " |  | "},
      {R"("dnsConfig":{"nameservers":["10.96.0.10","1.1.1.1"],"searches":["corp.example","x.example"],
          "options":[{"name":"ndots","value":"1"},{"name":"edns0"}]})",
       "10.96.0.10 1.1.1.1 | " + cluster + " x.example | ndots:1 edns0"}};
  for (const auto& [spec, wanted] : cases) EXPECT_EQ(dns(spec), wanted) << spec;
  NodeSettings without = node();
  without.cluster_dns.clear();
  EXPECT_EQ(dns("", without), "192.0.2.53 | corp.example | ");
}

TEST(SandboxConfig, is_privileged_where_one_of_its_containers_is) {
  EXPECT_FALSE(sandbox_config(pod_with(R"("containers":[{"name":"a"}])"), node(), 0).privileged);
  for (const char* list : {"containers", "initContainers"})
    EXPECT_TRUE(
        sandbox_config(pod_with(fmt::format(
                           R"("{}":[{{"name":"a"}},{{"name":"b","securityContext":{{"privileged":true}}}}])", list)),
                       node(), 0)
            .privileged)
        << list;
}

TEST(SandboxConfig, carries_sysctls_and_the_pods_user) {
  const auto out = sandbox_config(pod_with(R"("securityContext":{"runAsUser":1,"runAsGroup":2,"supplementalGroups":[3],
    "sysctls":[{"name":"net.core.somaxconn","value":"1024"}]})",
                                           R"("annotations":{"note":"x"})"),
                                  node(), 0);
  EXPECT_EQ(out.run_as_user, 1);
  EXPECT_EQ(out.run_as_group, 2);
  EXPECT_THAT(out.supplemental_groups, ElementsAre(3));
  EXPECT_EQ(out.sysctls.at("net.core.somaxconn"), "1024");
  EXPECT_EQ(out.annotations.at("note"), "x");
}

TEST(HostsFile, is_the_kubelets) {
  const auto pod = pod_with(R"("hostname":"h","subdomain":"s","hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]}])");
  EXPECT_EQ(hosts_file(pod, {"10.0.0.1"}, node()),
            "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
            "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
            "10.0.0.1\th.s.default.svc.cluster.local\th\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n");
}

TEST(ImageName, gets_a_tag_where_it_has_none) {
  EXPECT_EQ(with_default_tag("busybox"), "busybox:latest");
  EXPECT_EQ(with_default_tag("host:5000/a/b"), "host:5000/a/b:latest");
  EXPECT_EQ(with_default_tag("a:v1"), "a:v1");
  EXPECT_EQ(with_default_tag("a@sha256:00"), "a@sha256:00");
}

}  // namespace
}  // namespace proa::node
