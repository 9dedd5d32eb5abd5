#include "controllers/workload/deletion_rank.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>

#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::TimeNs;
using object::View;

/// The facts of a pod that count, read once.
struct Candidate {
  Document pod;
  bool assigned = false, ready = false;
  int phase = 0;
  int64_t cost = 0;
  int doubled = 0;  // active pods of the same workload on the same node
  TimeNs ready_since = 0, created = 0;
  int64_t restarts = 0, sidecar_restarts = 0;
};

int phase_order(std::string_view phase) { return phase == "Running" ? 2 : phase == "Unknown" ? 1 : 0; }

int64_t deletion_cost(View pod) {
  const std::string_view text = object::annotations_of(pod)["controller.kubernetes.io/pod-deletion-cost"].as_string();
  int32_t cost = 0;
  // As upstream: no plus sign, no leading zeros; anything else counts as 0.
  const bool odd = text.starts_with("+") || (text.starts_with("0") && text != "0");
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), cost);
  return odd || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() ? 0 : cost;
}

bool is_sidecar(View pod, std::string_view container) {
  for (const View init : pod["spec"]["initContainers"].items())
    if (init["name"].as_string() == container) return init["restartPolicy"].as_string() == "Always";
  return false;
}

Candidate read(const Document& document, const std::map<std::string_view, int>& on_node) {
  const View pod = document.root();
  Candidate c;
  c.pod = document;
  const std::string_view node = pod["spec"]["nodeName"].as_string();
  c.assigned = !node.empty();
  c.ready = is_pod_ready(pod);
  c.phase = phase_order(pod["status"]["phase"].as_string());
  c.cost = deletion_cost(pod);
  const auto doubled = on_node.find(node);
  c.doubled = doubled == on_node.end() ? 0 : doubled->second;
  c.ready_since = pod_ready_time(pod).value_or(0);
  c.created = creation_time(pod);
  for (const View status : pod["status"]["containerStatuses"].items())
    c.restarts = std::max(c.restarts, status["restartCount"].as_int());
  for (const View status : pod["status"]["initContainerStatuses"].items())
    if (is_sidecar(pod, status["name"].as_string()))
      c.sidecar_restarts = std::max(c.sidecar_restarts, status["restartCount"].as_int());
  return c;
}

int64_t log_age(TimeNs since, TimeNs now) {
  return now > since ? static_cast<int64_t>(std::log2(static_cast<double>(now - since))) : -1;
}

/// Ages are compared by powers of two, and by uid within one: so not always the youngest goes.
bool younger(TimeNs a, TimeNs b, const Candidate& ca, const Candidate& cb, TimeNs now) {
  if (a == 0 || b == 0) return a == 0;
  const int64_t difference = log_age(a, now) - log_age(b, now);
  if (difference != 0) return difference < 0;
  return object::uid_of(ca.pod.root()) < object::uid_of(cb.pod.root());
}

bool goes_before(const Candidate& a, const Candidate& b, TimeNs now) {
  if (a.assigned != b.assigned) return !a.assigned;
  if (a.phase != b.phase) return a.phase < b.phase;
  if (a.ready != b.ready) return !a.ready;
  if (a.cost != b.cost) return a.cost < b.cost;
  if (a.doubled != b.doubled) return a.doubled > b.doubled;
  if (a.ready && b.ready && a.ready_since != b.ready_since) return younger(a.ready_since, b.ready_since, a, b, now);
  if (a.restarts != b.restarts) return a.restarts > b.restarts;
  if (a.sidecar_restarts != b.sidecar_restarts) return a.sidecar_restarts > b.sidecar_restarts;
  if (a.created != b.created) return younger(a.created, b.created, a, b, now);
  return false;
}

}  // namespace

std::vector<Document> ranked_for_deletion(std::vector<Document> pods, const std::vector<Document>& related,
                                          TimeNs now) {
  std::map<std::string_view, int> on_node;
  for (const Document& pod : related)
    if (is_pod_active(pod.root())) ++on_node[pod["spec"]["nodeName"].as_string()];
  std::vector<Candidate> candidates;
  candidates.reserve(pods.size());
  for (const Document& pod : pods) candidates.push_back(read(pod, on_node));
  std::stable_sort(candidates.begin(), candidates.end(),
                   [now](const Candidate& a, const Candidate& b) { return goes_before(a, b, now); });
  for (size_t i = 0; i < pods.size(); ++i) pods[i] = candidates[i].pod;
  return pods;
}

}  // namespace proa::controllers
