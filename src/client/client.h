// One client interface for everything that talks to the API from inside Proa: controllers, scheduler, node agent,
// proxy. In-process it calls the API's verbs without encoding (api/in_process_client.h); over HTTP it is the same
// for a node agent on another machine. What an outside client could not do, this one can't either.
//
// Threads: made for one executor; calls are made on it and every callback runs on it, never before the call returns.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/document.h"
#include "object/value.h"

namespace proa::client {

/// Names a resource: {"apps", "v1", "deployments"}.
struct Resource {
  std::string_view group, version, name;
  std::string_view kind;
  bool operator==(const Resource&) const = default;
  std::string api_version() const {
    return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
  }
};

/// The resources that Proa's own parts use.
namespace resources {
inline constexpr Resource kNamespaces{"", "v1", "namespaces", "Namespace"};
inline constexpr Resource kNodes{"", "v1", "nodes", "Node"};
inline constexpr Resource kPods{"", "v1", "pods", "Pod"};
inline constexpr Resource kServices{"", "v1", "services", "Service"};
inline constexpr Resource kEndpoints{"", "v1", "endpoints", "Endpoints"};
inline constexpr Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr Resource kSecrets{"", "v1", "secrets", "Secret"};
inline constexpr Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount"};
inline constexpr Resource kEvents{"", "v1", "events", "Event"};
inline constexpr Resource kReplicationControllers{"", "v1", "replicationcontrollers", "ReplicationController"};
inline constexpr Resource kPersistentVolumes{"", "v1", "persistentvolumes", "PersistentVolume"};
inline constexpr Resource kPersistentVolumeClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
inline constexpr Resource kDeployments{"apps", "v1", "deployments", "Deployment"};
inline constexpr Resource kReplicaSets{"apps", "v1", "replicasets", "ReplicaSet"};
inline constexpr Resource kStatefulSets{"apps", "v1", "statefulsets", "StatefulSet"};
inline constexpr Resource kDaemonSets{"apps", "v1", "daemonsets", "DaemonSet"};
inline constexpr Resource kControllerRevisions{"apps", "v1", "controllerrevisions", "ControllerRevision"};
inline constexpr Resource kJobs{"batch", "v1", "jobs", "Job"};
inline constexpr Resource kCronJobs{"batch", "v1", "cronjobs", "CronJob"};
inline constexpr Resource kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"};
inline constexpr Resource kLeases{"coordination.k8s.io", "v1", "leases", "Lease"};
inline constexpr Resource kPriorityClasses{"scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass"};
}  // namespace resources

template <class T>
using Done = std::move_only_function<void(Result<T>)>;

struct ListOptions {
  std::string label_selector, field_selector;
};

struct List {
  std::vector<object::Document> items;  // in order of namespace and name
  int64_t resource_version = 0;
};

struct DeleteOptions {
  std::string uid;                    // precondition; empty: none
  int64_t resource_version = 0;       // precondition; 0: none
  int64_t grace_period_seconds = -1;  // -1: the object's own
  std::string propagation_policy;     // "Background", "Foreground", "Orphan"; empty: the resource's default
};

enum class PatchType { kJson, kMerge, kStrategicMerge };

struct WatchEvent {
  enum class Type { kAdded, kModified, kDeleted, kBookmark, kError };
  Type type;
  object::Document object;  // kBookmark: empty
  int64_t resource_version = 0;
  Status error;  // kError: the watch is over (410: list anew)
};

/// Ends when destroyed; its callback is not called after that.
class Watch {
 public:
  virtual ~Watch() = default;
};

class Client {
 public:
  virtual ~Client() = default;

  virtual void get(const Resource& resource, std::string_view ns, std::string_view name,
                   Done<object::Document> done) = 0;
  /// `ns` empty: all namespaces.
  virtual void list(const Resource& resource, std::string_view ns, const ListOptions& options, Done<List> done) = 0;
  /// `subresource`: "" or "binding", "eviction", "token" (then `name` names the parent).
  virtual void create(const Resource& resource, std::string_view ns, std::string_view name, object::Value object,
                      std::string_view subresource, Done<object::Document> done) = 0;
  /// `subresource`: "", "status" or "scale". An object with metadata.resourceVersion must match it (409 otherwise).
  virtual void update(const Resource& resource, std::string_view ns, std::string_view name, object::Value object,
                      std::string_view subresource, Done<object::Document> done) = 0;
  virtual void patch(const Resource& resource, std::string_view ns, std::string_view name, PatchType type,
                     object::Value patch, std::string_view subresource, Done<object::Document> done) = 0;
  /// The result is the object as last seen, or still there with a deletionTimestamp.
  virtual void remove(const Resource& resource, std::string_view ns, std::string_view name,
                      const DeleteOptions& options, Done<object::Document> done) = 0;
  /// Events after `from`. The callback may destroy the Watch.
  virtual std::unique_ptr<Watch> watch(const Resource& resource, std::string_view ns, int64_t from,
                                       const ListOptions& options, std::function<void(const WatchEvent&)> event) = 0;
};

}  // namespace proa::client
