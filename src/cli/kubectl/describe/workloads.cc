// Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet.
#include <algorithm>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/table.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/quantity.h"
#include "object/selector.h"

namespace proa::cli::kubectl {
namespace {

using object::LabelSelector;
using object::Value;
using object::View;

struct PodCounts {
  int running = 0, waiting = 0, succeeded = 0, failed = 0;
  std::string text() const {
    return fmt::format("{} Running / {} Waiting / {} Succeeded / {} Failed", running, waiting, succeeded, failed);
  }
};

PodCounts count_pods(const DescribeContext& c, const LabelSelector& selector) {
  PodCounts counts;
  const Value pods = items_of(c.session, "pods", c.info.name_space, {{"labelSelector", selector.to_string()}});
  for (View pod : View(pods).items()) {
    if (!object::is_controlled_by(pod, object::uid_of(c.info.object))) continue;
    const auto phase = pod["status"]["phase"].as_string();
    counts.running += phase == "Running";
    counts.waiting += phase == "Pending";
    counts.succeeded += phase == "Succeeded";
    counts.failed += phase == "Failed";
  }
  return counts;
}

Value without_hash(View pod_template) {
  Value copy = pod_template.to_value();
  if (Value* metadata = copy.find("metadata"))
    if (Value* labels = metadata->find("labels")) labels->erase("pod-template-hash");
  return copy;
}

std::string set_text(View set) {
  return fmt::format("{} ({}/{} replicas created)", object::name_of(set), set["status"]["replicas"].as_int(),
                     set["spec"]["replicas"].as_int());
}

/// The new ReplicaSet is the oldest whose template is the Deployment's.
void describe_sets(DescribeWriter& w, const DescribeContext& c, const LabelSelector& selector) {
  const Value sets =
      items_of(c.session, "replicasets.apps", c.info.name_space, {{"labelSelector", selector.to_string()}});
  const Value wanted = without_hash(View(c.info.object)["spec"]["template"]);
  std::vector<View> own;
  for (View set : View(sets).items())
    if (object::is_controlled_by(set, object::uid_of(c.info.object))) own.push_back(set);
  // They come by name; equal times keep that order.
  std::stable_sort(own.begin(), own.end(), [](View a, View b) {
    return a["metadata"]["creationTimestamp"].as_string() < b["metadata"]["creationTimestamp"].as_string();
  });
  View newest;
  for (View set : own)
    if (!newest.exists() && View(without_hash(set["spec"]["template"])) == View(wanted)) newest = set;
  if (own.empty()) return;
  std::vector<std::string> old;
  for (View set : own)
    if (!newest.exists() || object::uid_of(set) != object::uid_of(newest)) old.push_back(set_text(set));
  w.print(0, "OldReplicaSets:\t{}\n", old.empty() ? "<none>" : join(old, ", "));
  w.print(0, "NewReplicaSet:\t{}\n", newest.exists() ? set_text(newest) : "<none>");
}

void begin(DescribeWriter& w, View object) {
  w.print(0, "Name:\t{}\n", object::name_of(object));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(object));
}

void labels_and_annotations(DescribeWriter& w, View object) {
  describe_labels(w, "Labels", object::labels_of(object));
  describe_annotations(w, "Annotations", object::annotations_of(object));
}

/// `app=web`, or `<none>`; sets in the order of their text.
std::string selector_text(const LabelSelector& selector) {
  const std::string text = selector.to_string();
  return text.empty() ? "<none>" : text;
}

void claim_templates(DescribeWriter& w, View templates) {
  if (templates.empty()) return w.write(0, "Volume Claims:\t<none>\n");
  w.write(0, "Volume Claims:\n");
  for (View claim : templates.items()) {
    w.print(1, "Name:\t{}\n", object::name_of(claim));
    const View annotation = object::annotations_of(claim)["volume.beta.kubernetes.io/storage-class"];
    w.print(1, "StorageClass:\t{}\n",
            annotation.exists() ? annotation.as_string() : claim["spec"]["storageClassName"].as_string());
    describe_labels_indented(w, "  ", "Labels", "\t", object::labels_of(claim));
    describe_labels_indented(w, "  ", "Annotations", "\t", object::annotations_of(claim));
    const View storage = claim["spec"]["resources"]["requests"]["storage"];
    const auto capacity = storage.exists() ? object::Quantity::of_view(storage) : object::Quantity();
    w.print(1, "Capacity:\t{}\n", storage.exists() && capacity ? capacity->to_string() : "<default>");
    w.print(1, "Access Modes:\t{}\n", go_print(claim["spec"]["accessModes"]));
  }
}

}  // namespace

void describe_deployment(DescribeWriter& w, const DescribeContext& c) {
  const View d = c.info.object, spec = d["spec"], status = d["status"];
  const auto selector = LabelSelector::from_object(spec["selector"]);
  begin(w, d);
  w.print(0, "CreationTimestamp:\t{}\n", long_time(d["metadata"]["creationTimestamp"]));
  labels_and_annotations(w, d);
  w.print(0, "Selector:\t{}\n", selector.to_string());
  w.print(0, "Replicas:\t{} desired | {} updated | {} total | {} available | {} unavailable\n",
          spec["replicas"].as_int(), status["updatedReplicas"].as_int(), status["replicas"].as_int(),
          status["availableReplicas"].as_int(), status["unavailableReplicas"].as_int());
  w.print(0, "StrategyType:\t{}\n", spec["strategy"]["type"].as_string());
  w.print(0, "MinReadySeconds:\t{}\n", spec["minReadySeconds"].as_int());
  if (const View rolling = spec["strategy"]["rollingUpdate"]; rolling.exists())
    w.print(0, "RollingUpdateStrategy:\t{} max unavailable, {} max surge\n", int_or_string(rolling["maxUnavailable"]),
            int_or_string(rolling["maxSurge"]));
  describe_pod_template(w, spec["template"]);
  describe_conditions(w, status["conditions"]);
  describe_sets(w, c, selector);
  describe_own_events(w, c);
}

void describe_replica_set(DescribeWriter& w, const DescribeContext& c) {
  const View set = c.info.object;
  const auto selector = LabelSelector::from_object(set["spec"]["selector"]);
  begin(w, set);
  w.print(0, "Selector:\t{}\n", selector_text(selector));
  labels_and_annotations(w, set);
  if (const auto owner = controller_name(set); !owner.empty()) w.print(0, "Controlled By:\t{}\n", owner);
  w.print(0, "Replicas:\t{} current / {} desired\n", set["status"]["replicas"].as_int(),
          set["spec"]["replicas"].as_int());
  w.print(0, "Pods Status:\t{}\n", count_pods(c, selector).text());
  describe_pod_template(w, set["spec"]["template"]);
  describe_conditions(w, set["status"]["conditions"]);
  describe_own_events(w, c);
}

void describe_replication_controller(DescribeWriter& w, const DescribeContext& c) {
  const View rc = c.info.object;
  begin(w, rc);
  w.print(0, "Selector:\t{}\n", labels_text(rc["spec"]["selector"]));
  labels_and_annotations(w, rc);
  w.print(0, "Replicas:\t{} current / {} desired\n", rc["status"]["replicas"].as_int(),
          rc["spec"]["replicas"].as_int());
  w.print(0, "Pods Status:\t{}\n", count_pods(c, LabelSelector::from_map(rc["spec"]["selector"])).text());
  describe_pod_template(w, rc["spec"]["template"]);
  describe_conditions(w, rc["status"]["conditions"]);
  describe_own_events(w, c);
}

void describe_stateful_set(DescribeWriter& w, const DescribeContext& c) {
  const View s = c.info.object, spec = s["spec"];
  const auto selector = LabelSelector::from_object(spec["selector"]);
  begin(w, s);
  w.print(0, "CreationTimestamp:\t{}\n", long_time(s["metadata"]["creationTimestamp"]));
  w.print(0, "Selector:\t{}\n", selector.to_string());
  labels_and_annotations(w, s);
  w.print(0, "Replicas:\t{} desired | {} total\n", spec["replicas"].as_int(), s["status"]["replicas"].as_int());
  w.print(0, "Update Strategy:\t{}\n", spec["updateStrategy"]["type"].as_string());
  const View rolling = spec["updateStrategy"]["rollingUpdate"];
  if (rolling["partition"].exists()) {
    w.print(1, "Partition:\t{}\n", rolling["partition"].as_int());
    if (rolling["maxUnavailable"].exists())
      w.print(1, "MaxUnavailable:\t{}\n", int_or_string(rolling["maxUnavailable"]));
  }
  w.print(0, "Pods Status:\t{}\n", count_pods(c, selector).text());
  describe_pod_template(w, spec["template"]);
  claim_templates(w, spec["volumeClaimTemplates"]);
  describe_own_events(w, c);
}

void describe_daemon_set(DescribeWriter& w, const DescribeContext& c) {
  const View d = c.info.object, status = d["status"];
  const auto selector = LabelSelector::from_object(d["spec"]["selector"]);
  w.print(0, "Name:\t{}\n", object::name_of(d));
  w.print(0, "Selector:\t{}\n", selector.to_string());
  w.print(0, "Node-Selector:\t{}\n", labels_text(d["spec"]["template"]["spec"]["nodeSelector"]));
  labels_and_annotations(w, d);
  w.print(0, "Desired Number of Nodes Scheduled: {}\n", status["desiredNumberScheduled"].as_int());
  w.print(0, "Current Number of Nodes Scheduled: {}\n", status["currentNumberScheduled"].as_int());
  w.print(0, "Number of Nodes Scheduled with Up-to-date Pods: {}\n", status["updatedNumberScheduled"].as_int());
  w.print(0, "Number of Nodes Scheduled with Available Pods: {}\n", status["numberAvailable"].as_int());
  w.print(0, "Number of Nodes Misscheduled: {}\n", status["numberMisscheduled"].as_int());
  w.print(0, "Pods Status:\t{}\n", count_pods(c, selector).text());
  describe_pod_template(w, d["spec"]["template"]);
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
