// Rows of what rules over others: ingresses, policies, budgets, autoscalers, role bindings, classes.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

/// Numbers and text alike: an IntOrString, a Quantity.
std::string text_of(View value) { return value.is_string() ? value.str() : object::to_json(value); }

std::string ingress_hosts(View rules) {
  constexpr size_t kShown = 3;
  std::vector<std::string> hosts;
  bool more = false;
  for (const View rule : rules.items()) {
    more |= hosts.size() == kShown;
    if (!more && !rule["host"].as_string().empty()) hosts.push_back(rule["host"].str());
  }
  if (hosts.empty()) return "*";
  std::string out = fmt::format("{}", fmt::join(hosts, ","));
  if (more) out += fmt::format(" + {} more...", rules.size() - kShown);
  return out;
}

std::string ingress_addresses(View points) {
  std::set<std::string> addresses;
  for (const View point : points.items()) {
    const View ip = point["ip"], host = point["hostname"];
    if (!ip.as_string().empty() || !host.as_string().empty())
      addresses.insert(ip.as_string().empty() ? host.str() : ip.str());
  }
  return fmt::format("{}", fmt::join(addresses, ","));
}

/// What a metric's status says of `member`, or `<unknown>`.
std::string current_of(View status, std::string_view source, std::string_view member, std::string_view unit) {
  const View value = status[source]["current"][member];
  return value.exists() && !value.is_null() ? text_of(value) + std::string(unit) : "<unknown>";
}

/// `cpu: 10%/50%`
std::string resource_metric(View spec, View status, std::string_view source) {
  const View metric = spec[source], target = metric["target"];
  if (target["averageValue"].exists())
    return fmt::format("{}: {}/{}", metric["name"].as_string(), current_of(status, source, "averageValue", ""),
                       text_of(target["averageValue"]));
  const std::string wanted =
      target["averageUtilization"].exists() ? text_of(target["averageUtilization"]) + "%" : "<auto>";
  return fmt::format("{}: {}/{}", metric["name"].as_string(), current_of(status, source, "averageUtilization", "%"),
                     wanted);
}

std::string value_metric(View spec, View status, std::string_view source, bool only_average) {
  const View target = spec[source]["target"];
  const bool average = only_average || target["averageValue"].exists();
  const std::string_view member = average ? "averageValue" : "value";
  return fmt::format("{}/{}{}", current_of(status, source, member, ""), text_of(target[member]),
                     average && !only_average ? " (avg)" : "");
}

std::string metric_text(View spec, View status) {
  const std::string_view type = spec["type"].as_string();
  if (type == "Resource") return resource_metric(spec, status, "resource");
  if (type == "ContainerResource") return resource_metric(spec, status, "containerResource");
  if (type == "Pods") return value_metric(spec, status, "pods", true);
  if (type == "Object") return value_metric(spec, status, "object", false);
  if (type == "External") return value_metric(spec, status, "external", false);
  return "<unknown type>";
}

std::string metrics_text(View specs, View statuses) {
  constexpr size_t kShown = 2;
  if (specs.empty()) return "<none>";
  std::vector<std::string> texts;
  for (size_t i = 0; i < specs.size() && i < kShown; ++i) texts.push_back(metric_text(specs.at(i), statuses.at(i)));
  std::string out = fmt::format("{}", fmt::join(texts, ", "));
  if (specs.size() > kShown) out += fmt::format(" + {} more...", specs.size() - kShown);
  return out;
}

std::string subjects_of(View subjects, std::string_view kind) {
  std::vector<std::string> names;
  for (const View subject : subjects.items()) {
    if (subject["kind"].as_string() != kind) continue;
    const std::string_view ns = subject["namespace"].as_string();
    const bool account = kind == "ServiceAccount" && !ns.empty();
    names.push_back(account ? fmt::format("{}/{}", ns, subject["name"].as_string()) : subject["name"].str());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string or_not_set(View value) { return value.exists() && !value.is_null() ? text_of(value) : "N/A"; }

}  // namespace

void ingress(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  cells = {object::name_of(object),
           or_else(spec["ingressClassName"], "<none>"),
           ingress_hosts(spec["rules"]),
           ingress_addresses(object["status"]["loadBalancer"]["ingress"]),
           spec["tls"].empty() ? "80" : "80, 443",
           created(object, now)};
}

void ingress_class(View object, TimeNs now, Cells& cells) {
  const bool is_default =
      object::annotations_of(object)["ingressclass.kubernetes.io/is-default-class"].as_string() == "true";
  const View parameters = object["spec"]["parameters"];
  std::string shown = "<none>";
  if (parameters.exists() && !parameters.is_null()) {
    shown = parameters["kind"].str();
    if (parameters["apiGroup"].exists()) shown += "." + parameters["apiGroup"].str();
    shown += "/" + parameters["name"].str();
  }
  cells = {std::string(object::name_of(object)) + (is_default ? " (default)" : ""), object["spec"]["controller"].str(),
           shown, created(object, now)};
}

void network_policy(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), selector_text(object["spec"]["podSelector"]), created(object, now)};
}

void horizontal_pod_autoscaler(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"], status = object["status"], target = spec["scaleTargetRef"];
  cells = {object::name_of(object),
           fmt::format("{}/{}", target["kind"].as_string(), target["name"].as_string()),
           metrics_text(spec["metrics"], status["currentMetrics"]),
           spec["minReplicas"].exists() ? text_of(spec["minReplicas"]) : "<unset>",
           spec["maxReplicas"].as_int(),
           status["currentReplicas"].as_int(),
           created(object, now)};
}

void pod_disruption_budget(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  cells = {object::name_of(object), or_not_set(spec["minAvailable"]), or_not_set(spec["maxUnavailable"]),
           object["status"]["disruptionsAllowed"].as_int(), created(object, now)};
}

void role_binding(View object, TimeNs now, Cells& cells) {
  const View role = object["roleRef"], subjects = object["subjects"];
  cells = {object::name_of(object),        fmt::format("{}/{}", role["kind"].as_string(), role["name"].as_string()),
           created(object, now),           subjects_of(subjects, "User"),
           subjects_of(subjects, "Group"), subjects_of(subjects, "ServiceAccount")};
}

void priority_class(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), object["value"].as_int(), object["globalDefault"].as_bool(), created(object, now),
           object["preemptionPolicy"].str()};
}

void pod_template(View object, TimeNs /*now*/, Cells& cells) {
  const View spec = object["template"]["spec"];
  cells = {object::name_of(object), container_names(spec["containers"]), container_images(spec["containers"]),
           map_text(object["template"]["metadata"]["labels"])};
}

void webhook_configuration(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), static_cast<int64_t>(object["webhooks"].size()), created(object, now)};
}

void resource_quota(View quota, TimeNs now, Cells& cells) {
  const View status = quota["status"];
  std::set<std::string_view> names;
  for (const auto& [name, amount] : status["hard"].members()) names.insert(name);
  std::vector<std::string> requests, limits;
  for (const std::string_view name : names) {
    const View used = status["used"][name];
    (name.starts_with("limits.") ? limits : requests)
        .push_back(fmt::format("{}: {}/{}", name, used.exists() ? text_of(used) : "0", text_of(status["hard"][name])));
  }
  cells = {object::name_of(quota), fmt::format("{}", fmt::join(requests, ", ")),
           fmt::format("{}", fmt::join(limits, ", ")), created(quota, now)};
}

void lease(View lease, TimeNs now, Cells& cells) {
  cells = {object::name_of(lease), lease["spec"]["holderIdentity"].str(), created(lease, now)};
}

}  // namespace proa::api::rows
