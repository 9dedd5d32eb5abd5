// A DaemonSet, nodes and pods under a test's hands, and what the plan would do with them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "controllers/daemonset/placement.h"
#include "controllers/daemonset/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::daemonset {

struct DaemonSetTest : ::testing::Test {
  static constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01
  object::Value agent = testing::json(R"({"apiVersion": "apps/v1", "kind": "DaemonSet",
      "metadata": {"namespace": "kube-system", "name": "agent", "uid": "ds", "generation": 1,
                   "annotations": {"deprecated.daemonset.template.generation": "1"}},
      "spec": {"selector": {"matchLabels": {"app": "agent"}}, "revisionHistoryLimit": 10,
               "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
               "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "c"}]}}}})");
  std::vector<object::Value> nodes, pods, revisions;
  FailedPods failed;
  object::TimeNs now = kNow;

  DaemonSetTest() {
    for (const char* name : {"n1", "n2", "n3"}) node(name);
  }

  object::Value& node(std::string_view name) {
    nodes.push_back(testing::json(R"({"apiVersion": "v1", "kind": "Node", "metadata": {"labels": {}}, "spec": {}})"));
    nodes.back()["metadata"]["name"] = name;
    nodes.back()["metadata"]["labels"]["kubernetes.io/hostname"] = name;
    return nodes.back();
  }
  /// A pod of revision `hash` (empty: today's), ready since an hour unless made otherwise.
  object::Value& pod(std::string_view name, std::string_view on, std::string hash = {}) {
    if (hash.empty()) hash = plan().history.hash;
    object::Value made = pod_for_node(agent, hash, on);
    made["metadata"]["name"] = name;
    made["metadata"]["uid"] = fmt::format("uid-{}", name);
    made["metadata"]["creationTimestamp"] = "2025-12-31T23:00:00Z";
    // A generation of its own, so that only the hash tells.
    if (hash != plan().history.hash) made["metadata"]["labels"]["pod-template-generation"] = "0";
    made["spec"]["nodeName"] = on;
    testing::set_members(made, R"({"status": {"phase": "Running", "conditions": [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}]}})");
    pods.push_back(std::move(made));
    return pods.back();
  }
  static void unready(object::Value& pod) { pod["status"]["conditions"] = object::Value::array(); }
  static void deleting(object::Value& object) { object["metadata"]["deletionTimestamp"] = "2025-12-31T23:59:59Z"; }
  static void taint(object::Value& node, std::string_view effect) {
    node["spec"]["taints"].push_back(object::Value::object({{"key", "k"}, {"value", "v"}, {"effect", effect}}));
  }
  void strategy(std::string_view text) { agent["spec"]["updateStrategy"] = testing::json(text); }

  Known known() const {
    Known k{object::Document::freeze(agent), {}, {}, {}, failed, now};
    const auto freeze = [](const std::vector<object::Value>& from, std::vector<object::Document>& to) {
      for (const object::Value& each : from) to.push_back(object::Document::freeze(each));
    };
    freeze(nodes, k.nodes);
    freeze(pods, k.pods);
    freeze(revisions, k.revisions);
    return k;
  }
  Plan plan() const { return make_plan(known()); }
  /// `+NODE` for each pod to make, `-POD` for each to remove, in order of text.
  std::vector<std::string> changes() const {
    const Plan made = plan();
    std::vector<std::string> found;
    for (const std::string& on : made.create_on) found.push_back("+" + on);
    for (const object::Document& gone : made.remove) found.push_back(fmt::format("-{}", object::name_of(gone.root())));
    std::ranges::sort(found);
    return found;
  }
  std::string status() const {
    const auto changed = next_status(known(), plan());
    return changed ? object::to_json(object::View(*changed)["status"]) : "as it is";
  }
};

}  // namespace proa::controllers::daemonset
