// The table of the kinds that do more than their data says. A kind without a line here is served by the generic
// behaviour.
#include <array>
#include <functional>
#include <map>
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "object/meta.h"

namespace proa::api {
namespace {

KindBehaviour with_row(decltype(KindBehaviour::row) row) {
  KindBehaviour behaviour;
  behaviour.row = row;
  return behaviour;
}

KindBehaviour returning_deleted(decltype(KindBehaviour::row) row) {
  KindBehaviour behaviour = with_row(row);
  behaviour.returns_deleted_object = true;
  return behaviour;
}

using Table = std::map<std::string, KindBehaviour, std::less<>>;

Table make_table() {
  Table table;
  table["Pod"] = kinds::pod();
  table["Service"] = kinds::service();
  table["ConfigMap"] = kinds::config_map();
  table["Secret"] = kinds::secret();
  table["ReplicationController"] = kinds::replication_controller();
  table["Namespace"] = kinds::namespace_();
  table["Node"] = kinds::node();
  table["Event"] = kinds::event();
  table["Event.events.k8s.io"] = kinds::event();
  table["Endpoints"] = kinds::endpoints();
  table["ServiceAccount"] = returning_deleted(rows::service_account);
  table["PersistentVolume"] = kinds::persistent_volume();
  table["PersistentVolumeClaim"] = kinds::persistent_volume_claim();
  table["PodTemplate"] = returning_deleted(rows::pod_template);
  table["ResourceQuota"] = kinds::resource_quota();
  table["LimitRange"] = kinds::limit_range();
  table["Deployment.apps"] = kinds::deployment();
  table["ReplicaSet.apps"] = kinds::replica_set();
  table["DaemonSet.apps"] = kinds::daemon_set();
  table["StatefulSet.apps"] = kinds::stateful_set();
  table["ControllerRevision.apps"] = kinds::controller_revision();
  table["Job.batch"] = kinds::job();
  table["CronJob.batch"] = kinds::cron_job();
  table["EndpointSlice.discovery.k8s.io"] = kinds::endpoint_slice();
  table["StorageClass.storage.k8s.io"] = kinds::storage_class();
  table["Lease.coordination.k8s.io"] = kinds::lease();
  table["Ingress.networking.k8s.io"] = kinds::ingress();
  table["IngressClass.networking.k8s.io"] = kinds::ingress_class();
  table["NetworkPolicy.networking.k8s.io"] = kinds::network_policy();
  table["HorizontalPodAutoscaler.autoscaling"] = kinds::horizontal_pod_autoscaler();
  table["PodDisruptionBudget.policy"] = kinds::pod_disruption_budget();
  table["PriorityClass.scheduling.k8s.io"] = kinds::priority_class();
  for (const char* kind : {"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"})
    table[std::string(kind) + ".admissionregistration.k8s.io"] = kinds::webhook_configuration();
  for (const char* kind : {"CustomResourceDefinition.apiextensions.k8s.io", "APIService.apiregistration.k8s.io"})
    table[kind] = kinds::not_overwritten_blindly();
  table["VolumeAttachment.storage.k8s.io"] = kinds::volume_attachment();
  table["RuntimeClass.node.k8s.io"] = kinds::runtime_class();
  table["CSIDriver.storage.k8s.io"] = kinds::csi_driver();
  table["CSINode.storage.k8s.io"] = kinds::csi_node();
  table["CSIStorageCapacity.storage.k8s.io"] = kinds::csi_storage_capacity();
  table["FlowSchema.flowcontrol.apiserver.k8s.io"] = kinds::flow_schema();
  table["PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io"] = kinds::priority_level();
  table["ServiceCIDR.networking.k8s.io"] = kinds::service_cidr();
  table["Role.rbac.authorization.k8s.io"] = kinds::role();
  table["ClusterRole.rbac.authorization.k8s.io"] = kinds::cluster_role();
  table["RoleBinding.rbac.authorization.k8s.io"] = kinds::role_binding();
  table["ClusterRoleBinding.rbac.authorization.k8s.io"] = kinds::cluster_role_binding();
  return table;
}

}  // namespace

const KindBehaviour& behaviour_of(std::string_view group, std::string_view kind) {
  static const Table table = make_table();
  static const KindBehaviour generic;
  std::string key(kind);
  if (!group.empty()) key.append(".").append(group);
  const auto found = table.find(key);
  return found == table.end() ? generic : found->second;
}

}  // namespace proa::api
