#include "controllers/garbage_collector/graph.h"

namespace proa::controllers::garbage_collector {

using object::View;

void Graph::change(const Place& place, View before, View after) {
  for (const View reference : before.items()) {
    const auto owner = dependents_.find(reference["uid"].as_string());
    if (owner == dependents_.end()) continue;
    owner->second.erase(place);
    if (owner->second.empty()) dependents_.erase(owner);
  }
  for (const View reference : after.items()) dependents_[reference["uid"].str()].insert(place);
}

std::vector<Place> Graph::dependents(std::string_view owner_uid) const {
  const auto owner = dependents_.find(owner_uid);
  if (owner == dependents_.end()) return {};
  return {owner->second.begin(), owner->second.end()};
}

}  // namespace proa::controllers::garbage_collector
