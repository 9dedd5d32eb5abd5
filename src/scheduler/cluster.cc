#include "scheduler/cluster.h"

#include <utility>

#include "object/meta.h"
#include "object/quantity.h"

namespace proa::scheduler {

using object::Document;
using object::View;

std::string_view NodeInfo::name() const { return object::name_of(node.root()); }

NodeInfo& Cluster::info(std::string_view name) {
  auto at = nodes_.find(name);
  if (at == nodes_.end()) at = nodes_.emplace(std::string(name), std::make_unique<NodeInfo>()).first;
  return *at->second;
}

void Cluster::drop_if_unused(std::string_view name) {
  const auto at = nodes_.find(name);
  if (at != nodes_.end() && !at->second->node && at->second->pods.empty()) nodes_.erase(at);
}

void Cluster::set_node(const Document& node) {
  NodeInfo& known = info(object::name_of(node.root()));
  const View allocatable = node["status"]["allocatable"];
  stale_ = stale_ || !known.node;
  known.node = node;
  known.allocatable = resources_of(allocatable);
  const auto pods = object::Quantity::parse(allocatable["pods"].as_string("0"));
  known.allowed_pods = allocatable["pods"].is_int() ? allocatable["pods"].as_int() : pods ? pods->value() : 0;
}

void Cluster::remove_node(std::string_view name) {
  const auto at = nodes_.find(name);
  if (at == nodes_.end()) return;
  at->second->node = {};
  stale_ = true;
  drop_if_unused(name);
}

void Cluster::set_pod(const Document& pod, std::string_view node_name) {
  const std::string key = object::key_of(pod.root());
  if (node_of(key) == node_name) {
    // Most changes are of status: then only the document is new.
    PodInfo& known = info(node_name).pods.find(key)->second;
    if (known.pod["spec"] == pod["spec"]) {
      known.pod = pod;
      return;
    }
  }
  remove_pod(key);
  const View affinity = pod["spec"]["affinity"];
  PodInfo entry{pod, requests_of(pod.root()), nonzero_requests_of(pod.root()),
                affinity.has("podAffinity") || affinity.has("podAntiAffinity")};
  NodeInfo& node = info(node_name);
  node.requested += entry.requests;
  node.nonzero += entry.nonzero;
  node.pods_with_affinity += entry.has_affinity;
  node.pods.insert_or_assign(key, std::move(entry));
  where_.insert_or_assign(key, std::string(node_name));
}

void Cluster::remove_pod(std::string_view key) {
  const auto at = where_.find(key);
  if (at == where_.end()) return;
  const std::string node_name = std::move(at->second);
  where_.erase(at);
  NodeInfo& node = info(node_name);
  const auto entry = node.pods.find(key);
  node.requested -= entry->second.requests;
  node.nonzero -= entry->second.nonzero;
  node.pods_with_affinity -= entry->second.has_affinity;
  node.pods.erase(entry);
  drop_if_unused(node_name);
}

void Cluster::set_namespace(std::string_view name, Document ns) {
  namespaces_.insert_or_assign(std::string(name), std::move(ns));
}

void Cluster::remove_namespace(std::string_view name) {
  const auto at = namespaces_.find(name);
  if (at != namespaces_.end()) namespaces_.erase(at);
}

const std::vector<const NodeInfo*>& Cluster::nodes() const {
  if (std::exchange(stale_, false)) {
    list_.clear();
    for (const auto& [name, node] : nodes_)
      if (node->node) list_.push_back(node.get());
  }
  return list_;
}

const NodeInfo* Cluster::node(std::string_view name) const {
  const auto at = nodes_.find(name);
  return at == nodes_.end() || !at->second->node ? nullptr : at->second.get();
}

View Cluster::namespace_labels(std::string_view name) const {
  const auto at = namespaces_.find(name);
  return at == namespaces_.end() ? View() : object::labels_of(at->second.root());
}

std::string_view Cluster::node_of(std::string_view pod_key) const {
  const auto at = where_.find(pod_key);
  return at == where_.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace proa::scheduler
