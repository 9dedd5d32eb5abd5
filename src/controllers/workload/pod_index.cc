#include "controllers/workload/pod_index.h"

#include "object/meta.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::View;

constexpr std::string_view kOrphans = "orphans-by-namespace";

}  // namespace

void index_by_controller(client::Informer& informer) {
  client::index_by_owner(informer);
  informer.add_index(kOrphans, [](View object, const auto& emit) {
    if (!object::controller_of(object).exists()) emit(object::namespace_of(object));
  });
}

std::vector<Document> dependents_of(const client::Informer& informer, View owner, bool with_orphans) {
  std::vector<Document> found = informer.by_index(client::kByOwner, object::uid_of(owner));
  if (!with_orphans) return found;
  for (Document& orphan : informer.by_index(kOrphans, object::namespace_of(owner))) found.push_back(std::move(orphan));
  return found;
}

Document resolve_controller(const client::Informer& owners, std::string_view kind, std::string_view ns,
                            View reference) {
  if (reference["kind"].as_string() != kind) return {};
  Document owner = owners.get(ns, reference["name"].as_string());
  return owner && object::uid_of(owner.root()) == reference["uid"].as_string() ? owner : Document();
}

void wake_owners(const client::Informer& owners, std::string_view kind,
                 const std::function<object::LabelSelector(View)>& selector_of, const Document& before,
                 const Document& after, const std::function<void(View)>& wake) {
  const View old_controller = object::controller_of(before.root());
  const View controller = object::controller_of(after.root());
  const bool changed_hands = old_controller["uid"].as_string() != controller["uid"].as_string();
  if (old_controller.exists() && (changed_hands || !after))
    if (const Document owner = resolve_controller(owners, kind, object::namespace_of(before.root()), old_controller))
      wake(owner.root());
  if (!after) return;
  const std::string_view ns = object::namespace_of(after.root());
  if (controller.exists()) {
    if (const Document owner = resolve_controller(owners, kind, ns, controller)) wake(owner.root());
    return;
  }
  const View labels = object::labels_of(after.root());
  if (before && !changed_hands && object::labels_of(before.root()) == labels) return;
  if (labels.empty()) return;
  for (const Document& owner : owners.list(ns))
    if (selector_of(owner.root()).matches(labels)) wake(owner.root());
}

}  // namespace proa::controllers
