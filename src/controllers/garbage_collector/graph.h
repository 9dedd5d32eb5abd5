// Who refers to whom as owner: from the uid of an owner to the objects that name it in their ownerReferences. Only objects that have
// owners are in it; everything else is looked up in the caches. One thread.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "object/view.h"

namespace proa::controllers::garbage_collector {

/// An object: kind by its index in the collector's list, namespace, name.
struct Place {
  size_t kind = 0;
  std::string ns, name;
  auto operator<=>(const Place&) const = default;
};

class Graph {
 public:
  /// `before` and `after` are the object's ownerReferences (absent: no object).
  void change(const Place& place, object::View before, object::View after);
  std::vector<Place> dependents(std::string_view owner_uid) const;
  bool has_dependents(std::string_view owner_uid) const { return dependents_.contains(owner_uid); }
  size_t owners() const { return dependents_.size(); }

 private:
  std::map<std::string, std::set<Place>, std::less<>> dependents_;
};

}  // namespace proa::controllers::garbage_collector
