#include "controllers/statefulset/identity.h"

#include <charconv>

#include <fmt/format.h>

#include "controllers/workload/ownership.h"
#include "controllers/workload/revisions.h"
#include "object/meta.h"

namespace proa::controllers::statefulset {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kPodName = "statefulset.kubernetes.io/pod-name";
constexpr std::string_view kPodIndex = "apps.kubernetes.io/pod-index";

View templates_of(View set) { return set["spec"]["volumeClaimTemplates"]; }

/// A pod's volumes: one for each claim, then those of the pod that have no claim's name.
Value volumes_of(View set, View pod, int64_t ordinal) {
  Value volumes = Value::array();
  const View claim_templates = templates_of(set);
  for (const View claim : claim_templates.items()) {
    Value volume = Value::object({{"name", object::name_of(claim)}});
    volume["persistentVolumeClaim"].set("claimName", claim_name(set, claim, ordinal));
    volumes.push_back(std::move(volume));
  }
  const View present = pod["spec"]["volumes"];
  for (const View volume : present.items()) {
    bool is_claims = false;
    for (const View claim : claim_templates.items())
      is_claims = is_claims || object::name_of(claim) == volume["name"].as_string();
    if (!is_claims) volumes.push_back(volume.to_value());
  }
  return volumes;
}

void set_volumes(View set, Value& pod, int64_t ordinal) {
  Value volumes = volumes_of(set, pod, ordinal);
  if (!View(volumes).empty()) pod["spec"].set("volumes", std::move(volumes));
}

}  // namespace

int64_t ordinal_of(View pod) {
  const std::string_view name = object::name_of(pod);
  const size_t dash = name.rfind('-');
  if (dash == name.npos || dash + 1 == name.size()) return -1;
  int32_t ordinal = -1;
  const char* const end = name.data() + name.size();
  const auto [at, failed] = std::from_chars(name.data() + dash + 1, end, ordinal);
  return failed == std::errc() && at == end ? ordinal : -1;
}

bool is_member(View set, View pod) {
  const std::string_view name = object::name_of(pod);
  return ordinal_of(pod) >= 0 && name.substr(0, name.rfind('-')) == object::name_of(set);
}

int64_t first_ordinal(View set) { return set["spec"]["ordinals"]["start"].as_int(); }

bool in_range(View set, int64_t ordinal) {
  const int64_t index = ordinal - first_ordinal(set);
  return index >= 0 && index < set["spec"]["replicas"].as_int(1);
}

std::string pod_name(View set, int64_t ordinal) { return fmt::format("{}-{}", object::name_of(set), ordinal); }

std::string claim_name(View set, View claim_template, int64_t ordinal) {
  return fmt::format("{}-{}-{}", object::name_of(claim_template), object::name_of(set), ordinal);
}

std::vector<Value> claims_of(View set, int64_t ordinal) {
  std::vector<Value> claims;
  const View claim_templates = templates_of(set);
  for (const View claim_template : claim_templates.items()) {
    Value claim = claim_template.to_value();
    claim.set("apiVersion", "v1");
    claim.set("kind", "PersistentVolumeClaim");
    claim.erase("status");
    claim["metadata"].set("name", claim_name(set, claim_template, ordinal));
    claim["metadata"].set("namespace", object::namespace_of(set));
    for (const auto [name, value] : set["spec"]["selector"]["matchLabels"].members())
      claim["metadata"]["labels"].set(name, value.to_value());
    claims.push_back(std::move(claim));
  }
  return claims;
}

Value make_pod(View set, View pod_template, std::string_view revision, int64_t ordinal) {
  Value pod = pod_from_template(pod_template, set);
  const std::string name = pod_name(set, ordinal);
  pod["metadata"].erase("generateName");
  pod["metadata"].set("name", name);
  Value& labels = pod["metadata"]["labels"];
  labels.set(kPodName, name);
  labels.set(kPodIndex, std::to_string(ordinal));
  labels.set(kRevisionHash, revision);
  pod["spec"].set("hostname", name);
  if (const std::string_view service = set["spec"]["serviceName"].as_string(); !service.empty())
    pod["spec"].set("subdomain", service);
  set_volumes(set, pod, ordinal);
  return pod;
}

bool identity_matches(View set, View pod) {
  return is_member(set, pod) && object::labels_of(pod)[kPodName].as_string() == object::name_of(pod);
}

bool storage_matches(View set, View pod) {
  const int64_t ordinal = ordinal_of(pod);
  const View claim_templates = templates_of(set), volumes = pod["spec"]["volumes"];
  for (const View claim : claim_templates.items()) {
    bool found = false;
    for (const View volume : volumes.items())
      found = found || (volume["name"].as_string() == object::name_of(claim) &&
                        volume["persistentVolumeClaim"]["claimName"].as_string() == claim_name(set, claim, ordinal));
    if (!found) return false;
  }
  return true;
}

Value with_identity(View set, View pod) {
  const int64_t ordinal = ordinal_of(pod);
  Value changed = pod.to_value();
  changed["metadata"]["labels"].set(kPodName, object::name_of(pod));
  changed["metadata"]["labels"].set(kPodIndex, std::to_string(ordinal));
  if (!storage_matches(set, pod)) set_volumes(set, changed, ordinal);
  return changed;
}

}  // namespace proa::controllers::statefulset
