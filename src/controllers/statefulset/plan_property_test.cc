// Properties of a StatefulSet's rounds, over random states: one at a time where the order counts, nothing below the
// partition is replaced, no ordinal is made twice, and where pods become ready, the set ends as it should be.
#include <algorithm>
#include <set>

#include "controllers/statefulset/plan_testing.h"
#include "object/meta.h"
#include "runtime/random.h"

namespace proa::controllers::statefulset {
namespace {

using object::Value;
using object::View;

struct StatefulSetProperties : StatefulSetTest {
  std::string old_revision;
  int64_t partition = 0, replicas = 0;
  bool ordered = true;

  static bool ready(View pod) { return pod["status"]["conditions"].size() > 0; }
  static int64_t ordinal_of(std::string_view name) { return std::stoll(std::string(name.substr(name.rfind('-') + 1))); }
  std::string_view revision_of(View pod) const {
    return object::labels_of(pod)["controller-revision-hash"].as_string();
  }

  void begin() {
    image("v1");
    keep_revision();
    old_revision = revision();
    image("v2");
    keep_revision();
    web["status"]["currentRevision"] = old_revision;
  }
  void random_state(runtime::Random& random) {
    pods.clear();
    replicas = static_cast<int64_t>(random.below(6));
    partition = static_cast<int64_t>(random.below(4));
    ordered = random.below(3) != 0;
    scale(replicas);
    web["spec"]["podManagementPolicy"] = ordered ? "OrderedReady" : "Parallel";
    web["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = partition;
    for (int64_t i = 0; i < 7; ++i) {
      if (random.below(3) == 0) continue;
      Value& made = pod(i, random.below(2) == 0 ? old_revision : "");
      if (random.below(5) == 0) unready(made);
    }
  }
  std::string text() const {
    std::string out =
        fmt::format("{} replicas, partition {}, {}: ", replicas, partition, ordered ? "ordered" : "parallel");
    for (const Value& p : pods)
      out +=
          fmt::format("{}{}{} ", object::name_of(p), ready(p) ? "" : "!", revision_of(p) == old_revision ? " old" : "");
    return out;
  }
  const Value* find(std::string_view name) const {
    for (const Value& p : pods)
      if (object::name_of(p) == name) return &p;
    return nullptr;
  }
  /// Removed pods are gone at once, new ones are not ready yet.
  void apply(const Plan& done) {
    for (const Action& action : done.actions) {
      if (action.what == Action::What::kRemovePod)
        std::erase_if(pods, [&](const Value& p) { return object::name_of(p) == action.name; });
      if (action.what != Action::What::kCreatePod) continue;
      pods.push_back(action.object);
      pods.back()["metadata"]["uid"] = "uid-" + action.name;
      testing::set_members(pods.back(), R"({"status": {"phase": "Running", "conditions": []}})");
    }
    if (done.status) web["status"] = View(*done.status)["status"].to_value();
  }
};

TEST_F(StatefulSetProperties, one_thing_at_a_time_where_the_order_counts) {
  runtime::SeededRandom random(21);
  begin();
  for (int i = 0; i < 800; ++i) {
    random_state(random);
    size_t changes = 0;
    std::set<std::string> touched;
    for (const Action& action : plan().actions) {
      if (action.what == Action::What::kUpdatePod) continue;
      ++changes;
      ASSERT_TRUE(touched.insert(action.name).second) << action.name << " twice: " << text();
      const Value* held = find(action.name);
      const int64_t ordinal = ordinal_of(action.name);
      if (action.what == Action::What::kCreatePod) {
        ASSERT_EQ(held, nullptr) << action.name << " is there: " << text();
        ASSERT_LT(ordinal, replicas) << text();
        ASSERT_EQ(revision_of(action.object) == old_revision, ordinal < partition) << action.name << " of " << text();
      } else if (ordinal < replicas) {
        ASSERT_GE(ordinal, partition) << action.name << " is below the partition: " << text();
        ASSERT_EQ(revision_of(*held), old_revision) << action.name << " has the new one: " << text();
      }
    }
    ASSERT_LE(changes, ordered ? 1u : pods.size() + static_cast<size_t>(replicas)) << text();
  }
}

TEST_F(StatefulSetProperties, an_update_takes_the_next_pod_only_when_all_above_are_ready) {
  runtime::SeededRandom random(22);
  begin();
  for (int i = 0; i < 800; ++i) {
    random_state(random);
    for (const Action& action : plan().actions) {
      if (action.what != Action::What::kRemovePod || ordinal_of(action.name) >= replicas) continue;
      for (int64_t above = ordinal_of(action.name) + 1; above < replicas; ++above) {
        const Value* other = find(fmt::format("web-{}", above));
        ASSERT_TRUE(other != nullptr && ready(*other) && revision_of(*other) != old_revision)
            << action.name << " goes before web-" << above << ": " << text();
      }
    }
  }
}

TEST_F(StatefulSetProperties, ends_with_the_pods_that_it_should_have) {
  runtime::SeededRandom random(23);
  begin();
  for (int i = 0; i < 80; ++i) {
    web["status"] = Value::object({{"currentRevision", old_revision}});
    random_state(random);
    const std::string start = text();
    const auto done = [&] {
      if (static_cast<int64_t>(pods.size()) != replicas) return false;
      return std::ranges::all_of(pods, [&](const Value& p) {
        const int64_t ordinal = ordinal_of(object::name_of(p));
        return ready(p) && ordinal < replicas && (ordinal < partition || revision_of(p) != old_revision);
      });
    };
    for (int round = 0; round < 100 && !done(); ++round) {
      apply(plan());
      for (Value& p : pods)
        if (!ready(p) && random.below(2) == 0)
          p["status"]["conditions"] =
              testing::json(R"([{"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}])");
    }
    ASSERT_TRUE(done()) << start << " stuck at " << text();
    ASSERT_EQ(actions(), std::vector<std::string>{}) << "what is done is left alone: " << text();
  }
}

}  // namespace
}  // namespace proa::controllers::statefulset
