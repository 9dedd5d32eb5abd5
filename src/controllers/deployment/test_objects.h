// Deployments and ReplicaSets for tests.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "controllers/deployment/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::deployment {

inline constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01T00:00:00Z

inline object::Value make_deployment(std::string_view name, int replicas) {
  object::Value d = testing::json(R"({"apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": {"namespace": "default", "generation": 1},
      "spec": {"selector": {"matchLabels": {"app": "web"}},
               "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"image": "v1"}]}},
               "strategy": {"type": "RollingUpdate",
                            "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
               "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600}})");
  d["metadata"]["name"] = name;
  d["metadata"]["uid"] = fmt::format("uid-{}", name);
  d["spec"]["replicas"] = replicas;
  return d;
}

inline void set_image(object::Value& deployment, std::string_view image) {
  deployment["spec"]["template"]["spec"]["containers"].items()[0]["image"] = image;
}

inline void annotate_size(object::Value& set, int desired, int most) {
  set["metadata"]["annotations"][kDesiredReplicas] = std::to_string(desired);
  set["metadata"]["annotations"][kMaxReplicas] = std::to_string(most);
}

inline void resize(object::Value& set, int64_t replicas, int64_t available) {
  set["spec"]["replicas"] = replicas;
  set["status"] = object::Value::object({{"replicas", replicas},
                                         {"readyReplicas", available},
                                         {"availableReplicas", available},
                                         {"terminatingReplicas", 0},
                                         {"observedGeneration", 1}});
}

/// The ReplicaSet of the Deployment's template as it is now.
inline object::Value make_set(const object::Value& deployment, int revision, int64_t replicas, int64_t available) {
  const object::View d(deployment);
  object::Value set = testing::json(R"({"apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": {"namespace": "default", "generation": 1}, "spec": {}})");
  set["metadata"]["name"] = fmt::format("web-{}", revision);
  set["metadata"]["uid"] = fmt::format("uid-{}", revision);
  set["metadata"]["creationTimestamp"] = object::format_time(kNow - (1000 - revision) * object::kSecondNs);
  set["metadata"]["annotations"][kRevision] = std::to_string(revision);
  const auto wanted = d["spec"]["replicas"].as_int();
  annotate_size(set, static_cast<int>(wanted), static_cast<int>(wanted + bounds_of(d).surge));
  set["spec"]["template"] = d["spec"]["template"].to_value();
  set["spec"]["template"]["metadata"]["labels"][kTemplateHash] = fmt::format("hash{}", revision);
  resize(set, replicas, available);
  return set;
}

inline object::Value make_pod(const object::Value& set, std::string_view phase) {
  object::Value pod = object::Value::object();
  pod["metadata"]["ownerReferences"].push_back(
      object::Value::object({{"uid", object::uid_of(object::View(set))}, {"controller", true}}));
  pod["status"]["phase"] = phase;
  return pod;
}

}  // namespace proa::controllers::deployment
