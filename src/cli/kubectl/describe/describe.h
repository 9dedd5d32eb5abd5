// Describers: one object as text for people, each kind its own way.
#pragma once

#include <string>

#include "cli/kubectl/describe/writer.h"
#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

struct DescribeContext {
  Session& session;
  const Info& info;
  bool show_events = true;
};

/// Of whatever kind.
Try<std::string> describe_object(const DescribeContext& context);

/// Events about an object, as an array. `kind` may be left out, as for pods.
object::Value events_of(const DescribeContext& context, bool with_kind = true);
object::Value events_about(Session& session, const std::string& name_space, const std::string& name,
                           const std::string& kind, const std::string& uid);
/// `Events:` at the end, where they are asked for.
void describe_own_events(DescribeWriter& w, const DescribeContext& context);
/// A list, as its items; an empty array where it can't be had.
object::Value items_of(Session& session, const char* resource, const std::string& name_space, Params params = {});

/// Of EndpointSlices: the first three ready addresses with the port of that name, and how many more there are.
std::string endpoints_text(object::View slices, std::string_view port_name);

/// The describers, by kind.
using Describer = void (*)(DescribeWriter& w, const DescribeContext& context);
void describe_deployment(DescribeWriter& w, const DescribeContext& context);
void describe_replica_set(DescribeWriter& w, const DescribeContext& context);
void describe_replication_controller(DescribeWriter& w, const DescribeContext& context);
void describe_stateful_set(DescribeWriter& w, const DescribeContext& context);
void describe_daemon_set(DescribeWriter& w, const DescribeContext& context);
void describe_pod(DescribeWriter& w, const DescribeContext& context);
void describe_service(DescribeWriter& w, const DescribeContext& context);
void describe_endpoints(DescribeWriter& w, const DescribeContext& context);
void describe_endpoint_slice(DescribeWriter& w, const DescribeContext& context);
void describe_node(DescribeWriter& w, const DescribeContext& context);
void describe_config_map(DescribeWriter& w, const DescribeContext& context);
void describe_secret(DescribeWriter& w, const DescribeContext& context);
void describe_namespace(DescribeWriter& w, const DescribeContext& context);
void describe_service_account(DescribeWriter& w, const DescribeContext& context);
void describe_claim(DescribeWriter& w, const DescribeContext& context);
void describe_volume(DescribeWriter& w, const DescribeContext& context);
void describe_storage_class(DescribeWriter& w, const DescribeContext& context);
void describe_job(DescribeWriter& w, const DescribeContext& context);
void describe_cron_job(DescribeWriter& w, const DescribeContext& context);
void describe_role(DescribeWriter& w, const DescribeContext& context);
void describe_role_binding(DescribeWriter& w, const DescribeContext& context);
void describe_quota(DescribeWriter& w, const DescribeContext& context);
void describe_pod_disruption_budget(DescribeWriter& w, const DescribeContext& context);
void describe_priority_class(DescribeWriter& w, const DescribeContext& context);
void describe_ingress(DescribeWriter& w, const DescribeContext& context);
void describe_any(DescribeWriter& w, const DescribeContext& context);

}  // namespace proa::cli::kubectl
