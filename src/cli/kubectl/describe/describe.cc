// kubectl describe.
#include "cli/kubectl/describe/describe.h"

#include "cli/kubectl/commands.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Entry {
  std::string_view group, kind;
  Describer describe;
};

constexpr Entry kDescribers[] = {
    {"apps", "Deployment", describe_deployment},
    {"apps", "ReplicaSet", describe_replica_set},
    {"apps", "StatefulSet", describe_stateful_set},
    {"apps", "DaemonSet", describe_daemon_set},
    {"", "ReplicationController", describe_replication_controller},
    {"", "Pod", describe_pod},
    {"", "Service", describe_service},
    {"", "Endpoints", describe_endpoints},
    {"discovery.k8s.io", "EndpointSlice", describe_endpoint_slice},
    {"", "Node", describe_node},
    {"", "ConfigMap", describe_config_map},
    {"", "Secret", describe_secret},
    {"", "Namespace", describe_namespace},
    {"", "ServiceAccount", describe_service_account},
    {"", "PersistentVolumeClaim", describe_claim},
    {"", "PersistentVolume", describe_volume},
    {"storage.k8s.io", "StorageClass", describe_storage_class},
    {"batch", "Job", describe_job},
    {"batch", "CronJob", describe_cron_job},
    {"rbac.authorization.k8s.io", "Role", describe_role},
    {"rbac.authorization.k8s.io", "ClusterRole", describe_role},
    {"rbac.authorization.k8s.io", "RoleBinding", describe_role_binding},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", describe_role_binding},
    {"", "ResourceQuota", describe_quota},
    {"policy", "PodDisruptionBudget", describe_pod_disruption_budget},
    {"scheduling.k8s.io", "PriorityClass", describe_priority_class},
    {"networking.k8s.io", "Ingress", describe_ingress},
};

struct Options {
  FileFlags files;
  std::string selector;
  bool all_namespaces = false, show_events = true;
};

/// A name that no object has may be the beginning of others'.
Try<void> describe_matching(Session& session, const Options& o, const Failure& not_found,
                            const std::vector<std::string>& args) {
  Request request;
  request.args = {args[0]};
  request.single_type = true;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  bool any = false;
  for (const Info& info : found->infos) {
    if (!info.name.starts_with(args[1])) continue;
    any = true;
    auto text = describe_object({session, info, o.show_events});
    if (!text) return Failed(text.error());
    session.out(*text + "\n");
  }
  if (!any) return Failed(not_found);
  return {};
}

}  // namespace

Try<std::string> describe_object(const DescribeContext& context) {
  if (auto ok = context.info.check_name(); !ok) return Failed(ok.error());
  DescribeWriter w;
  const Mapping& m = context.info.mapping;
  Describer describer = describe_any;
  for (const auto& entry : kDescribers)
    if (entry.kind == m.kind && entry.group == m.group) describer = entry.describe;
  describer(w, context);
  return w.aligned();
}

Value events_about(Session& session, const std::string& name_space, const std::string& name, const std::string& kind,
                   const std::string& uid) {
  std::string fields = "involvedObject.name=" + name + ",involvedObject.namespace=" + name_space;
  if (!kind.empty()) fields += ",involvedObject.kind=" + kind;
  if (!uid.empty()) fields += ",involvedObject.uid=" + uid;
  return items_of(session, "events", name_space, {{"fieldSelector", fields}});
}

Value events_of(const DescribeContext& context, bool with_kind) {
  return events_about(context.session, context.info.name_space, context.info.name,
                      with_kind ? context.info.mapping.kind : "", std::string(object::uid_of(context.info.object)));
}

void describe_own_events(DescribeWriter& w, const DescribeContext& context) {
  if (context.show_events) describe_events(w, events_of(context));
}

Value items_of(Session& session, const char* resource, const std::string& name_space, Params params) {
  auto mapping = session.mapper().of_resource(resource);
  if (!mapping) return Value::array();
  auto list = session.api().get(mapping->path(name_space), std::move(params));
  if (!list) return Value::array();
  Value* items = list->find("items");
  return items != nullptr && items->is_array() ? std::move(*items) : Value::array();
}

Try<void> describe(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.files.add_to(flags);
  flags.text("selector", 'l', &o.selector);
  flags.boolean("all-namespaces", 'A', &o.all_namespaces);
  flags.boolean("show-events", 0, &o.show_events);
  flags.ignored("chunk-size");
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (args->empty() && o.files.empty())
    return fail(
        fmt::format("You must specify the type of resource to describe. Use \"{} api-resources\" for a complete "
                    "list of supported resources.\n",
                    session.called_as()));
  Request request;
  request.args = *args;
  request.files = o.files;
  request.selector = o.selector;
  request.all_namespaces = o.all_namespaces;
  request.latest = true;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  if (found->infos.empty() && failures.size() == 1 && failures[0].is("NotFound") && args->size() == 2)
    return describe_matching(session, o, failures[0], *args);
  bool first = true;
  for (const Info& info : found->infos) {
    auto text = describe_object({session, info, o.show_events});
    if (!text) {
      failures.push_back(text.error());
      continue;
    }
    session.out((std::exchange(first, false) ? "" : "\n\n") + *text);
  }
  if (found->infos.empty() && failures.empty())
    session.err(o.all_namespaces ? std::string("No resources found\n")
                                 : fmt::format("No resources found in {} namespace.\n", session.name_space()));
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

}  // namespace proa::cli::kubectl
