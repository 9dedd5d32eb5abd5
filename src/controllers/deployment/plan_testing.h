// A Deployment, its ReplicaSets and pods under a test's hands, and what the plan would do with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/deployment/test_objects.h"

namespace proa::controllers::deployment {

struct DeploymentPlanTest : ::testing::Test {
  object::Value web = make_deployment("web", 3);
  std::vector<object::Value> sets;
  std::vector<object::Value> pods;
  object::TimeNs now = kNow;

  Known known() const {
    Known k;
    k.deployment = object::Document::freeze(web);
    for (const object::Value& set : sets) k.replica_sets.push_back(object::Document::freeze(set));
    for (const object::Value& pod : pods) k.pods.push_back(object::Document::freeze(pod));
    k.now = now;
    return k;
  }
  Plan plan() const { return make_plan(known()); }
  /// `create web-x 3`, `scale web-x 2`, `delete web-x`, `status`
  std::vector<std::string> writes() const {
    std::vector<std::string> found;
    for (const Write& write : plan().writes) {
      const int64_t size = object::View(write.object)["spec"]["replicas"].as_int();
      switch (write.what) {
        case Write::What::kCreateReplicaSet: found.push_back(fmt::format("create {}", size)); break;
        case Write::What::kUpdateReplicaSet: found.push_back(fmt::format("scale {} {}", write.name, size)); break;
        case Write::What::kDeleteReplicaSet: found.push_back("delete " + write.name); break;
        case Write::What::kUpdateStatus: found.push_back("status"); break;
      }
    }
    return found;
  }
  object::Value write_of(Write::What what) const {
    for (const Write& write : plan().writes)
      if (write.what == what) return write.object;
    ADD_FAILURE() << "no such write";
    return {};
  }
  object::Value status() const { return object::View(write_of(Write::What::kUpdateStatus))["status"].to_value(); }
  object::Value condition(std::string_view type) const {
    const object::Value all = status();
    for (const object::View c : object::View(all)["conditions"].items())
      if (c["type"].as_string() == type) return c.to_value();
    return {};
  }
  static std::string text(const object::Value& condition) {
    const object::View c(condition);
    return fmt::format("{} {}: {}", c["status"].as_string(), c["reason"].as_string(), c["message"].as_string());
  }
};

}  // namespace proa::controllers::deployment
