#include "scheduler/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "object/meta.h"
#include "scheduler/filter/filter.h"
#include "scheduler/score/score.h"

namespace proa::scheduler {
namespace {

using object::View;

/// Reasons and on how many nodes each holds: `1 Insufficient cpu, 2 node(s) were unschedulable`, in order of text.
class Histogram {
 public:
  void add(const std::string& reason) { ++counts_[reason]; }
  std::string text() const {
    std::vector<std::string> lines;
    for (const auto& [reason, count] : counts_) lines.push_back(fmt::format("{} {}", count, reason));
    std::sort(lines.begin(), lines.end());
    return fmt::format("{}", fmt::join(lines, ", "));
  }

 private:
  std::map<std::string, int> counts_;
};

/// A pod that names its node in an affinity field (a daemon's pod does) is tried there only.
std::optional<std::set<std::string, std::less<>>> named_nodes(View pod) {
  const View terms =
      pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
  if (terms.empty()) return std::nullopt;
  std::set<std::string, std::less<>> names;
  for (const View term : terms.items()) {
    bool named = false;
    for (const View field : term["matchFields"].items()) {
      if (field["key"].as_string() != "metadata.name" || field["operator"].as_string() != "In") continue;
      named = true;
      for (const View value : field["values"].items()) names.insert(value.str());
    }
    if (!named) return std::nullopt;
  }
  return names;
}

/// The filters that a pod meets, in order.
class Filters {
 public:
  Filters(View pod, const Cluster& cluster)
      : pod_(pod),
        requests_(requests_of(pod)),
        named_(named_nodes(pod)),
        spread_(pod, cluster),
        affinity_(pod, cluster) {}

  Verdict check(const NodeInfo& node) const {
    if (named_ && !named_->contains(node.name()))
      return Rejection{{"node(s) didn't satisfy plugin(s) [NodeAffinity]"}, false};
    if (auto no = filter::unschedulable(pod_, node)) return no;
    if (auto no = filter::node_name(pod_, node)) return no;
    if (auto no = filter::taints(pod_, node)) return no;
    if (auto no = filter::node_affinity(pod_, node)) return no;
    if (auto no = filter::ports(pod_, node)) return no;
    if (auto no = filter::resources(requests_, node)) return no;
    if (auto no = spread_.check(node)) return no;
    return affinity_.check(node);
  }

 private:
  View pod_;
  Resources requests_;
  std::optional<std::set<std::string, std::less<>>> named_;
  filter::TopologySpread spread_;
  filter::PodAffinity affinity_;
};

const NodeInfo* best_of(const Question& question, const Cluster& cluster, const score::Nodes& nodes) {
  if (nodes.size() == 1) return nodes[0];
  score::Scores total(nodes.size(), 0);
  const auto add = [&total](int64_t weight, const score::Scores& scores) {
    for (size_t i = 0; i < total.size(); ++i) total[i] += weight * scores[i];
  };
  const View pod = question.pod;
  add(3, score::taints(pod, nodes));
  add(2, score::node_affinity(pod, nodes));
  add(1, score::least_allocated(pod, nodes));
  add(2, score::topology_spread(pod, nodes, cluster, question.workload));
  add(2, score::pod_affinity(pod, nodes, cluster));
  add(1, score::balanced_allocation(pod, nodes));
  add(1, score::image_locality(pod, nodes, cluster));
  const int64_t highest = *std::max_element(total.begin(), total.end());
  score::Nodes best;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (total[i] == highest) best.push_back(nodes[i]);
  return best[question.draw % best.size()];
}

/// What removing pods of lower priority would bring: nothing, and why.
std::string preemption_text(View pod, const std::vector<Rejection>& rejections, size_t nodes) {
  if (pod["spec"]["preemptionPolicy"].as_string() == "Never")
    return "preemption: not eligible due to preemptionPolicy=Never.";
  Histogram reasons;
  for (const Rejection& rejection : rejections)
    reasons.add(rejection.preemption_may_help ? "No preemption victims found for incoming pod"
                                              : "Preemption is not helpful for scheduling");
  return fmt::format("preemption: 0/{} nodes are available: {}.", nodes, reasons.text());
}

std::string why_not(View pod, const std::vector<Rejection>& rejections, size_t nodes) {
  Histogram reasons;
  for (const Rejection& rejection : rejections)
    for (const std::string& reason : rejection.reasons) reasons.add(reason);
  return fmt::format("0/{} nodes are available: {}. no new claims to deallocate, {}", nodes, reasons.text(),
                     preemption_text(pod, rejections, nodes));
}

}  // namespace

size_t enough_nodes(size_t all) {
  constexpr size_t kAlways = 100;
  if (all < kAlways) return all;
  const size_t percent = all / 125 >= 45 ? 5 : 50 - all / 125;
  return std::max(kAlways, all * percent / 100);
}

Decision decide(const Question& question, const Cluster& cluster) {
  const auto& nodes = cluster.nodes();
  Decision decision;
  if (nodes.empty()) {
    decision.message = "no nodes available to schedule pods";
    decision.helped_by = kNodeChanged;
    return decision;
  }
  const Filters filters(question.pod, cluster);
  const size_t enough = enough_nodes(nodes.size());
  score::Nodes fitting;
  std::vector<Rejection> rejections;
  for (; decision.looked_at < nodes.size() && fitting.size() < enough; ++decision.looked_at) {
    const NodeInfo* node = nodes[(question.first_node + decision.looked_at) % nodes.size()];
    auto no = filters.check(*node);
    if (!no) {
      fitting.push_back(node);
      continue;
    }
    decision.helped_by |= no->helped_by;
    rejections.push_back(std::move(*no));
  }
  if (fitting.empty())
    decision.message = why_not(question.pod, rejections, nodes.size());
  else
    decision.node = best_of(question, cluster, fitting)->name();
  return decision;
}

}  // namespace proa::scheduler
