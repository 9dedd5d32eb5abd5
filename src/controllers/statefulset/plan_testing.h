// A StatefulSet, its pods and claims under a test's hands, and what the plan would do with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "controllers/statefulset/identity.h"
#include "controllers/statefulset/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::statefulset {

struct StatefulSetTest : ::testing::Test {
  static constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01
  object::Value web = testing::json(R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
      "metadata": {"namespace": "default", "name": "web", "uid": "set", "generation": 1},
      "spec": {"replicas": 3, "serviceName": "www", "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady",
               "selector": {"matchLabels": {"app": "web"}},
               "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
               "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c"}]}}}})");
  std::vector<object::Value> pods, claims, revisions;
  object::TimeNs now = kNow;

  std::string revision() const { return plan().history.name; }
  void image(std::string_view name) { web["spec"]["template"]["spec"]["containers"].items()[0].set("image", name); }
  void scale(int64_t replicas) { web["spec"]["replicas"] = replicas; }
  void parallel() { web["spec"]["podManagementPolicy"] = "Parallel"; }
  void with_claims() {
    web["spec"]["volumeClaimTemplates"] = testing::json(R"([{"metadata": {"name": "data", "labels": {"a": "b"}},
        "spec": {"accessModes": ["ReadWriteOnce"]}, "status": {"phase": "Pending"}}])");
  }
  /// Writes down the revision of today's template, as the controller does.
  void keep_revision() {
    for (Change& change : plan().history.writes)
      if (change.what == Change::What::kCreate) revisions.push_back(std::move(change.object));
  }

  /// The pod of that ordinal, available since an hour unless made otherwise.
  object::Value& pod(int64_t ordinal, std::string_view of = {}) {
    object::Value made = make_pod(web, object::View(web)["spec"]["template"], of.empty() ? revision() : of, ordinal);
    made["metadata"]["uid"] = fmt::format("uid-{}", ordinal);
    testing::set_members(made, R"({"status": {"phase": "Running", "conditions": [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}]}})");
    pods.push_back(std::move(made));
    return pods.back();
  }
  object::Value& claim(int64_t ordinal) {
    claims.push_back(claims_of(web, ordinal).at(0));
    return claims.back();
  }
  static void unready(object::Value& pod) { pod["status"]["conditions"] = object::Value::array(); }
  static void deleting(object::Value& object) { object["metadata"]["deletionTimestamp"] = "2025-12-31T23:59:59Z"; }

  Known known() const {
    Known k{object::Document::freeze(web), {}, {}, {}, now};
    const auto freeze = [](const std::vector<object::Value>& from, std::vector<object::Document>& to) {
      for (const object::Value& each : from) to.push_back(object::Document::freeze(each));
    };
    freeze(pods, k.pods);
    freeze(claims, k.claims);
    freeze(revisions, k.revisions);
    return k;
  }
  Plan plan() const { return make_plan(known()); }
  /// `+NAME` makes a pod, `-NAME` removes one, `~NAME` mends one; `claim NAME`, `owners NAME`; `!` where it can't be done.
  std::vector<std::string> actions() const {
    std::vector<std::string> found;
    for (const Action& action : plan().actions) {
      using What = Action::What;
      const char* sign = "";
      switch (action.what) {
        case What::kCreateClaim: sign = "claim "; break;
        case What::kUpdateClaim: sign = "owners "; break;
        case What::kCreatePod: sign = "+"; break;
        case What::kUpdatePod: sign = "~"; break;
        case What::kRemovePod: sign = "-"; break;
      }
      found.push_back(fmt::format("{}{}{}", sign, action.name, action.fail ? "!" : ""));
    }
    return found;
  }
  object::Value made(std::string_view name) const {
    for (const Action& action : plan().actions)
      if (action.name == name) return action.object;
    ADD_FAILURE() << "nothing is written under the name " << name;
    return {};
  }
  std::string status() const {
    const Plan p = plan();
    return p.status ? object::to_json(object::View(*p.status)["status"]) : "as it is";
  }
};

}  // namespace proa::controllers::statefulset
