// What the scheduler knows of the cluster: nodes, and the pods on them with what they use. Kept up to date pod by pod, so
// that a decision reads sums instead of computing them. One thread; the decision itself (plan.h) only reads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/view.h"
#include "scheduler/resources.h"

namespace proa::scheduler {

/// A pod on a node, with what it asks for.
struct PodInfo {
  object::Document pod;
  Resources requests, nonzero;
  bool has_affinity = false;  // spec.affinity.podAffinity or podAntiAffinity
};

struct NodeInfo {
  object::Document node;                             // empty while pods name a node that is not known (yet)
  std::map<std::string, PodInfo, std::less<>> pods;  // by namespace/name
  Resources allocatable, requested, nonzero;
  int64_t allowed_pods = 0;
  int pods_with_affinity = 0;

  std::string_view name() const;
  object::View labels() const { return node["metadata"]["labels"]; }
};

class Cluster {
 public:
  void set_node(const object::Document& node);
  void remove_node(std::string_view name);
  /// A pod that is, or is about to be, on the node that `node_name` names. Replaces what was known under its name.
  void set_pod(const object::Document& pod, std::string_view node_name);
  void remove_pod(std::string_view key);
  void set_namespace(std::string_view name, object::Document ns);
  void remove_namespace(std::string_view name);

  /// Known nodes, in order of name.
  const std::vector<const NodeInfo*>& nodes() const;
  const NodeInfo* node(std::string_view name) const;
  object::View namespace_labels(std::string_view name) const;
  /// Where a pod is counted; empty: nowhere.
  std::string_view node_of(std::string_view pod_key) const;
  size_t pods() const { return where_.size(); }

 private:
  NodeInfo& info(std::string_view name);
  void drop_if_unused(std::string_view name);

  std::map<std::string, std::unique_ptr<NodeInfo>, std::less<>> nodes_;
  std::map<std::string, std::string, std::less<>> where_;  // pod key -> node
  std::map<std::string, object::Document, std::less<>> namespaces_;
  mutable std::vector<const NodeInfo*> list_;
  mutable bool stale_ = true;
};

}  // namespace proa::scheduler
