#include "controllers/workload/service_pods.h"

#include <algorithm>

#include "controllers/workload/pods.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::controllers {

using object::Document;
using object::LabelSelector;
using object::TimeNs;
using object::View;

bool has_endpoints(View service) {
  return service["spec"]["type"].as_string() != "ExternalName" && !service["spec"]["selector"].empty();
}

bool has_cluster_ip(View service) {
  const std::string_view ip = service["spec"]["clusterIP"].as_string();
  return !ip.empty() && ip != "None";
}

std::vector<Document> pods_of_service(const client::Informer& pods, View service) {
  const LabelSelector selector = LabelSelector::from_map(service["spec"]["selector"]);
  std::vector<Document> found;
  for (Document& pod : pods.list(object::namespace_of(service)))
    if (selector.matches(object::labels_of(pod.root()))) found.push_back(std::move(pod));
  return found;
}

bool belongs_in_endpoints(View pod, bool with_terminating) {
  if (is_pod_finished(pod) || (!with_terminating && object::is_deleting(pod))) return false;
  return !pod["status"]["podIP"].as_string().empty() || !pod["status"]["podIPs"].empty();
}

std::optional<int64_t> target_port(View pod, View service_port) {
  const View target = service_port["targetPort"];
  if (target.is_int()) return target.as_int();
  if (!target.is_string()) return service_port["port"].as_int();
  const std::string_view protocol = service_port["protocol"].as_string("TCP");
  const auto find = [&](View containers, bool sidecars_only) -> std::optional<int64_t> {
    for (const View container : containers.items()) {
      if (sidecars_only && container["restartPolicy"].as_string() != "Always") continue;
      for (const View port : container["ports"].items())
        if (port["name"].as_string() == target.as_string() && port["protocol"].as_string("TCP") == protocol)
          return port["containerPort"].as_int();
    }
    return std::nullopt;
  };
  if (const auto port = find(pod["spec"]["containers"], false)) return port;
  return find(pod["spec"]["initContainers"], true);
}

std::vector<std::string> addresses_of(View pod, bool ipv6) {
  std::vector<std::string> found;
  for (const View item : pod["status"]["podIPs"].items()) {
    const std::string_view ip = item["ip"].as_string();
    if (!ip.empty() && (ip.find(':') != ip.npos) == ipv6) found.emplace_back(ip);
  }
  const std::string_view single = pod["status"]["podIP"].as_string();
  if (pod["status"]["podIPs"].empty() && !single.empty() && (single.find(':') != single.npos) == ipv6)
    found.emplace_back(single);
  return found;
}

std::string_view hostname_for(View pod, View service) {
  return pod["spec"]["subdomain"].as_string() == object::name_of(service) ? pod["spec"]["hostname"].as_string()
                                                                          : std::string_view();
}

namespace {

bool same_place(View a, View b) {
  return object::labels_of(a) == object::labels_of(b) &&
         a["spec"]["hostname"].as_string() == b["spec"]["hostname"].as_string() &&
         object::is_deleting(a) == object::is_deleting(b) && is_pod_ready(a) == is_pod_ready(b) &&
         is_pod_finished(a) == is_pod_finished(b) &&
         a["spec"]["nodeName"].as_string() == b["spec"]["nodeName"].as_string() &&
         a["status"]["podIP"].as_string() == b["status"]["podIP"].as_string() &&
         (a["status"]["podIPs"].empty() == b["status"]["podIPs"].empty()) &&
         (a["status"]["podIPs"].empty() || a["status"]["podIPs"] == b["status"]["podIPs"]);
}

}  // namespace

void wake_services(const client::Informer& services, const Document& before, const Document& after,
                   const std::function<void(View)>& wake) {
  if (before && after && same_place(before.root(), after.root())) return;
  const std::string_view ns = object::namespace_of((after ? after : before).root());
  for (const Document& service : services.list(ns)) {
    if (!has_endpoints(service.root())) continue;
    const LabelSelector selector = LabelSelector::from_map(service["spec"]["selector"]);
    if ((before && selector.matches(object::labels_of(before.root()))) ||
        (after && selector.matches(object::labels_of(after.root()))))
      wake(service.root());
  }
}

TimeNs TriggerTimes::next(View service, const std::vector<Document>& pods) {
  const auto [at, is_new] = seen_.try_emplace(object::key_of(service));
  Seen& seen = at->second;
  TimeNs earliest = 0;
  const auto consider = [&earliest](TimeNs time, TimeNs last) {
    if (time > last && (earliest == 0 || time < earliest)) earliest = time;
  };
  std::map<std::string, TimeNs, std::less<>> times;
  for (const Document& pod : pods) {
    const auto time = object::time_of(condition_of(pod.root(), "Ready")["lastTransitionTime"]);
    if (!time) continue;
    const std::string_view name = object::name_of(pod.root());
    const auto last = seen.pods.find(name);
    consider(*time, last == seen.pods.end() ? 0 : last->second);
    times.emplace(std::string(name), *time);
  }
  const TimeNs created = creation_time(service);
  consider(created, seen.service);
  seen.pods = std::move(times);
  seen.service = created;
  return is_new ? created : earliest;
}

void TriggerTimes::forget(std::string_view service_key) {
  const auto at = seen_.find(service_key);
  if (at != seen_.end()) seen_.erase(at);
}

runtime::DurationNs Pace::wait(std::string_view key, runtime::TimeNs now) const {
  const auto at = next_.find(key);
  return at == next_.end() ? 0 : std::max<runtime::DurationNs>(0, at->second - now);
}

void Pace::worked(std::string_view key, size_t pods, runtime::TimeNs now) {
  next_.insert_or_assign(std::string(key), now + std::min(kMost, per_pod_ * static_cast<int64_t>(pods)));
}

void Pace::forget(std::string_view key) {
  const auto at = next_.find(key);
  if (at != next_.end()) next_.erase(at);
}

}  // namespace proa::controllers
