#include "node/runtime_config.h"

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
