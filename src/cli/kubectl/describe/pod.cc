#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/describe/pod_template.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

void placement(DescribeWriter& w, View pod) {
  const View spec = pod["spec"], status = pod["status"];
  if (spec["priority"].is_int()) w.print(0, "Priority:\t{}\n", spec["priority"].as_int());
  if (const auto name = spec["priorityClassName"].as_string(); !name.empty())
    w.print(0, "Priority Class Name:\t{}\n", name);
  if (const auto name = spec["runtimeClassName"].as_string(); !name.empty())
    w.print(0, "Runtime Class Name:\t{}\n", name);
  if (const auto name = spec["serviceAccountName"].as_string(); !name.empty())
    w.print(0, "Service Account:\t{}\n", name);
  if (const auto node = spec["nodeName"].as_string(); node.empty())
    w.write(0, "Node:\t<none>\n");
  else
    w.print(0, "Node:\t{}/{}\n", node, status["hostIP"].as_string());
  if (status["startTime"].is_string()) w.print(0, "Start Time:\t{}\n", long_time(status["startTime"]));
}

void state(DescribeWriter& w, View pod) {
  const View status = pod["status"];
  const auto phase = status["phase"].as_string();
  if (object::is_deleting(pod) && phase != "Failed" && phase != "Succeeded") {
    w.print(0, "Status:\tTerminating (lasts {})\n", ago(pod["metadata"]["deletionTimestamp"]));
    w.print(0, "Termination Grace Period:\t{}s\n", pod["metadata"]["deletionGracePeriodSeconds"].as_int());
  } else {
    w.print(0, "Status:\t{}\n", phase);
  }
  if (const auto reason = status["reason"].as_string(); !reason.empty()) w.print(0, "Reason:\t{}\n", reason);
  if (const auto message = status["message"].as_string(); !message.empty()) w.print(0, "Message:\t{}\n", message);
  if (const View profile = pod["spec"]["securityContext"]["seccompProfile"]; profile.exists()) {
    w.print(0, "SeccompProfile:\t{}\n", profile["type"].as_string());
    if (profile["type"].as_string() == "Localhost")
      w.print(0, "LocalhostProfile:\t{}\n", profile["localhostProfile"].as_string());
  }
  w.print(0, "IP:\t{}\n", status["podIP"].as_string());
  w.write(0, status["podIPs"].empty() ? "IPs:\t<none>\n" : "IPs:\n");
  for (View ip : status["podIPs"].items()) w.print(1, "IP:\t{}\n", ip["ip"].as_string());
  if (const auto owner = controller_name(pod); !owner.empty()) w.print(0, "Controlled By:\t{}\n", owner);
  if (const auto node = status["nominatedNodeName"].as_string(); !node.empty())
    w.print(0, "NominatedNodeName:\t{}\n", node);
}

void gates(DescribeWriter& w, View pod) {
  const View conditions = pod["status"]["conditions"];
  if (!pod["spec"]["readinessGates"].empty()) w.write(0, "Readiness Gates:\n  Type\tStatus\n");
  for (View gate : pod["spec"]["readinessGates"].items()) {
    std::string_view status = "<none>";
    for (View c : conditions.items())
      if (c["type"] == gate["conditionType"]) status = c["status"].as_string();
    w.print(1, "{} \t{} \n", gate["conditionType"].as_string(), status);
  }
  if (!conditions.empty()) w.write(0, "Conditions:\n  Type\tStatus\n");
  for (View c : conditions.items()) w.print(1, "{} \t{} \n", c["type"].as_string(), c["status"].as_string());
}

}  // namespace

void describe_pod(DescribeWriter& w, const DescribeContext& c) {
  const View pod = c.info.object, spec = pod["spec"], status = pod["status"];
  w.print(0, "Name:\t{}\n", object::name_of(pod));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(pod));
  placement(w, pod);
  describe_labels(w, "Labels", object::labels_of(pod));
  describe_annotations(w, "Annotations", object::annotations_of(pod));
  state(w, pod);
  if (spec["resources"].is_object()) {
    w.write(0, "Resources:\n");
    describe_resources(w, spec["resources"], 1);
  }
  if (!spec["initContainers"].empty())
    describe_containers(w, spec["initContainers"], {"Init Containers", "", status["initContainerStatuses"], pod});
  describe_containers(w, spec["containers"], {"Containers", "", status["containerStatuses"], pod});
  if (!spec["ephemeralContainers"].empty())
    describe_containers(w, spec["ephemeralContainers"],
                        {"Ephemeral Containers", "", status["ephemeralContainerStatuses"], pod});
  gates(w, pod);
  describe_volumes(w, spec["volumes"], "");
  w.print(0, "QoS Class:\t{}\n", status["qosClass"].as_string());
  describe_labels(w, "Node-Selectors", spec["nodeSelector"]);
  describe_tolerations(w, "Tolerations", spec["tolerations"]);
  describe_spread_constraints(w, spec["topologySpreadConstraints"], "");
  if (c.show_events) describe_events(w, events_of(c, false));
}

}  // namespace proa::cli::kubectl
