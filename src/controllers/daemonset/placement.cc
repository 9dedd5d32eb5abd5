#include "controllers/daemonset/placement.h"

#include <array>
#include <charconv>
#include <optional>

#include "controllers/workload/ownership.h"
#include "controllers/workload/revisions.h"
#include "object/meta.h"
#include "object/node_match.h"

namespace proa::controllers::daemonset {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kGeneration = "pod-template-generation";
constexpr std::string_view kGenerationAnnotation = "deprecated.daemonset.template.generation";

struct Tolerated {
  std::string_view key, effect;
};
// A node's trouble does not end what every node is to run.
constexpr std::array<Tolerated, 6> kAlwaysTolerated = {{
    {"node.kubernetes.io/not-ready", "NoExecute"},
    {"node.kubernetes.io/unreachable", "NoExecute"},
    {"node.kubernetes.io/disk-pressure", "NoSchedule"},
    {"node.kubernetes.io/memory-pressure", "NoSchedule"},
    {"node.kubernetes.io/pid-pressure", "NoSchedule"},
    {"node.kubernetes.io/unschedulable", "NoSchedule"},
}};

/// Replaces one of the same key, operator, effect and value.
void add_toleration(Value& spec, const Tolerated& what) {
  for (Value& present : spec["tolerations"].items()) {
    const View t(present);
    if (t["key"].as_string() != what.key || t["effect"].as_string() != what.effect) continue;
    if (t["operator"].as_string() != "Exists" || !t["value"].as_string().empty()) continue;
    present.erase("tolerationSeconds");
    return;
  }
  spec["tolerations"].push_back(Value::object({{"key", what.key}, {"operator", "Exists"}, {"effect", what.effect}}));
}

Value pod_spec(View owner) {
  Value spec = owner["spec"]["template"]["spec"].to_value();
  if (!View(spec)["tolerations"].is_array()) spec.set("tolerations", Value::array());
  for (const Tolerated& what : kAlwaysTolerated) add_toleration(spec, what);
  if (View(spec)["hostNetwork"].as_bool())
    add_toleration(spec, {"node.kubernetes.io/network-unavailable", "NoSchedule"});
  return spec;
}

Value named_by_affinity(std::string_view node) {
  Value field = Value::object({{"key", "metadata.name"}, {"operator", "In"}});
  field.set("values", Value::array({node}));
  Value term = Value::object();
  term["matchFields"].push_back(std::move(field));
  Value terms = Value::array();
  terms.push_back(std::move(term));
  return terms;
}

/// The text of the generation, when it is a number.
std::optional<std::string_view> generation_text(View owner) {
  const View annotation = object::annotations_of(owner)[kGenerationAnnotation];
  if (!annotation.exists()) return std::nullopt;
  const std::string_view text = annotation.as_string();
  int64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return text;
}

}  // namespace

Placement::Placement(View owner) : spec_(pod_spec(owner)) {}

Placement::Answer Placement::on(View node) const {
  const View spec(spec_);
  const std::string_view wanted = spec["nodeName"].as_string();
  if (!wanted.empty() && wanted != object::name_of(node)) return {};
  if (!object::node_matches(spec, node)) return {};
  if (!object::untolerated_taint(spec["tolerations"], node).exists()) return {true, true};
  return {false, !object::untolerated_taint(spec["tolerations"], node, true).exists()};
}

Value pod_for_node(View owner, std::string_view revision_hash, std::string_view node) {
  Value pod_template = owner["spec"]["template"].to_value();
  pod_template.set("spec", pod_spec(owner));
  Value& labels = pod_template["metadata"]["labels"];
  if (const auto generation = generation_text(owner)) labels.set(kGeneration, *generation);
  labels.set(kRevisionHash, revision_hash);
  pod_template["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"].set(
      "nodeSelectorTerms", named_by_affinity(node));
  return pod_from_template(pod_template, owner);
}

std::string_view target_node(View pod) {
  const View spec = pod["spec"];
  if (const std::string_view node = spec["nodeName"].as_string(); !node.empty()) return node;
  const View required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  for (const View term : required["nodeSelectorTerms"].items())
    for (const View field : term["matchFields"].items())
      if (field["key"].as_string() == "metadata.name" && field["operator"].as_string() == "In")
        return field["values"].size() == 1 ? field["values"].at(0).as_string() : std::string_view();
  return {};
}

bool is_updated(View owner, View pod, std::string_view revision_hash) {
  const View labels = object::labels_of(pod);
  if (!revision_hash.empty() && labels[kRevisionHash].as_string() == revision_hash) return true;
  const auto generation = generation_text(owner);
  return generation && labels[kGeneration].as_string() == *generation;
}

}  // namespace proa::controllers::daemonset
