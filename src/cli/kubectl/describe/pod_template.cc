#include "cli/kubectl/describe/pod_template.h"

#include <algorithm>

#include "object/meta.h"
#include "object/selector.h"

namespace proa::cli::kubectl {

using object::View;

void describe_spread_constraints(DescribeWriter& w, View constraints, std::string_view space) {
  if (constraints.empty()) return;
  std::vector<View> sorted;
  for (View one : constraints.items()) sorted.push_back(one);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](View a, View b) { return a["topologyKey"].as_string() < b["topologyKey"].as_string(); });
  w.print(0, "{}Topology Spread Constraints:\t", space);
  for (size_t i = 0; i < sorted.size(); ++i) {
    const View one = sorted[i];
    if (i > 0) w.print(0, "{}\t", space);
    w.print(0, "{}:{} when max skew {} is exceeded", one["topologyKey"].as_string(),
            one["whenUnsatisfiable"].as_string(), one["maxSkew"].as_int());
    if (one["labelSelector"].is_object())
      w.print(0, " for selector {}", object::LabelSelector::from_object(one["labelSelector"]).to_string());
    w.write(0, "\n");
  }
}

void describe_pod_template(DescribeWriter& w, View pod_template) {
  w.write(0, "Pod Template:\n");
  if (!pod_template.is_object()) return w.write(1, "<unset>");
  const View spec = pod_template["spec"];
  describe_labels(w, "  Labels", object::labels_of(pod_template));
  if (!object::annotations_of(pod_template).empty())
    describe_annotations(w, "  Annotations", object::annotations_of(pod_template));
  if (const auto account = spec["serviceAccountName"].as_string(); !account.empty())
    w.print(1, "Service Account:\t{}\n", account);
  if (!spec["initContainers"].empty())
    describe_containers(w, spec["initContainers"], {"Init Containers", "  ", {}, {}});
  describe_containers(w, spec["containers"], {"Containers", "  ", {}, {}});
  describe_volumes(w, spec["volumes"], "  ");
  describe_spread_constraints(w, spec["topologySpreadConstraints"], "  ");
  if (const auto priority = spec["priorityClassName"].as_string(); !priority.empty())
    w.print(1, "Priority Class Name:\t{}\n", priority);
  describe_labels(w, "  Node-Selectors", spec["nodeSelector"]);
  describe_tolerations(w, "  Tolerations", spec["tolerations"]);
}

std::string pod_template_text(View pod_template) {
  DescribeWriter w;
  describe_pod_template(w, pod_template);
  return w.raw();
}

}  // namespace proa::cli::kubectl
