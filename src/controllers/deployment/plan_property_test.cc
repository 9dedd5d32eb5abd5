// Properties of the rollout, over random states: it never goes above replicas + maxSurge nor, by its own doing, below
// replicas - maxUnavailable available pods; and where new pods become available, it ends.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "controllers/deployment/test_objects.h"
#include "runtime/random.h"

namespace proa::controllers::deployment {
namespace {

using object::Document;
using object::Value;
using object::View;

struct Set {
  int64_t replicas = 0, available = 0;
};

struct World {
  int replicas = 0, surge = 0, unavailable = 0;
  std::vector<Set> sets;  // the last one has the Deployment's template

  int64_t total() const {
    int64_t n = 0;
    for (const Set& set : sets) n += set.replicas;
    return n;
  }
  int64_t available() const {
    int64_t n = 0;
    for (const Set& set : sets) n += set.available;
    return n;
  }
  std::string text() const {
    std::string out = fmt::format("replicas {} surge {} unavailable {}:", replicas, surge, unavailable);
    for (const Set& set : sets) out += fmt::format(" {}/{}", set.available, set.replicas);
    return out;
  }
};

Plan plan_for(const World& world) {
  Value d = make_deployment("web", world.replicas);
  d["spec"]["strategy"]["rollingUpdate"] =
      Value::object({{"maxSurge", world.surge}, {"maxUnavailable", world.unavailable}});
  Known known;
  for (size_t i = 0; i < world.sets.size(); ++i) {
    set_image(d, fmt::format("v{}", i));
    Value set = make_set(d, static_cast<int>(i), world.sets[i].replicas, world.sets[i].available);
    known.replica_sets.push_back(Document::freeze(set));
  }
  known.deployment = Document::freeze(d);
  known.now = kNow;
  return make_plan(known);
}

/// Carries out the plan; a ReplicaSet that shrinks gives up its unavailable pods first.
void apply(const Plan& plan, World& world) {
  for (const Write& write : plan.writes) {
    if (write.what != Write::What::kUpdateReplicaSet) continue;
    Set& set = world.sets.at(static_cast<size_t>(std::stoi(write.name.substr(4))));
    set.replicas = View(write.object)["spec"]["replicas"].as_int();
    set.available = std::min(set.available, set.replicas);
  }
}

World random_world(runtime::Random& random) {
  World world;
  world.replicas = static_cast<int>(random.below(12));
  world.surge = static_cast<int>(random.below(5));
  world.unavailable = static_cast<int>(random.below(5));
  if (world.surge + world.unavailable == 0) world.unavailable = 1;
  const size_t count = 1 + random.below(4);
  for (size_t i = 0; i < count; ++i) {
    Set set;
    set.replicas = static_cast<int64_t>(random.below(8));
    set.available = static_cast<int64_t>(random.below(static_cast<uint64_t>(set.replicas) + 1));
    world.sets.push_back(set);
  }
  return world;
}

TEST(RollingUpdate, keeps_its_bounds_from_any_state) {
  runtime::SeededRandom random(20260101);
  for (int i = 0; i < 3000; ++i) {
    const World before = random_world(random);
    World after = before;
    apply(plan_for(before), after);
    const int64_t most = before.replicas + before.surge;
    const int64_t least = before.replicas - std::min(before.unavailable, before.replicas);
    ASSERT_LE(after.total(), std::max<int64_t>(before.total(), most)) << before.text() << " -> " << after.text();
    ASSERT_GE(after.available(), std::min<int64_t>(before.available(), least))
        << before.text() << " -> " << after.text();
  }
}

TEST(RollingUpdate, ends_where_new_pods_become_available) {
  runtime::SeededRandom random(7);
  for (int i = 0; i < 300; ++i) {
    World world = random_world(random);
    const std::string start = world.text();
    int rounds = 0;
    const auto done = [&] {
      return world.total() == world.replicas && world.sets.back().replicas == world.replicas &&
             world.sets.back().available == world.replicas;
    };
    while (!done() && ++rounds < 200) {
      apply(plan_for(world), world);
      for (Set& set : world.sets)
        if (set.available < set.replicas && random.below(2) == 0) ++set.available;
      // Old pods may also break on the way.
      if (world.sets.size() > 1 && rounds < 20 && world.sets[0].available > 0 && random.below(8) == 0)
        --world.sets[0].available;
    }
    ASSERT_TRUE(done()) << start << " stuck at " << world.text();
  }
}

}  // namespace
}  // namespace proa::controllers::deployment
