// Scores that look at one node alone.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "object/node_match.h"
#include "object/value.h"
#include "scheduler/score/score.h"

namespace proa::scheduler::score {
namespace {

using object::Value;
using object::View;

constexpr int64_t kMiB = 1024 * 1024;
constexpr int64_t kSmallImages = 23 * kMiB;
constexpr int64_t kLargeImage = 1000 * kMiB;

int64_t left_part(int64_t used, int64_t capacity) {
  return capacity == 0 || used > capacity ? 0 : (capacity - used) * kMost / capacity;
}

/// 100 when cpu and memory are used in equal parts, less the more they differ.
int64_t balance(int64_t cpu, int64_t cpu_all, int64_t memory, int64_t memory_all) {
  std::vector<double> parts;
  if (cpu_all > 0) parts.push_back(std::min(1.0, static_cast<double>(cpu) / static_cast<double>(cpu_all)));
  if (memory_all > 0) parts.push_back(std::min(1.0, static_cast<double>(memory) / static_cast<double>(memory_all)));
  const double deviation = parts.size() == 2 ? std::fabs((parts[0] - parts[1]) / 2) : 0;
  return static_cast<int64_t>((1 - deviation) * static_cast<double>(kMost));
}

/// As nodes name images: with a tag.
std::string with_tag(std::string_view image) {
  const size_t slash = image.rfind('/');
  const bool tagged = image.find(':', slash == image.npos ? 0 : slash) != image.npos;
  return std::string(image) + (tagged ? "" : ":latest");
}

std::map<std::string, int64_t> images_of(const NodeInfo& node) {
  std::map<std::string, int64_t> found;
  for (const View image : node.node["status"]["images"].items())
    for (const View name : image["names"].items()) found[name.str()] = image["sizeBytes"].as_int();
  return found;
}

std::vector<std::string> images_of_pod(View pod) {
  std::vector<std::string> found;
  for (const View list : {pod["spec"]["initContainers"], pod["spec"]["containers"]})
    for (const View container : list.items()) found.push_back(with_tag(container["image"].as_string()));
  return found;
}

}  // namespace

void normalize(Scores& scores, bool reverse) {
  const int64_t highest = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
  for (int64_t& score : scores) {
    score = highest == 0 ? 0 : kMost * score / highest;
    if (reverse) score = kMost - score;
  }
}

Scores taints(View pod, const Nodes& nodes) {
  Value soft = Value::array();
  for (const View t : pod["spec"]["tolerations"].items())
    if (t["effect"].as_string().empty() || t["effect"].as_string() == "PreferNoSchedule") soft.push_back(t.to_value());
  Scores scores;
  for (const NodeInfo* node : nodes) {
    int64_t count = 0;
    for (const View taint : node->node["spec"]["taints"].items())
      count += taint["effect"].as_string() == "PreferNoSchedule" && !object::tolerates(soft, taint);
    scores.push_back(count);
  }
  normalize(scores, true);
  return scores;
}

Scores node_affinity(View pod, const Nodes& nodes) {
  const View preferred = pod["spec"]["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
  Scores scores;
  for (const NodeInfo* node : nodes) {
    int64_t sum = 0;
    for (const View term : preferred.items())
      if (object::node_term_matches(term["preference"], node->node.root())) sum += term["weight"].as_int();
    scores.push_back(sum);
  }
  normalize(scores, false);
  return scores;
}

Scores least_allocated(View pod, const Nodes& nodes) {
  const Resources wanted = nonzero_requests_of(pod);
  Scores scores;
  for (const NodeInfo* node : nodes) {
    int64_t sum = 0, weights = 0;
    const auto add = [&](int64_t used, int64_t capacity) {
      if (capacity == 0) return;
      sum += left_part(used, capacity);
      ++weights;
    };
    add(node->nonzero.cpu_milli + wanted.cpu_milli, node->allocatable.cpu_milli);
    add(node->nonzero.memory + wanted.memory, node->allocatable.memory);
    scores.push_back(weights == 0 ? 0 : sum / weights);
  }
  return scores;
}

Scores balanced_allocation(View pod, const Nodes& nodes) {
  const Resources wanted = requests_of(pod);
  Scores scores;
  for (const NodeInfo* node : nodes) {
    const Resources& used = node->requested;
    const Resources& all = node->allocatable;
    const int64_t with =
        balance(used.cpu_milli + wanted.cpu_milli, all.cpu_milli, used.memory + wanted.memory, all.memory);
    const int64_t without = balance(used.cpu_milli, all.cpu_milli, used.memory, all.memory);
    scores.push_back(kMost / 2 + (kMost / 2 + with - without) / 2);
  }
  return scores;
}

Scores image_locality(View pod, const Nodes& nodes, const Cluster& cluster) {
  const std::vector<std::string> wanted = images_of_pod(pod);
  // An image that few nodes have counts less, lest all pods crowd there.
  std::map<std::string, int64_t> holders;
  for (const NodeInfo* node : cluster.nodes())
    for (const auto& [name, size] : images_of(*node)) ++holders[name];
  const auto all = static_cast<double>(std::max<size_t>(1, cluster.nodes().size()));
  const int64_t most = kLargeImage * static_cast<int64_t>(std::max<size_t>(1, wanted.size()));
  Scores scores;
  for (const NodeInfo* node : nodes) {
    const auto images = images_of(*node);
    int64_t sum = 0;
    for (const std::string& name : wanted)
      if (const auto at = images.find(name); at != images.end())
        sum += static_cast<int64_t>(static_cast<double>(at->second) * static_cast<double>(holders[name]) / all);
    sum = std::clamp(sum, kSmallImages, most);
    scores.push_back(kMost * (sum - kSmallImages) / (most - kSmallImages));
  }
  return scores;
}

}  // namespace proa::scheduler::score
