// Whole decisions by the answers of kube-scheduler 1.36 with its default plugins: for every node whether it will do and,
// if not, why (and whether preemption could change that); of nodes that will do the weighted scores; if none will, what
// the user reads.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduler/filter/filter.h"
#include "scheduler/plan.h"
#include "scheduler/score/score.h"
#include "scheduler/test_objects.h"

namespace proa::scheduler::testing {

using object::Document;
using object::Value;
using object::View;

/// All in JSON; `service` is the selector of a Service that the pod belongs to.
struct Scenario {
  std::string_view nodes, pods, pod, service;
  std::vector<std::string> wanted;
};

class UpstreamAnswers : public ::testing::Test {
 protected:
  void check(const Scenario& scenario) {
    const Value nodes = json(scenario.nodes), pods = json(scenario.pods), pod = json(scenario.pod);
    for (const View node : View(nodes).items()) cluster_.set_node(Document::freeze(node));
    for (const View other : View(pods).items())
      cluster_.set_pod(Document::freeze(other), other["spec"]["nodeName"].as_string());
    const Value namespaces = json(R"([{"metadata":{"name":"default"}},{"metadata":{"name":"other"}},
        {"metadata":{"name":"team","labels":{"team":"x"}}}])");
    for (const View ns : View(namespaces).items())
      cluster_.set_namespace(ns["metadata"]["name"].as_string(), Document::freeze(ns));
    if (!scenario.service.empty()) workload_.push_back(object::LabelSelector::from_map(json(scenario.service)));
    for (size_t i = 0; i < scenario.wanted.size(); ++i) {
      const auto found = answers(pod);
      ASSERT_EQ(found.size(), scenario.wanted.size()) << fmt::format("{}", fmt::join(found, "\n"));
      EXPECT_EQ(only_named(found[i], scenario.wanted[i]), scenario.wanted[i]);
    }
  }

 private:
  std::vector<std::string> answers(View pod) const {
    std::vector<std::string> lines;
    score::Nodes fitting;
    for (const NodeInfo* node : cluster_.nodes()) lines.push_back(verdict(pod, *node, fitting));
    const Decision decision = decide(Question{pod, workload_, 0, 0}, cluster_);
    if (fitting.empty()) lines.push_back(decision.message.substr(0, decision.message.find(" no new claims")));
    if (fitting.size() < 2) return lines;
    const auto scores = all_scores(pod, fitting);
    for (size_t i = 0; i < fitting.size(); ++i) {
      lines.push_back(std::string(fitting[i]->name()) + ":");
      for (const auto& [plugin, values] : scores) lines.back() += fmt::format(" {}={}", plugin, values[i]);
    }
    return lines;
  }

  std::string verdict(View pod, const NodeInfo& node, score::Nodes& fitting) const {
    Verdict no = filter::unschedulable(pod, node);
    if (!no) no = filter::node_name(pod, node);
    if (!no) no = filter::taints(pod, node);
    if (!no) no = filter::node_affinity(pod, node);
    if (!no) no = filter::ports(pod, node);
    if (!no) no = filter::resources(requests_of(pod), node);
    if (!no) no = filter::TopologySpread(pod, cluster_).check(node);
    if (!no) no = filter::PodAffinity(pod, cluster_).check(node);
    if (!no) fitting.push_back(&node);
    if (!no) return std::string(node.name()) + ": fits";
    return fmt::format("{}: {}{}", node.name(), fmt::join(no->reasons, ", "),
                       no->preemption_may_help ? "" : " (for good)");
  }

  std::map<std::string, score::Scores> all_scores(View pod, const score::Nodes& nodes) const {
    const auto times = [](int64_t weight, score::Scores scores) {
      for (int64_t& score : scores) score *= weight;
      return scores;
    };
    return {{"ImageLocality", score::image_locality(pod, nodes, cluster_)},
            {"InterPodAffinity", times(2, score::pod_affinity(pod, nodes, cluster_))},
            {"NodeAffinity", times(2, score::node_affinity(pod, nodes))},
            {"NodeResourcesBalancedAllocation", score::balanced_allocation(pod, nodes)},
            {"NodeResourcesFit", score::least_allocated(pod, nodes)},
            {"PodTopologySpread", times(2, score::topology_spread(pod, nodes, cluster_, workload_))},
            {"TaintToleration", times(3, score::taints(pod, nodes))}};
  }

  /// Upstream leaves plugins out that have nothing to say: a line without those that `wanted` does not name.
  static std::string only_named(const std::string& line, const std::string& wanted) {
    if (!line.contains('=')) return line;
    std::string kept;
    for (size_t start = 0, end = 0; start < line.size(); start = end + 1) {
      end = std::min(line.find(' ', start), line.size());
      const std::string word = line.substr(start, end - start);
      if (wanted.contains(word.substr(0, word.find('=')))) kept += (kept.empty() ? "" : " ") + word;
    }
    return kept;
  }

  Cluster cluster_;
  std::vector<object::LabelSelector> workload_;
};

}  // namespace proa::scheduler::testing
