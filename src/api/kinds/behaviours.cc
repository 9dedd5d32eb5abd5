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

using object::View;

void start_claim(object::Value& claim, const WriteContext&) {
  claim.set("status", object::Value::object({{"phase", "Pending"}}));
}

KindBehaviour with_row(decltype(KindBehaviour::row) row) {
  KindBehaviour behaviour;
  behaviour.row = row;
  return behaviour;
}

KindBehaviour claim_behaviour() {
  KindBehaviour behaviour = with_row(rows::persistent_volume_claim);
  behaviour.prepare_for_create = start_claim;
  behaviour.returns_deleted_object = true;
  return behaviour;
}

KindBehaviour volume_behaviour() {
  KindBehaviour behaviour = with_row(rows::persistent_volume);
  behaviour.prepare_for_create = start_claim;
  behaviour.returns_deleted_object = true;
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
  table["PersistentVolume"] = volume_behaviour();
  table["PersistentVolumeClaim"] = claim_behaviour();
  table["PodTemplate"] = returning_deleted(rows::pod_template);
  table["ResourceQuota"] = returning_deleted(nullptr);
  table["Deployment.apps"] = kinds::deployment();
  table["ReplicaSet.apps"] = kinds::replica_set();
  table["DaemonSet.apps"] = kinds::daemon_set();
  table["StatefulSet.apps"] = kinds::stateful_set();
  table["ControllerRevision.apps"] = with_row(rows::controller_revision);
  table["Job.batch"] = with_row(rows::job);
  table["CronJob.batch"] = with_row(rows::cron_job);
  table["EndpointSlice.discovery.k8s.io"] = kinds::endpoint_slice();
  table["StorageClass.storage.k8s.io"] = returning_deleted(rows::storage_class);
  table["Lease.coordination.k8s.io"] = kinds::lease();
  table["Ingress.networking.k8s.io"] = with_row(rows::ingress);
  table["IngressClass.networking.k8s.io"] = with_row(rows::ingress_class);
  table["NetworkPolicy.networking.k8s.io"] = with_row(rows::network_policy);
  table["HorizontalPodAutoscaler.autoscaling"] = with_row(rows::horizontal_pod_autoscaler);
  table["PodDisruptionBudget.policy"] = with_row(rows::pod_disruption_budget);
  table["PriorityClass.scheduling.k8s.io"] = with_row(rows::priority_class);
  for (const char* kind : {"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"})
    table[std::string(kind) + ".admissionregistration.k8s.io"] = with_row(rows::webhook_configuration);
  for (const bool namespaced : {true, false}) {
    const std::string prefix = namespaced ? "" : "Cluster";
    table[prefix + "Role.rbac.authorization.k8s.io"] = kinds::role(namespaced);
    table[prefix + "RoleBinding.rbac.authorization.k8s.io"] = kinds::role_binding(namespaced);
  }
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
