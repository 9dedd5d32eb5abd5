#include "controllers/serviceaccount/plan.h"

#include "object/meta.h"

namespace proa::controllers::serviceaccount {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kDescription = "kubernetes.io/description";
constexpr std::string_view kDescriptionText =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
    "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
    "clusters.";

}  // namespace

std::vector<Change> make_plan(const Known& known) {
  std::vector<Change> changes;
  const View ns = known.ns.root();
  if (object::is_deleting(ns) || ns["status"]["phase"].as_string("Active") != "Active") return changes;
  const std::string name(object::name_of(ns));
  if (!known.has_account)
    changes.push_back({Change::What::kCreate, client::resources::kServiceAccounts, name, std::string(kAccount),
                       Value::object({{"apiVersion", "v1"},
                                      {"kind", "ServiceAccount"},
                                      {"metadata", Value::object({{"name", kAccount}, {"namespace", name}})}})});
  if (known.root_ca_pem.empty()) return changes;
  const View map = known.root_ca_map.root();
  if (known.root_ca_map && map["data"].size() == 1 && map["data"]["ca.crt"].as_string() == known.root_ca_pem &&
      !object::annotations_of(map)[kDescription].as_string().empty())
    return changes;
  Value object = known.root_ca_map
                     ? map.to_value()
                     : Value::object({{"apiVersion", "v1"},
                                      {"kind", "ConfigMap"},
                                      {"metadata", Value::object({{"name", kRootCa}, {"namespace", name}})}});
  object["metadata"]["annotations"][kDescription] = kDescriptionText;
  object.set("data", Value::object({{"ca.crt", known.root_ca_pem}}));
  changes.push_back({known.root_ca_map ? Change::What::kUpdate : Change::What::kCreate, client::resources::kConfigMaps,
                     name, std::string(kRootCa), std::move(object)});
  return changes;
}

}  // namespace proa::controllers::serviceaccount
