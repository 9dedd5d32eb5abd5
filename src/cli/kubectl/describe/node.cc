#include <algorithm>
#include <map>
#include <set>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/quantity.h"

namespace proa::cli::kubectl {
namespace {

using object::Quantity;
using object::Value;
using object::View;
using Amounts = std::map<std::string, Quantity, std::less<>>;

Quantity quantity_of(View view) {
  auto quantity = view.exists() ? Quantity::of_view(view) : Quantity();
  return quantity ? *quantity : Quantity();
}

void add(Amounts& sum, View amounts) {
  for (auto [name, amount] : amounts.members()) {
    const auto at = sum.find(name);
    if (at == sum.end())
      sum.emplace(name, quantity_of(amount));
    else
      at->second = at->second + quantity_of(amount);
  }
}

void raise(Amounts& sum, const Amounts& other) {
  for (const auto& [name, amount] : other) {
    const auto at = sum.find(name);
    if (at == sum.end())
      sum.emplace(name, amount);
    else if (at->second < amount)
      at->second = amount;
  }
}

/// What a pod asks for (`requests` or `limits`): its containers together, or an init container alone where that is
/// more; sidecars count all along.
Amounts pod_amounts(View pod, std::string_view which) {
  Amounts sum, sidecars, init;
  for (View container : pod["spec"]["containers"].items()) add(sum, container["resources"][which]);
  for (View container : pod["spec"]["initContainers"].items()) {
    if (container["restartPolicy"].as_string() == "Always") {
      add(sum, container["resources"][which]);
      add(sidecars, container["resources"][which]);
      continue;
    }
    Amounts one = sidecars;
    add(one, container["resources"][which]);
    raise(init, one);
  }
  raise(sum, init);
  const View overhead = pod["spec"]["overhead"];
  for (auto [name, amount] : overhead.members())
    if (which == "requests" || sum.contains(name))
      sum[std::string(name)] = sum[std::string(name)] + quantity_of(amount);
  return sum;
}

Quantity amount(const Amounts& amounts, std::string_view name) {
  const auto at = amounts.find(name);
  return at == amounts.end() ? Quantity() : at->second;
}

/// `500m (25%)`
std::string share(const Quantity& part, const Quantity& whole, bool milli) {
  const double of = static_cast<double>(milli ? whole.milli_value() : whole.value());
  const double is = static_cast<double>(milli ? part.milli_value() : part.value());
  const auto percent = of == 0 ? int64_t{0} : static_cast<int64_t>(is / of * 100);
  return fmt::format("{} ({}%)", part.to_string(), percent);
}

std::string roles(View node) {
  std::set<std::string> found;
  for (auto [name, value] : object::labels_of(node).members()) {
    constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
    if (name.starts_with(kPrefix) && name.size() > kPrefix.size()) found.emplace(name.substr(kPrefix.size()));
    if (name == "kubernetes.io/role" && !value.as_string().empty()) found.insert(value.str());
  }
  return found.empty() ? "<none>" : join({found.begin(), found.end()}, ",");
}

void taints(DescribeWriter& w, View list) {
  if (list.empty()) return w.write(0, "Taints:\t<none>\n");
  std::vector<std::pair<std::string, std::string>> lines;
  for (View taint : list.items()) {
    const std::string value = taint["value"].str(), effect = taint["effect"].str(), key = taint["key"].str();
    lines.emplace_back(effect + "," + key,
                       key + (value.empty() ? "" : "=" + value) + (effect.empty() ? "" : ":" + effect));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  w.write(0, "Taints:");
  for (const auto& [unused, line] : lines) w.print(0, "\t{}\n", line);
}

void lease(DescribeWriter& w, const DescribeContext& c) {
  auto mapping = c.session.mapper().of_resource("leases.coordination.k8s.io");
  if (!mapping) return;
  auto got = c.session.api().get(mapping->path("kube-node-lease", c.info.name));
  if (!got) return w.print(0, "Lease:\tFailed to get lease: {}\n", got.error().message());
  const View spec = View(*got)["spec"];
  const auto time = [](View view) { return view.exists() ? long_time(view) : std::string("<unset>"); };
  w.write(0, "Lease:\n");
  w.print(1, "HolderIdentity:\t{}\n", spec["holderIdentity"].exists() ? spec["holderIdentity"].as_string() : "<unset>");
  w.print(1, "AcquireTime:\t{}\n", time(spec["acquireTime"]));
  w.print(1, "RenewTime:\t{}\n", time(spec["renewTime"]));
}

void conditions(DescribeWriter& w, View list) {
  if (list.empty()) return;
  w.write(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n");
  w.write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
  for (View c : list.items())
    w.print(1, "{} \t{} \t{} \t{} \t{} \t{}\n", c["type"].as_string(), c["status"].as_string(),
            long_time(c["lastHeartbeatTime"]), long_time(c["lastTransitionTime"]), c["reason"].as_string(),
            c["message"].as_string());
}

void system_info(DescribeWriter& w, View node) {
  const View info = node["status"]["nodeInfo"];
  constexpr std::pair<std::string_view, std::string_view> kLines[] = {
      {"Machine ID", "machineID"},
      {"System UUID", "systemUUID"},
      {"Boot ID", "bootID"},
      {"Kernel Version", "kernelVersion"},
      {"OS Image", "osImage"},
      {"Operating System", "operatingSystem"},
      {"Architecture", "architecture"},
      {"Container Runtime Version", "containerRuntimeVersion"},
      {"Kubelet Version", "kubeletVersion"},
      {"Kube-Proxy Version", "kubeProxyVersion"},
  };
  w.write(0, "System Info:\n");
  for (const auto& [title, name] : kLines) w.print(1, "{}:\t{}\n", title, info[name].as_string());
  const View spec = node["spec"];
  if (const auto cidr = spec["podCIDR"].as_string(); !cidr.empty()) w.print(0, "PodCIDR:\t{}\n", cidr);
  std::vector<std::string> cidrs;
  for (View cidr : spec["podCIDRs"].items()) cidrs.push_back(cidr.str());
  if (!cidrs.empty()) w.print(0, "PodCIDRs:\t{}\n", join(cidrs, ","));
  if (const auto id = spec["providerID"].as_string(); !id.empty()) w.print(0, "ProviderID:\t{}\n", id);
}

void amounts_list(DescribeWriter& w, std::string_view title, View amounts) {
  if (amounts.empty()) return;
  w.print(0, "{}:\n", title);
  for (const auto& [name, value] : by_name(amounts)) w.print(1, "{}:\t{}\n", name, quantity_of(value).to_string());
}

void allocated(DescribeWriter& w, View pods, View allocatable) {
  Amounts requests, limits;
  const Quantity cpu = quantity_of(allocatable["cpu"]), memory = quantity_of(allocatable["memory"]);
  w.print(0, "Non-terminated Pods:\t({} in total)\n", pods.size());
  w.write(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
  w.write(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
  const auto sum_up = [](Amounts& sum, const Amounts& part) {
    for (const auto& [name, value] : part) {
      const auto at = sum.find(name);
      if (at == sum.end())
        sum.emplace(name, value);
      else
        at->second = at->second + value;
    }
  };
  for (View pod : pods.items()) {
    const Amounts wants = pod_amounts(pod, "requests"), may = pod_amounts(pod, "limits");
    sum_up(requests, wants);
    sum_up(limits, may);
    w.print(1, "{}\t{}\t\t{}\t{}\t{}\t{}\t{}\n", object::namespace_of(pod), object::name_of(pod),
            share(amount(wants, "cpu"), cpu, true), share(amount(may, "cpu"), cpu, true),
            share(amount(wants, "memory"), memory, false), share(amount(may, "memory"), memory, false),
            ago(pod["metadata"]["creationTimestamp"]));
  }
  w.write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
  w.write(1, "Resource\tRequests\tLimits\n");
  w.write(1, "--------\t--------\t------\n");
  for (const std::string_view name : {"cpu", "memory", "ephemeral-storage"})
    w.print(1, "{}\t{}\t{}\n", name, share(amount(requests, name), quantity_of(allocatable[name]), name == "cpu"),
            share(amount(limits, name), quantity_of(allocatable[name]), name == "cpu"));
  for (const auto& [name, value] : by_name(allocatable))
    if (name.starts_with("hugepages-"))
      w.print(1, "{}\t{}\t{}\n", name, share(amount(requests, name), quantity_of(value), false),
              share(amount(limits, name), quantity_of(value), false));
  for (const auto& [name, value] : by_name(allocatable))
    if (name != "cpu" && name != "memory" && name != "ephemeral-storage" && name != "pods" &&
        !name.starts_with("hugepages-"))
      w.print(1, "{}\t{}\t{}\n", name, amount(requests, name).to_string(), amount(limits, name).to_string());
}

}  // namespace

void describe_node(DescribeWriter& w, const DescribeContext& c) {
  const View node = c.info.object, status = node["status"];
  w.print(0, "Name:\t{}\n", object::name_of(node));
  w.print(0, "Roles:\t{}\n", roles(node));
  describe_labels(w, "Labels", object::labels_of(node));
  describe_annotations(w, "Annotations", object::annotations_of(node));
  w.print(0, "CreationTimestamp:\t{}\n", long_time(node["metadata"]["creationTimestamp"]));
  taints(w, node["spec"]["taints"]);
  w.print(0, "Unschedulable:\t{}\n", node["spec"]["unschedulable"].as_bool());
  lease(w, c);
  conditions(w, status["conditions"]);
  w.write(0, "Addresses:\n");
  for (View address : status["addresses"].items())
    w.print(1, "{}:\t{}\n", address["type"].as_string(), address["address"].as_string());
  amounts_list(w, "Capacity", status["capacity"]);
  amounts_list(w, "Allocatable", status["allocatable"]);
  system_info(w, node);
  const Value pods =
      items_of(c.session, "pods", "",
               {{"fieldSelector", "spec.nodeName=" + c.info.name + ",status.phase!=Succeeded,status.phase!=Failed"}});
  allocated(w, pods, status["allocatable"].empty() ? status["capacity"] : status["allocatable"]);
  if (!c.show_events) return;
  Value events = events_about(c.session, "", c.info.name, "Node", std::string(object::uid_of(node)));
  Value by_own_name = events_about(c.session, "", c.info.name, "Node", c.info.name);
  for (Value& event : by_own_name.items()) events.push_back(std::move(event));
  describe_events(w, events);
}

}  // namespace proa::cli::kubectl
