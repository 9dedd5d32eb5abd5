#include <fmt/format.h>

#include "admission/plugins.h"
#include "object/meta.h"

namespace proa::admission {
namespace {

bool is_kept_forever(std::string_view name) {
  return name == "default" || name == "kube-system" || name == "kube-public";
}

Status terminating(const Attributes& attributes) {
  Status status = forbid(attributes, fmt::format("unable to create new content in namespace {} because it is being "
                                                 "terminated",
                                                 attributes.ns));
  status.details.causes.push_back(
      {"NamespaceTerminating", fmt::format("namespace {} is being terminated", attributes.ns), "metadata.namespace"});
  return status;
}

}  // namespace

Result<void> check_namespace(const Attributes& attributes) {
  const bool is_namespace = attributes.kind.group.empty() && attributes.kind.kind == "Namespace";
  if (attributes.operation == Operation::kDelete) {
    if (is_namespace && is_kept_forever(attributes.name))
      return Error(forbid(attributes, "this namespace may not be deleted"));
    return {};
  }
  if (is_namespace || !attributes.kind.namespaced || attributes.ns.empty()) return {};
  const object::Document ns = attributes.world.get("", "namespaces", "", attributes.ns);
  if (!ns) return Error(base::not_found({"", "namespaces"}, attributes.ns));
  if (attributes.operation == Operation::kCreate &&
      (ns["status"]["phase"].as_string() == "Terminating" || object::is_deleting(ns.root())))
    return Error(terminating(attributes));
  return {};
}

}  // namespace proa::admission
