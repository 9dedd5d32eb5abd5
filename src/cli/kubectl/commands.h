// The commands. Each parses its own flags from the session, does its work, and returns a Failure where kubectl
// would end with an exit code other than 0.
#pragma once

#include "cli/kubectl/session.h"

namespace proa::cli::kubectl {

using Command = Try<void> (*)(Session&);

Try<void> annotate(Session& session);
Try<void> api_resources(Session& session);
Try<void> api_versions(Session& session);
Try<void> apply(Session& session);
Try<void> apply_view_last_applied(Session& session);
Try<void> attach(Session& session);
Try<void> auth_can_i(Session& session);
Try<void> auth_whoami(Session& session);
Try<void> autoscale(Session& session);
Try<void> cluster_info(Session& session);
Try<void> config_current_context(Session& session);
Try<void> config_get_contexts(Session& session);
Try<void> config_set_context(Session& session);
Try<void> config_use_context(Session& session);
Try<void> config_view(Session& session);
Try<void> cordon(Session& session);
Try<void> uncordon(Session& session);
Try<void> drain(Session& session);
Try<void> copy_files(Session& session);
Try<void> create(Session& session);
Try<void> create_configmap(Session& session);
Try<void> create_deployment(Session& session);
Try<void> create_cron_job(Session& session);
Try<void> create_cluster_role(Session& session);
Try<void> create_cluster_role_binding(Session& session);
Try<void> create_ingress(Session& session);
Try<void> create_pod_disruption_budget(Session& session);
Try<void> create_priority_class(Session& session);
Try<void> create_quota(Session& session);
Try<void> create_role(Session& session);
Try<void> create_role_binding(Session& session);
Try<void> create_token(Session& session);
Try<void> create_job(Session& session);
Try<void> create_namespace(Session& session);
Try<void> create_secret_docker_registry(Session& session);
Try<void> create_secret_generic(Session& session);
Try<void> create_secret_tls(Session& session);
Try<void> create_service_clusterip(Session& session);
Try<void> create_service_externalname(Session& session);
Try<void> create_service_loadbalancer(Session& session);
Try<void> create_service_nodeport(Session& session);
Try<void> create_serviceaccount(Session& session);
Try<void> delete_objects(Session& session);
Try<void> describe(Session& session);
Try<void> edit(Session& session);
Try<void> events(Session& session);
Try<void> exec(Session& session);
Try<void> explain(Session& session);
Try<void> expose(Session& session);
Try<void> get(Session& session);
Try<void> label(Session& session);
Try<void> logs(Session& session);
Try<void> patch(Session& session);
Try<void> port_forward(Session& session);
Try<void> replace(Session& session);
Try<void> rollout_history(Session& session);
Try<void> rollout_pause(Session& session);
Try<void> rollout_restart(Session& session);
Try<void> rollout_resume(Session& session);
Try<void> rollout_status(Session& session);
Try<void> rollout_undo(Session& session);
Try<void> run(Session& session);
Try<void> scale(Session& session);
Try<void> set_env(Session& session);
Try<void> set_image(Session& session);
Try<void> set_resources(Session& session);
Try<void> set_selector(Session& session);
Try<void> set_serviceaccount(Session& session);
Try<void> taint(Session& session);
Try<void> top(Session& session);
Try<void> version(Session& session);
Try<void> wait(Session& session);

}  // namespace proa::cli::kubectl
