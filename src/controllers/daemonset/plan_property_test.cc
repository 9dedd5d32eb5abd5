// Properties of a DaemonSet's rounds, over random states: no more pods are unavailable than the rollout may take away, a
// node never has two lasting pods, and where new pods become ready, every node ends with one pod of today's revision.
#include <map>
#include <set>

#include "controllers/daemonset/plan_testing.h"
#include "object/meta.h"
#include "runtime/random.h"

namespace proa::controllers::daemonset {
namespace {

using object::Value;
using object::View;

struct DaemonSetProperties : DaemonSetTest {
  struct Limits {
    int64_t surge, unavailable;
  };

  static bool ready(View pod) { return pod["status"]["conditions"].size() > 0; }
  std::string node_of(View pod) const { return pod["spec"]["nodeName"].str(); }

  Limits random_strategy(runtime::Random& random) {
    const bool surges = random.below(3) == 0;
    const auto most = static_cast<int64_t>(1 + random.below(3));
    strategy(fmt::format(R"({{"type": "RollingUpdate", "rollingUpdate": {{"maxSurge": {}, "maxUnavailable": {}}}}})",
                         surges ? most : 0, surges ? 0 : most));
    return {surges ? most : 0, surges ? 0 : most};
  }
  void random_pods(runtime::Random& random) {
    pods.clear();
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (random.below(4) == 0) continue;
      Value& made = pod(fmt::format("p{}", i), object::name_of(nodes[i]), random.below(2) == 0 ? "old" : "");
      if (random.below(4) == 0) unready(made);
    }
  }
  /// Nodes that have a pod that is ready.
  std::set<std::string> served() const {
    std::set<std::string> names;
    for (const Value& p : pods)
      if (ready(p)) names.insert(node_of(p));
    return names;
  }
  void apply(const Plan& done, int round) {
    for (const object::Document& gone : done.remove)
      std::erase_if(pods, [&](const Value& p) { return object::name_of(p) == object::name_of(gone.root()); });
    for (const std::string& on : done.create_on) unready(pod(fmt::format("new-{}-{}", round, on), on));
  }
  std::string text() const {
    std::string out;
    for (const Value& p : pods)
      out += fmt::format("{} on {} {} {}; ", object::name_of(p), node_of(p), ready(p) ? "ready" : "not ready",
                         object::labels_of(p)["controller-revision-hash"].as_string());
    return out;
  }
};

TEST_F(DaemonSetProperties, a_rollout_takes_away_no_more_than_it_may) {
  runtime::SeededRandom random(11);
  for (int i = 4; i <= 7; ++i) node(fmt::format("n{}", i));
  for (int i = 0; i < 400; ++i) {
    const Limits limits = random_strategy(random);
    random_pods(random);
    const std::string before = text();
    const auto all = static_cast<int64_t>(nodes.size());
    const auto were = static_cast<int64_t>(served().size());
    const Plan done = plan();
    apply(done, i);
    const auto are = static_cast<int64_t>(served().size());
    ASSERT_GE(are, std::min(were, all - limits.unavailable)) << before << " -> " << text();
    std::map<std::string, int> per_node;
    for (const Value& p : pods) ++per_node[node_of(p)];
    for (const auto& [name, count] : per_node) ASSERT_LE(count, limits.surge > 0 ? 2 : 1) << before << " -> " << text();
  }
}

TEST_F(DaemonSetProperties, a_rollout_ends_with_one_new_pod_on_each_node) {
  runtime::SeededRandom random(12);
  for (int i = 4; i <= 7; ++i) node(fmt::format("n{}", i));
  for (int i = 0; i < 60; ++i) {
    const Limits limits = random_strategy(random);
    random_pods(random);
    const std::string start = text();
    const std::string today = plan().history.hash;
    const auto done = [&] {
      return pods.size() == nodes.size() && served().size() == nodes.size() &&
             std::ranges::all_of(pods, [&](const Value& p) {
               return object::labels_of(p)["controller-revision-hash"].as_string() == today;
             });
    };
    int round = 0;
    for (; round < 100 && !done(); ++round) {
      apply(plan(), round);
      for (Value& p : pods)
        if (!ready(p) && random.below(2) == 0)
          p["status"]["conditions"] =
              testing::json(R"([{"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}])");
    }
    ASSERT_TRUE(done()) << "surge " << limits.surge << ": " << start << " stuck at " << text();
    EXPECT_EQ(changes(), std::vector<std::string>{}) << "what is done is left alone";
  }
}

}  // namespace
}  // namespace proa::controllers::daemonset
