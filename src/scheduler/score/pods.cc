// Scores that look at the pods that run elsewhere.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "object/meta.h"
#include "scheduler/score/score.h"
#include "scheduler/selectors.h"

namespace proa::scheduler::score {
namespace {

using object::View;

constexpr std::string_view kHost = "kubernetes.io/hostname";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";

std::vector<SpreadConstraint> soft_constraints(View pod, const std::vector<object::LabelSelector>& workload) {
  if (!pod["spec"]["topologySpreadConstraints"].empty()) return spread_constraints(pod, "ScheduleAnyway");
  if (workload.empty()) return {};
  SpreadConstraint host, zone;
  host.topology_key = kHost;
  host.max_skew = 3;
  zone.topology_key = kZone;
  zone.max_skew = 5;
  host.selectors = zone.selectors = workload;
  return {host, zone};
}

bool has_all_keys(const NodeInfo& node, const std::vector<SpreadConstraint>& constraints) {
  return std::all_of(constraints.begin(), constraints.end(),
                     [&node](const SpreadConstraint& c) { return node.labels().has(c.topology_key); });
}

/// What one constraint adds to the raw score (more pods: higher) of each node.
void add_counts(View pod, const Nodes& nodes, const Cluster& cluster, const SpreadConstraint& rule,
                const std::vector<bool>& ignored, std::vector<double>& raw, bool all_keys,
                const std::vector<SpreadConstraint>& constraints) {
  const std::string_view ns = object::namespace_of(pod);
  std::map<std::string, int64_t, std::less<>> domains;
  size_t taking_part = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (ignored[i]) continue;
    ++taking_part;
    domains.emplace(nodes[i]->labels()[rule.topology_key].str(), 0);
  }
  const bool by_host = rule.topology_key == kHost;
  if (!by_host)
    for (const NodeInfo* node : cluster.nodes()) {
      if ((all_keys && !has_all_keys(*node, constraints)) || !rule.includes(pod, *node)) continue;
      const auto at = domains.find(node->labels()[rule.topology_key].as_string());
      if (at != domains.end()) at->second += rule.count_on(*node, ns);
    }
  const double weight = std::log(static_cast<double>(by_host ? taking_part : domains.size()) + 2);
  for (size_t i = 0; i < nodes.size(); ++i) {
    const View domain = nodes[i]->labels()[rule.topology_key];
    if (ignored[i] || !domain.exists()) continue;
    const int64_t count = by_host ? rule.count_on(*nodes[i], ns) : domains.find(domain.as_string())->second;
    raw[i] += static_cast<double>(count) * weight + static_cast<double>(rule.max_skew - 1);
  }
}

using Domain = std::pair<std::string, std::string>;

struct Weights {
  std::map<Domain, int64_t> of;

  void add(const AffinityTerm& term, View matched, const NodeInfo& node, const Cluster& cluster, int64_t weight) {
    const View value = node.labels()[term.topology_key];
    if (value.exists() && term.matches(matched, cluster)) of[{term.topology_key, value.str()}] += weight;
  }
};

void add_existing(Weights& weights, View pod, const PodInfo& info, const NodeInfo& node, const Cluster& cluster) {
  const View other = info.pod.root();
  for (const AffinityTerm& term : required_terms(other, "podAffinity")) weights.add(term, pod, node, cluster, 1);
  for (const AffinityTerm& term : preferred_terms(other, "podAffinity"))
    weights.add(term, pod, node, cluster, term.weight);
  for (const AffinityTerm& term : preferred_terms(other, "podAntiAffinity"))
    weights.add(term, pod, node, cluster, -term.weight);
}

}  // namespace

Scores topology_spread(View pod, const Nodes& nodes, const Cluster& cluster,
                       const std::vector<object::LabelSelector>& workload) {
  const auto constraints = soft_constraints(pod, workload);
  Scores scores(nodes.size(), 0);
  if (constraints.empty()) return scores;
  const bool all_keys = !pod["spec"]["topologySpreadConstraints"].empty();
  std::vector<bool> ignored(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) ignored[i] = all_keys && !has_all_keys(*nodes[i], constraints);
  std::vector<double> raw(nodes.size(), 0);
  for (const SpreadConstraint& rule : constraints)
    if (std::any_of(nodes.begin(), nodes.end(),
                    [&rule](const NodeInfo* node) { return node->labels().has(rule.topology_key); }))
      add_counts(pod, nodes, cluster, rule, ignored, raw, all_keys, constraints);
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (ignored[i]) continue;
    scores[i] = std::llround(raw[i]);
    least = std::min(least, scores[i]);
    most = std::max(most, scores[i]);
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (ignored[i])
      scores[i] = 0;
    else
      scores[i] = most == 0 ? kMost : kMost * (most + least - scores[i]) / most;
  }
  return scores;
}

Scores pod_affinity(View pod, const Nodes& nodes, const Cluster& cluster) {
  const auto wanted = preferred_terms(pod, "podAffinity"), unwanted = preferred_terms(pod, "podAntiAffinity");
  Weights weights;
  for (const NodeInfo* node : cluster.nodes()) {
    if (wanted.empty() && unwanted.empty() && node->pods_with_affinity == 0) continue;
    for (const auto& [key, info] : node->pods) {
      for (const AffinityTerm& term : wanted) weights.add(term, info.pod.root(), *node, cluster, term.weight);
      for (const AffinityTerm& term : unwanted) weights.add(term, info.pod.root(), *node, cluster, -term.weight);
      if (info.has_affinity) add_existing(weights, pod, info, *node, cluster);
    }
  }
  Scores scores(nodes.size(), 0);
  if (weights.of.empty()) return scores;
  for (size_t i = 0; i < nodes.size(); ++i)
    for (const auto& [domain, weight] : weights.of)
      if (nodes[i]->labels()[domain.first].exists() && nodes[i]->labels()[domain.first].as_string() == domain.second)
        scores[i] += weight;
  const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
  const int64_t least = *low, range = *high - *low;
  for (int64_t& score : scores) score = range == 0 ? 0 : kMost * (score - least) / range;
  return scores;
}

}  // namespace proa::scheduler::score
