#include "scheduler/selectors.h"

#include <algorithm>

#include "object/meta.h"
#include "object/node_match.h"
#include "object/value.h"

namespace proa::scheduler {
namespace {

using object::LabelSelector;
using object::Value;
using object::View;

LabelSelector selector_with_keys(View term, View pod_labels) {
  View selector = term["labelSelector"];
  // No selector means no pods, whatever the keys say.
  if (term["matchLabelKeys"].empty() || !selector.is_object()) return LabelSelector::from_object(selector);
  Value merged = selector.to_value();
  for (const View key : term["matchLabelKeys"].items())
    if (pod_labels.has(key.as_string()))
      merged["matchExpressions"].push_back(
          Value::object({{"key", key.as_string()},
                         {"operator", "In"},
                         {"values", Value::array({pod_labels[key.as_string()].as_string()})}}));
  return LabelSelector::from_object(merged);
}

AffinityTerm read_term(View term, View pod) {
  AffinityTerm out;
  out.topology_key = term["topologyKey"].str();
  // The API server has merged matchLabelKeys and mismatchLabelKeys into the selector already.
  out.pods = LabelSelector::from_object(term["labelSelector"]);
  for (const View ns : term["namespaces"].items()) out.namespaces.push_back(ns.str());
  const View selector = term["namespaceSelector"];
  if (selector.is_object()) {
    out.namespace_selector = LabelSelector::from_object(selector);
    out.any_namespace = out.namespace_selector.selects_everything();
  } else if (out.namespaces.empty()) {
    out.namespaces.emplace_back(object::namespace_of(pod));
  }
  return out;
}

}  // namespace

bool AffinityTerm::matches(View pod, const Cluster& cluster) const {
  const std::string_view ns = object::namespace_of(pod);
  const bool in_namespace =
      any_namespace || std::find(namespaces.begin(), namespaces.end(), ns) != namespaces.end() ||
      (!namespace_selector.selects_nothing() && namespace_selector.matches(cluster.namespace_labels(ns)));
  return in_namespace && pods.matches(object::labels_of(pod));
}

std::vector<AffinityTerm> required_terms(View pod, std::string_view kind) {
  std::vector<AffinityTerm> terms;
  const View affinity = pod["spec"]["affinity"][kind];
  for (const View term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items())
    terms.push_back(read_term(term, pod));
  return terms;
}

std::vector<AffinityTerm> preferred_terms(View pod, std::string_view kind) {
  std::vector<AffinityTerm> terms;
  const View affinity = pod["spec"]["affinity"][kind];
  for (const View weighted : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    terms.push_back(read_term(weighted["podAffinityTerm"], pod));
    terms.back().weight = weighted["weight"].as_int();
  }
  return terms;
}

bool SpreadConstraint::selects(View pod_labels) const {
  return std::all_of(selectors.begin(), selectors.end(),
                     [pod_labels](const LabelSelector& s) { return s.matches(pod_labels); });
}

bool SpreadConstraint::includes(View pod, const NodeInfo& node) const {
  if (honor_affinity && !object::node_matches(pod["spec"], node.node.root())) return false;
  return !honor_taints || !object::untolerated_taint(pod["spec"]["tolerations"], node.node.root()).exists();
}

int64_t SpreadConstraint::count_on(const NodeInfo& node, std::string_view ns) const {
  // Upstream counts no pods where nothing is asked of them.
  if (std::ranges::all_of(selectors, &LabelSelector::selects_everything)) return 0;
  int64_t count = 0;
  for (const auto& [key, info] : node.pods) {
    const View pod = info.pod.root();
    if (object::namespace_of(pod) == ns && !object::is_deleting(pod) && selects(object::labels_of(pod))) ++count;
  }
  return count;
}

std::vector<SpreadConstraint> spread_constraints(View pod, std::string_view action) {
  std::vector<SpreadConstraint> found;
  for (const View c : pod["spec"]["topologySpreadConstraints"].items()) {
    if (c["whenUnsatisfiable"].as_string() != action) continue;
    SpreadConstraint rule;
    rule.topology_key = c["topologyKey"].str();
    rule.max_skew = c["maxSkew"].as_int(1);
    rule.min_domains = c["minDomains"].as_int(1);
    rule.selectors.push_back(selector_with_keys(c, object::labels_of(pod)));
    rule.honor_affinity = c["nodeAffinityPolicy"].as_string("Honor") == "Honor";
    rule.honor_taints = c["nodeTaintsPolicy"].as_string("Ignore") == "Honor";
    found.push_back(std::move(rule));
  }
  return found;
}

}  // namespace proa::scheduler
