#include <fmt/format.h>

#include "admission/plugins.h"
#include "object/meta.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kVolumePrefix = "kube-api-access-";
constexpr std::string_view kMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Token, CA and namespace in one volume, as every pod finds them.
Value token_volume(const std::string& name) {
  Value token = Value::object({{"expirationSeconds", 3607}, {"path", "token"}});
  Value certificate = Value::object({{"key", "ca.crt"}, {"path", "ca.crt"}});
  Value authority = Value::object({{"name", "kube-root-ca.crt"}, {"items", Value::array({std::move(certificate)})}});
  Value field = Value::object({{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}});
  Value ns = Value::object({{"path", "namespace"}, {"fieldRef", std::move(field)}});
  Value sources = Value::array();
  sources.push_back(Value::object({{"serviceAccountToken", std::move(token)}}));
  sources.push_back(Value::object({{"configMap", std::move(authority)}}));
  sources.push_back(Value::object({{"downwardAPI", Value::object({{"items", Value::array({std::move(ns)})}})}}));
  Value projected = Value::object({{"sources", std::move(sources)}, {"defaultMode", 420}});
  return Value::object({{"name", name}, {"projected", std::move(projected)}});
}

bool mounts_there(View container) {
  for (const View mount : container["volumeMounts"].items())
    if (mount["mountPath"].as_string() == kMountPath) return true;
  return false;
}

/// True when some container got the mount.
bool mount_into(Value* containers, const std::string& volume) {
  if (containers == nullptr || !containers->is_array()) return false;
  bool any = false;
  for (Value& container : containers->items()) {
    if (mounts_there(container)) continue;
    container["volumeMounts"].push_back(
        Value::object({{"name", volume}, {"readOnly", true}, {"mountPath", kMountPath}}));
    any = true;
  }
  return any;
}

void mount_token(Value& pod, const Attributes& attributes) {
  std::string name = std::string(kVolumePrefix) + runtime::make_name_suffix(attributes.random);
  for (const View volume : View(pod)["spec"]["volumes"].items())
    if (volume["name"].as_string().starts_with(kVolumePrefix)) name = volume["name"].str();
  Value& spec = pod["spec"];
  const bool init = mount_into(spec.find("initContainers"), name);
  const bool main = mount_into(spec.find("containers"), name);
  if (!init && !main) return;
  for (const View volume : View(spec)["volumes"].items())
    if (volume["name"].as_string() == name) return;
  spec["volumes"].push_back(token_volume(name));
}

bool wants_token(View pod, View account) {
  if (const View own = pod["spec"]["automountServiceAccountToken"]; own.exists() && !own.is_null())
    return own.as_bool();
  return account["automountServiceAccountToken"].as_bool(true);
}

}  // namespace

Result<void> use_service_account(Value& pod, const Attributes& attributes) {
  if (object::annotations_of(pod).has("kubernetes.io/config.mirror")) return {};
  Value& spec = pod["spec"];
  std::string name = View(spec)["serviceAccountName"].str();
  if (name.empty()) name = View(spec)["serviceAccount"].str();
  if (name.empty()) name = "default";
  spec.set("serviceAccountName", name);
  spec.set("serviceAccount", name);
  const object::Document account = attributes.world.get("", "serviceaccounts", attributes.ns, name);
  if (!account)
    return Error(
        forbid(attributes, fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                                       attributes.ns, name, name)));
  if (wants_token(pod, account.root())) mount_token(pod, attributes);
  if (View(spec)["imagePullSecrets"].empty() && !account["imagePullSecrets"].empty())
    spec.set("imagePullSecrets", account["imagePullSecrets"].to_value());
  return {};
}

}  // namespace proa::admission
