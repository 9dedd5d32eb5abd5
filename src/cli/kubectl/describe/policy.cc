// ResourceQuota, PodDisruptionBudget, PriorityClass.
#include <algorithm>
#include <vector>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/printers/table.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

/// What a scope of a quota matches, in a line.
std::string_view scope_text(std::string_view scope) {
  if (scope == "Terminating")
    return "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being "
           "actively terminated by the system.";
  if (scope == "NotTerminating")
    return "Matches all pods that do not have an active deadline. These pods usually include long running pods whose "
           "container command is not expected to terminate.";
  if (scope == "BestEffort")
    return "Matches all pods that do not have resource requirements set. These pods have a best effort quality of "
           "service.";
  if (scope == "NotBestEffort")
    return "Matches all pods that have at least one resource requirement set. These pods have a burstable or "
           "guaranteed quality of service.";
  return {};
}

void describe_scopes(DescribeWriter& w, View scopes) {
  std::vector<std::string> names;
  for (const View scope : scopes.items()) names.push_back(scope.str());
  if (names.empty()) return;
  std::ranges::sort(names);
  w.print(0, "Scopes:\t{}\n", join(names, ", "));
  for (const std::string& name : names)
    if (const auto text = scope_text(name); !text.empty()) w.print(0, " * {}\n", text);
}

}  // namespace

void describe_quota(DescribeWriter& w, const DescribeContext& c) {
  const View quota = c.info.object;
  w.print(0, "Name:\t{}\n", object::name_of(quota));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(quota));
  describe_scopes(w, quota["spec"]["scopes"]);
  w.write(0, "Resource\tUsed\tHard\n");
  w.write(0, "--------\t----\t----\n");
  for (const auto& [name, hard] : by_name(quota["status"]["hard"]))
    w.print(0, "{}\t{}\t{}\n", name, quota["status"]["used"][object::Key(name)].as_string("0"), hard.as_string());
}

void describe_pod_disruption_budget(DescribeWriter& w, const DescribeContext& c) {
  const View budget = c.info.object, spec = budget["spec"], status = budget["status"];
  w.print(0, "Name:\t{}\n", object::name_of(budget));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(budget));
  if (spec["minAvailable"].exists())
    w.print(0, "Min available:\t{}\n", int_or_string(spec["minAvailable"]));
  else if (spec["maxUnavailable"].exists())
    w.print(0, "Max unavailable:\t{}\n", int_or_string(spec["maxUnavailable"]));
  const std::string selector = object::LabelSelector::from_object(spec["selector"]).to_string();
  w.print(0, "Selector:\t{}\n", !spec["selector"].is_object() ? "<unset>" : selector.empty() ? "<none>" : selector);
  w.write(0, "Status:\n");
  w.print(2, "Allowed disruptions:\t{}\n", status["disruptionsAllowed"].as_int());
  w.print(2, "Current:\t{}\n", status["currentHealthy"].as_int());
  w.print(2, "Desired:\t{}\n", status["desiredHealthy"].as_int());
  w.print(2, "Total:\t{}\n", status["expectedPods"].as_int());
  describe_own_events(w, c);
}

void describe_priority_class(DescribeWriter& w, const DescribeContext& c) {
  const View priority = c.info.object;
  w.print(0, "Name:\t{}\n", object::name_of(priority));
  w.print(0, "Value:\t{}\n", priority["value"].as_int());
  w.print(0, "GlobalDefault:\t{}\n", priority["globalDefault"].as_bool());
  w.print(0, "PreemptionPolicy:\t{}\n", priority["preemptionPolicy"].as_string());
  w.print(0, "Description:\t{}\n", priority["description"].as_string());
  w.print(0, "Annotations:\t{}\n", labels_text(object::annotations_of(priority)));
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
