#include "controllers/workload/kinds.h"

namespace proa::controllers {

std::vector<schema::KindRef> collectable_kinds(const schema::Registry& registry) {
  std::vector<schema::KindRef> found;
  for (const schema::KindRef& kind : registry.all()) {
    const bool is_storage = kind->group == kind->storage_group && kind->version == kind->storage_version;
    const bool verbs = kind->has_verb(schema::kList) && kind->has_verb(schema::kWatch) &&
                       kind->has_verb(schema::kDelete) && kind->has_verb(schema::kGet);
    if (is_storage && verbs && kind->stored() && kind->kind != "Event") found.push_back(kind);
  }
  return found;
}

client::Resource resource_of(const schema::KindInfo& kind) {
  return {kind.group, kind.version, kind.plural, kind.kind};
}

}  // namespace proa::controllers
