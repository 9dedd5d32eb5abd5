// PersistentVolumeClaim, PersistentVolume, StorageClass.
#include <algorithm>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/table.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/quantity.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

std::string modes_text(View modes) {
  std::vector<std::string> out;
  for (const auto& [mode, text] : {std::pair{"ReadWriteOnce", "RWO"},
                                   {"ReadOnlyMany", "ROX"},
                                   {"ReadWriteMany", "RWX"},
                                   {"ReadWriteOncePod", "RWOP"}})
    for (View one : modes.items())
      if (one.as_string() == mode && std::find(out.begin(), out.end(), text) == out.end()) out.emplace_back(text);
  return join(out, ",");
}

std::string class_of(View object) {
  const View annotation = object::annotations_of(object)["volume.beta.kubernetes.io/storage-class"];
  return annotation.exists() ? annotation.str() : object["spec"]["storageClassName"].str();
}

std::string quantity_text(View view) {
  const auto quantity = view.exists() ? object::Quantity::of_view(view) : object::Quantity();
  return quantity ? quantity->to_string() : "0";
}

void status_line(DescribeWriter& w, View object) {
  if (object::is_deleting(object))
    w.print(0, "Status:\tTerminating (lasts {})\n", ago(object["metadata"]["deletionTimestamp"]));
  else
    w.print(0, "Status:\t{}\n", object["status"]["phase"].as_string());
}

std::string finalizers(View object) {
  const View list = object["metadata"]["finalizers"];
  return list.is_array() ? go_print(list) : "[]";
}

void used_by(DescribeWriter& w, const DescribeContext& c) {
  const Value pods = items_of(c.session, "pods", c.info.name_space);
  std::vector<std::string> names;
  for (View pod : View(pods).items())
    for (View volume : pod["spec"]["volumes"].items())
      if (volume["persistentVolumeClaim"]["claimName"].as_string() == c.info.name) {
        names.emplace_back(object::name_of(pod));
        break;
      }
  std::sort(names.begin(), names.end());
  w.write(0, "Used By:");
  if (names.empty()) w.write(0, "\t<none>\n");
  for (const auto& name : names) w.print(0, "\t{}\n", name);
}

std::string bool_or_unset(View value) { return value.exists() ? go_title_bool(value.as_bool()) : "<unset>"; }

void node_affinity(DescribeWriter& w, View affinity) {
  w.write(0, "Node Affinity:\t");
  const View terms = affinity["required"]["nodeSelectorTerms"];
  if (!affinity.is_object()) return w.write(0, "<none>\n");
  w.write(0, "\n");
  w.write(1, "Required Terms:\t");
  if (terms.empty()) return w.write(0, "<none>\n");
  w.write(0, "\n");
  size_t number = 0;
  for (View term : terms.items()) {
    w.print(2, "Term {}:\t", number++);
    bool first = true;
    for (View rule : term["matchExpressions"].items()) {
      std::vector<std::string> values;
      for (View value : rule["values"].items()) values.push_back(value.str());
      if (!std::exchange(first, false)) w.write(2, "\t");
      w.print(0, "{} {}{}\n", rule["key"].as_string(), lower(rule["operator"].as_string()),
              values.empty() ? "" : fmt::format(" [{}]", join(values, ", ")));
    }
    if (first) w.write(0, "<none>\n");
  }
}

}  // namespace

void describe_claim(DescribeWriter& w, const DescribeContext& c) {
  const View claim = c.info.object, spec = claim["spec"], status = claim["status"];
  w.print(0, "Name:\t{}\n", object::name_of(claim));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(claim));
  w.print(0, "StorageClass:\t{}\n", class_of(claim));
  status_line(w, claim);
  const auto volume = spec["volumeName"].as_string();
  w.print(0, "Volume:\t{}\n", volume);
  describe_labels(w, "Labels", object::labels_of(claim));
  describe_annotations(w, "Annotations", object::annotations_of(claim));
  w.print(0, "Finalizers:\t{}\n", finalizers(claim));
  w.print(0, "Capacity:\t{}\n", volume.empty() ? "" : quantity_text(status["capacity"]["storage"]));
  w.print(0, "Access Modes:\t{}\n", volume.empty() ? "" : modes_text(status["accessModes"]));
  if (spec["volumeMode"].exists()) w.print(0, "VolumeMode:\t{}\n", spec["volumeMode"].as_string());
  if (const View source = spec["dataSource"]; source.exists()) {
    w.write(0, "DataSource:\n");
    if (source["apiGroup"].exists()) w.print(1, "APIGroup:\t{}\n", source["apiGroup"].as_string());
    w.print(1, "Kind:\t{}\n", source["kind"].as_string());
    w.print(1, "Name:\t{}\n", source["name"].as_string());
  }
  used_by(w, c);
  if (!status["conditions"].empty()) {
    w.write(0, "Conditions:\n");
    w.write(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n");
    w.write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
  }
  for (View one : status["conditions"].items())
    w.print(1, "{} \t{} \t{} \t{} \t{} \t{}\n", one["type"].as_string(), one["status"].as_string(),
            long_time(one["lastProbeTime"]), long_time(one["lastTransitionTime"]), one["reason"].as_string(),
            one["message"].as_string());
  describe_own_events(w, c);
}

void describe_volume(DescribeWriter& w, const DescribeContext& c) {
  const View volume = c.info.object, spec = volume["spec"];
  w.print(0, "Name:\t{}\n", object::name_of(volume));
  describe_labels(w, "Labels", object::labels_of(volume));
  describe_annotations(w, "Annotations", object::annotations_of(volume));
  w.print(0, "Finalizers:\t{}\n", finalizers(volume));
  w.print(0, "StorageClass:\t{}\n", class_of(volume));
  status_line(w, volume);
  const View claim = spec["claimRef"];
  w.print(0, "Claim:\t{}\n", claim.exists() ? claim["namespace"].str() + "/" + claim["name"].str() : "");
  w.print(0, "Reclaim Policy:\t{}\n", spec["persistentVolumeReclaimPolicy"].as_string());
  w.print(0, "Access Modes:\t{}\n", modes_text(spec["accessModes"]));
  if (spec["volumeMode"].exists()) w.print(0, "VolumeMode:\t{}\n", spec["volumeMode"].as_string());
  w.print(0, "Capacity:\t{}\n", quantity_text(spec["capacity"]["storage"]));
  node_affinity(w, spec["nodeAffinity"]);
  w.print(0, "Message:\t{}\n", volume["status"]["message"].as_string());
  w.write(0, "Source:\n");
  if (const View local = spec["local"]; local.exists()) {
    w.write(2, "Type:\tLocalVolume (a persistent volume backed by local storage on a node)\n");
    w.print(2, "Path:\t{}\n", local["path"].as_string());
  } else {
    describe_volume_source(w, spec);
  }
  describe_own_events(w, c);
}

namespace {

/// `Term 0:  zone in [a, b]`; a term's further labels under its first.
void allowed_topologies(DescribeWriter& w, View terms) {
  w.print(0, "AllowedTopologies:\t{}\n", terms.empty() ? "<none>" : "");
  for (size_t i = 0; i < terms.size(); ++i) {
    const View labels = terms.at(i)["matchLabelExpressions"];
    w.print(1, "Term {}:\t{}", i, labels.empty() ? "<none>\n" : "");
    for (size_t j = 0; j < labels.size(); ++j) {
      std::vector<std::string> values;
      for (View value : labels.at(j)["values"].items()) values.push_back(value.str());
      w.print(0, "{}{} in [{}]\n", j == 0 ? "" : "  \t", labels.at(j)["key"].as_string(), join(values, ", "));
    }
  }
}

}  // namespace

void describe_storage_class(DescribeWriter& w, const DescribeContext& c) {
  const View k = c.info.object;
  const bool is_default =
      object::annotations_of(k)["storageclass.kubernetes.io/is-default-class"].as_string() == "true" ||
      object::annotations_of(k)["storageclass.beta.kubernetes.io/is-default-class"].as_string() == "true";
  w.print(0, "Name:\t{}\n", object::name_of(k));
  w.print(0, "IsDefaultClass:\t{}\n", is_default ? "Yes" : "No");
  w.print(0, "Annotations:\t{}\n", labels_text(object::annotations_of(k)));
  w.print(0, "Provisioner:\t{}\n", k["provisioner"].as_string());
  w.print(0, "Parameters:\t{}\n", labels_text(k["parameters"]));
  w.print(0, "AllowVolumeExpansion:\t{}\n", bool_or_unset(k["allowVolumeExpansion"]));
  w.write(0, k["mountOptions"].empty() ? "MountOptions:\t<none>\n" : "MountOptions:\n");
  for (View option : k["mountOptions"].items()) w.print(1, "{}\n", option.as_string());
  if (k["reclaimPolicy"].exists()) w.print(0, "ReclaimPolicy:\t{}\n", k["reclaimPolicy"].as_string());
  if (k["volumeBindingMode"].exists()) w.print(0, "VolumeBindingMode:\t{}\n", k["volumeBindingMode"].as_string());
  if (k["allowedTopologies"].exists()) allowed_topologies(w, k["allowedTopologies"]);
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
