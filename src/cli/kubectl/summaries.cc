#include "cli/kubectl/summaries.h"

#include <algorithm>
#include <array>

namespace proa::cli::kubectl {
namespace {

struct Summary {
  std::string_view words, text;
};

constexpr auto kSummaries = std::to_array<Summary>({
    {"annotate", "Update the annotations on a resource"},
    {"api-resources", "Print the supported API resources on the server"},
    {"api-versions", "Print the supported API versions on the server, in the form of \"group/version\""},
    {"apply", "Apply a configuration to a resource by file name or stdin"},
    {"attach", "Attach to a running container"},
    {"auth", "Inspect authorization"},
    {"auth can-i", "Check whether an action is allowed"},
    {"auth whoami", "Experimental: Check self subject attributes"},
    {"autoscale", "Auto-scale a deployment, replica set, stateful set, or replication controller"},
    {"cluster-info", "Display cluster information"},
    {"config", "Modify kubeconfig files"},
    {"config current-context", "Display the current-context"},
    {"config get-contexts", "Describe one or many contexts"},
    {"config set-context", "Set a context entry in kubeconfig"},
    {"config use-context", "Set the current-context in a kubeconfig file"},
    {"config view", "Display merged kubeconfig settings or a specified kubeconfig file"},
    {"cordon", "Mark node as unschedulable"},
    {"create", "Create a resource from a file or from stdin"},
    {"create clusterrole", "Create a cluster role"},
    {"create clusterrolebinding", "Create a cluster role binding for a particular cluster role"},
    {"create configmap", "Create a config map from a local file, directory or literal value"},
    {"create cronjob", "Create a cron job with the specified name"},
    {"create deployment", "Create a deployment with the specified name"},
    {"create ingress", "Create an ingress with the specified name"},
    {"create job", "Create a job with the specified name"},
    {"create namespace", "Create a namespace with the specified name"},
    {"create poddisruptionbudget", "Create a pod disruption budget with the specified name"},
    {"create priorityclass", "Create a priority class with the specified name"},
    {"create quota", "Create a quota with the specified name"},
    {"create role", "Create a role with single rule"},
    {"create rolebinding", "Create a role binding for a particular role or cluster role"},
    {"create secret", "Create a secret using a specified subcommand"},
    {"create secret docker-registry", "Create a secret for use with a Docker registry"},
    {"create secret generic", "Create a secret from a local file, directory, or literal value"},
    {"create secret tls", "Create a TLS secret"},
    {"create service", "Create a service using a specified subcommand"},
    {"create service clusterip", "Create a ClusterIP service"},
    {"create service externalname", "Create an ExternalName service"},
    {"create service loadbalancer", "Create a LoadBalancer service"},
    {"create service nodeport", "Create a NodePort service"},
    {"create serviceaccount", "Create a service account with the specified name"},
    {"create svc clusterip", "Create a ClusterIP service"},
    {"create svc externalname", "Create an ExternalName service"},
    {"create svc loadbalancer", "Create a LoadBalancer service"},
    {"create svc nodeport", "Create a NodePort service"},
    {"create token", "Request a service account token"},
    {"delete", "Delete resources by file names, stdin, resources and names, or by resources and label selector"},
    {"describe", "Show details of a specific resource or group of resources"},
    {"drain", "Drain node in preparation for maintenance"},
    {"edit", "Edit a resource on the server"},
    {"exec", "Execute a command in a container"},
    {"explain", "Get documentation for a resource"},
    {"expose", "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service"},
    {"get", "Display one or many resources"},
    {"label", "Update the labels on a resource"},
    {"logs", "Print the logs for a container in a pod"},
    {"patch", "Update fields of a resource"},
    {"port-forward", "Forward one or more local ports to a pod"},
    {"replace", "Replace a resource by file name or stdin"},
    {"rollout", "Manage the rollout of a resource"},
    {"rollout history", "View rollout history"},
    {"rollout pause", "Mark the provided resource as paused"},
    {"rollout restart", "Restart a resource"},
    {"rollout resume", "Resume a paused resource"},
    {"rollout status", "Show the status of the rollout"},
    {"rollout undo", "Undo a previous rollout"},
    {"run", "Run a particular image on the cluster"},
    {"scale", "Set a new size for a deployment, replica set, or replication controller"},
    {"set", "Set specific features on objects"},
    {"set env", "Update environment variables on a pod template"},
    {"set image", "Update the image of a pod template"},
    {"set resources", "Update resource requests/limits on objects with pod templates"},
    {"set selector", "Set the selector on a resource"},
    {"set serviceaccount", "Update the service account of a resource"},
    {"taint", "Update the taints on one or more nodes"},
    {"top", "Display resource (CPU/memory) usage"},
    {"top node", "Display resource (CPU/memory) usage of nodes"},
    {"top pod", "Display resource (CPU/memory) usage of pods"},
    {"uncordon", "Mark node as schedulable"},
    {"version", "Print the client and server version information"},
    {"wait", "Experimental: Wait for a specific condition on one or many resources"},
});

constexpr auto kLacking = std::to_array<std::string_view>({
    "auth reconcile",
    "certificate",
    "completion",
    "config delete-cluster",
    "config delete-context",
    "config delete-user",
    "config get-clusters",
    "config get-users",
    "config rename-context",
    "config set",
    "config set-cluster",
    "config set-credentials",
    "config unset",
    "cp",
    "debug",
    "diff",
    "events",
    "kustomize",
    "options",
    "plugin",
    "proxy",
    "set subject",
});

}  // namespace

std::string_view summary_of(std::string_view words) {
  const auto* at = std::ranges::find(kSummaries, words, &Summary::words);
  return at == kSummaries.end() ? std::string_view() : at->text;
}

bool is_lacking(std::string_view words) { return std::ranges::find(kLacking, words) != kLacking.end(); }

}  // namespace proa::cli::kubectl
