#include "node/runtime_config.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "node/pod_state.h"
#include "object/meta.h"
#include "object/quantity.h"

namespace proa::node {

using object::Key;
using object::Quantity;
using object::View;

namespace {

constexpr int64_t kSharesPerCpu = 1024, kLeastShares = 2;
constexpr int64_t kQuotaPeriod = 100'000, kLeastQuota = 1000;  // microseconds

void add_once(std::vector<std::string>& list, std::string text) {
  if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

void set_dns(View pod, const NodeSettings& node, cri::SandboxConfig& out) {
  std::string_view policy = pod["spec"]["dnsPolicy"].as_string("ClusterFirst");
  if (policy == "ClusterFirst" && uses_host_network(pod)) policy = "Default";
  const bool cluster = policy.starts_with("ClusterFirst") && !node.cluster_dns.empty();
  if (cluster) {
    const std::string& domain = node.cluster_domain;
    out.dns_servers = {node.cluster_dns};
    out.dns_searches = {fmt::format("{}.svc.{}", object::namespace_of(pod), domain), "svc." + domain, domain};
    out.dns_options = {"ndots:5"};
  } else if (policy != "None") {
    out.dns_servers = node.host_nameservers;
  }
  if (policy != "None")
    for (const std::string& search : node.host_searches) add_once(out.dns_searches, search);
  const View own = pod["spec"]["dnsConfig"];
  for (View server : own["nameservers"].items()) add_once(out.dns_servers, server.str());
  for (View search : own["searches"].items()) add_once(out.dns_searches, search.str());
  for (View option : own["options"].items()) {
    const std::string name = option["name"].str();
    std::erase_if(out.dns_options,
                  [&](const std::string& each) { return each == name || each.starts_with(name + ":"); });
    out.dns_options.push_back(option["value"].exists() ? name + ":" + option["value"].str() : name);
  }
}

cri::NamespaceOptions namespaces(View pod) {
  using enum cri::Namespace;
  const View spec = pod["spec"];
  cri::NamespaceOptions out;
  if (spec["hostNetwork"].as_bool()) out.network = kNode;
  if (spec["hostIPC"].as_bool()) out.ipc = kNode;
  if (spec["shareProcessNamespace"].as_bool()) out.pid = kPod;
  if (spec["hostPID"].as_bool()) out.pid = kNode;
  return out;
}

std::optional<int64_t> optional_int(View view) {
  if (!view.is_int()) return std::nullopt;
  return view.as_int();
}

std::vector<int64_t> supplemental_groups(View security) {
  std::vector<int64_t> out;
  if (security["fsGroup"].is_int()) out.push_back(security["fsGroup"].as_int());
  for (View group : security["supplementalGroups"].items()) out.push_back(group.as_int());
  return out;
}

int64_t memory_of(View container) {
  const auto quantity = Quantity::parse(container["resources"]["requests"]["memory"].as_string("0"));
  return quantity ? quantity->value() : 0;
}

int64_t oom_score(View pod, View container, const NodeSettings& node) {
  if (pod["spec"]["priorityClassName"].as_string() == "system-node-critical") return -997;
  const std::string_view qos = qos_class(pod);
  if (qos == "Guaranteed") return -997;
  if (qos == "BestEffort" || node.memory_bytes <= 0) return 1000;
  const auto score = [&](int64_t bytes) { return 1000 - 1000 * bytes / node.memory_bytes; };
  int64_t own = score(memory_of(container));
  if (is_sidecar(container)) {
    int64_t least = INT64_MAX;
    for (View each : pod["spec"]["containers"].items()) least = std::min(least, memory_of(each));
    own = std::min(own, score(least));
  }
  return own < 3 ? 3 : own == 1000 ? 999 : own;
}

cri::Resources resources(View pod, View container, const NodeSettings& node) {
  const View limits = container["resources"]["limits"], requests = container["resources"]["requests"];
  const auto milli = [](View text) {
    const auto quantity = Quantity::parse(text.as_string("0"));
    return quantity ? quantity->milli_value() : 0;
  };
  cri::Resources out;
  const int64_t limit = milli(limits["cpu"]);
  const int64_t request = requests["cpu"].exists() ? milli(requests["cpu"]) : limit;
  out.cpu_shares = std::clamp<int64_t>(request * kSharesPerCpu / 1000, kLeastShares, 262144);
  out.cpu_period = kQuotaPeriod;
  if (limit > 0) out.cpu_quota = std::max(limit * kQuotaPeriod / 1000, kLeastQuota);
  if (const auto memory = Quantity::parse(limits["memory"].as_string("0"))) out.memory_limit_bytes = memory->value();
  out.oom_score_adj = oom_score(pod, container, node);
  return out;
}

/// A field of the container's security context, else the pod's.
View effective(View pod, View container, Key field) {
  const View own = container["securityContext"][field];
  return own.exists() ? own : pod["spec"]["securityContext"][field];
}

Result<void> run_as(View pod, View container, const cri::Image& image, cri::SecurityContext& out) {
  out.run_as_user = optional_int(effective(pod, container, "runAsUser"));
  out.run_as_group = optional_int(effective(pod, container, "runAsGroup"));
  const bool must_not_be_root = effective(pod, container, "runAsNonRoot").as_bool();
  const auto complain = [&](std::string why) -> Result<void> {
    return Error(base::bad_request(
        fmt::format("{} (pod: \"{}\", container: {})", why, pod_label(pod), container["name"].as_string())));
  };
  if (out.run_as_user) {
    if (must_not_be_root && *out.run_as_user == 0) return complain("container's runAsUser breaks non-root policy");
    return {};
  }
  if (image.user_name.empty()) out.run_as_user = image.uid.value_or(0);
  out.run_as_user_name = image.user_name;
  if (!must_not_be_root) return {};
  if (!image.user_name.empty())
    return complain(
        fmt::format("container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is non-root",
                    image.user_name));
  if (image.uid.value_or(0) == 0) return complain("container has runAsNonRoot and image will run as root");
  return {};
}

void set_seccomp(View profile, cri::SecurityContext& out) {
  const std::string_view type = profile["type"].as_string();
  if (type == "RuntimeDefault") out.seccomp = cri::Seccomp::kRuntimeDefault;
  if (type == "Localhost") {
    out.seccomp = cri::Seccomp::kLocalhost;
    out.seccomp_file = "/var/lib/kubelet/seccomp/" + profile["localhostProfile"].str();
  }
}

Result<cri::SecurityContext> security(View pod, View container, const ContainerFacts& facts) {
  const View own = container["securityContext"];
  cri::SecurityContext out;
  if (auto checked = run_as(pod, container, facts.image, out); !checked) return Error(checked.error());
  for (View each : own["capabilities"]["add"].items()) out.add_capabilities.push_back(each.str());
  for (View each : own["capabilities"]["drop"].items()) out.drop_capabilities.push_back(each.str());
  out.privileged = own["privileged"].as_bool();
  out.read_only_root = own["readOnlyRootFilesystem"].as_bool();
  out.no_new_privileges = own["allowPrivilegeEscalation"].exists() && !own["allowPrivilegeEscalation"].as_bool();
  out.namespaces = namespaces(pod);
  if (!facts.target_id.empty() && out.namespaces.pid == cri::Namespace::kContainer) {
    out.namespaces.pid = cri::Namespace::kTarget;
    out.namespaces.target_id = facts.target_id;
  }
  out.supplemental_groups = supplemental_groups(pod["spec"]["securityContext"]);
  set_seccomp(effective(pod, container, "seccompProfile"), out);
  if (own["procMount"].as_string() != "Unmasked") {
    out.masked_paths = {"/proc/asound",     "/proc/acpi",        "/proc/interrupts",
                        "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
                        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                        "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap"};
    out.read_only_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  }
  return out;
}

}  // namespace

cri::SandboxConfig sandbox_config(View pod, const NodeSettings& node, uint32_t attempt) {
  cri::SandboxConfig out;
  out.name = object::name_of(pod);
  out.namespace_ = object::namespace_of(pod);
  out.uid = object::uid_of(pod);
  out.attempt = attempt;
  out.log_directory = pod_log_directory(pod, node);
  out.namespaces = namespaces(pod);
  if (!uses_host_network(pod)) out.hostname = kernel_hostname(pod, node).value_or(pod_hostname(pod));
  set_dns(pod, node, out);
  for (auto [name, value] : object::labels_of(pod).members()) out.labels[std::string(name)] = value.str();
  for (auto [name, value] : object::annotations_of(pod).members()) out.annotations[std::string(name)] = value.str();
  out.labels[labels::kPodName] = out.name;
  out.labels[labels::kPodNamespace] = out.namespace_;
  out.labels[labels::kPodUid] = out.uid;
  const View security_context = pod["spec"]["securityContext"];
  for (View each : security_context["sysctls"].items()) out.sysctls[each["name"].str()] = each["value"].str();
  out.run_as_user = optional_int(security_context["runAsUser"]);
  out.run_as_group = optional_int(security_context["runAsGroup"]);
  out.supplemental_groups = supplemental_groups(security_context);
  for (const char* list : {"containers", "initContainers"})
    for (View each : pod["spec"][Key(std::string_view(list))].items())
      out.privileged = out.privileged || each["securityContext"]["privileged"].as_bool();
  return out;
}

Result<cri::ContainerConfig> container_config(View pod, View container, const ContainerFacts& facts,
                                              const NodeSettings& node) {
  auto context = security(pod, container, facts);
  if (!context) return Error(context.error());
  cri::ContainerConfig out;
  out.name = container["name"].str();
  out.attempt = facts.attempt;
  out.image = facts.image.id;
  out.user_image = container["image"].str();
  out.command = expand_all(container["command"], facts.env);
  out.args = expand_all(container["args"], facts.env);
  out.working_dir = container["workingDir"].str();
  out.envs = facts.env;
  out.mounts = facts.mounts;
  out.labels = {{labels::kPodName, std::string(object::name_of(pod))},
                {labels::kPodNamespace, std::string(object::namespace_of(pod))},
                {labels::kPodUid, std::string(object::uid_of(pod))},
                {labels::kContainerName, out.name}};
  out.annotations = {{labels::kContainerHash, container_hash(container)},
                     {"io.kubernetes.container.restartCount", std::to_string(facts.attempt)},
                     {"io.kubernetes.container.terminationMessagePath", container["terminationMessagePath"].str()},
                     {"io.kubernetes.container.terminationMessagePolicy", container["terminationMessagePolicy"].str()},
                     {"io.kubernetes.pod.terminationGracePeriod",
                      std::to_string(pod["spec"]["terminationGracePeriodSeconds"].as_int(30))}};
  out.log_path = container_log_path(out.name, facts.attempt);
  out.stdin_open = container["stdin"].as_bool();
  out.stdin_once = container["stdinOnce"].as_bool();
  out.tty = container["tty"].as_bool();
  out.resources = resources(pod, container, node);
  out.security = std::move(*context);
  return out;
}

std::string pod_log_directory(View pod, const NodeSettings& node) {
  return fmt::format("{}/{}_{}_{}", node.logs_dir, object::namespace_of(pod), object::name_of(pod),
                     object::uid_of(pod));
}

std::string container_log_path(std::string_view container, uint32_t attempt) {
  return fmt::format("{}/{}.log", container, attempt);
}

std::string pod_hostname(View pod) {
  constexpr size_t kLongest = 63;
  std::string name = pod["spec"]["hostnameOverride"].str();
  if (name.empty()) name = pod["spec"]["hostname"].str();
  if (name.empty()) name = object::name_of(pod);
  if (name.size() <= kLongest) return name;
  name.resize(kLongest);
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name;
}

Result<std::string> kernel_hostname(View pod, const NodeSettings& node) {
  constexpr size_t kLongest = 64;
  const std::string host = pod_hostname(pod), domain = pod_domain(pod, node);
  if (domain.empty() || !pod["spec"]["setHostnameAsFQDN"].as_bool()) return host;
  std::string whole = host + "." + domain;
  if (whole.size() <= kLongest) return whole;
  return Error(base::bad_request(fmt::format(
      "failed to construct FQDN from pod hostname and cluster domain, FQDN {} is too long ({} characters is "
      "the max, {} characters requested)",
      whole, kLongest, whole.size())));
}

std::string pod_domain(View pod, const NodeSettings& node) {
  const std::string_view subdomain = pod["spec"]["subdomain"].as_string();
  if (subdomain.empty() || pod["spec"]["hostnameOverride"].exists()) return {};
  return fmt::format("{}.{}.svc.{}", subdomain, object::namespace_of(pod), node.cluster_domain);
}

std::string hosts_file(View pod, const std::vector<std::string>& ips, const NodeSettings& node) {
  std::string out =
      "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
  const std::string host = pod_hostname(pod), domain = pod_domain(pod, node);
  for (const std::string& ip : ips)
    out += domain.empty() ? fmt::format("{}\t{}\n", ip, host) : fmt::format("{}\t{}.{}\t{}\n", ip, host, domain, host);
  return out + host_aliases(pod);
}

std::string host_aliases(View pod) {
  const View aliases = pod["spec"]["hostAliases"];
  std::string out = aliases.empty() ? "" : "\n# Entries added by HostAliases.\n";
  for (View alias : aliases.items()) {
    std::vector<std::string> names;
    for (View each : alias["hostnames"].items()) names.push_back(each.str());
    out += fmt::format("{}\t{}\n", alias["ip"].as_string(), fmt::join(names, "\t"));
  }
  return out;
}

std::string with_default_tag(std::string_view image) {
  const size_t slash = image.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? image : image.substr(slash + 1);
  if (last.find(':') != std::string_view::npos || last.find('@') != std::string_view::npos) return std::string(image);
  return std::string(image) + ":latest";
}

}  // namespace proa::node
