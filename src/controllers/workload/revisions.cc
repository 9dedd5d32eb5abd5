#include "controllers/workload/revisions.h"

#include <algorithm>

#include <fmt/format.h>

#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "controllers/workload/template_hash.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::Value;
using object::View;

constexpr size_t kLongestPrefix = 223;

Value patch_of(View owner) {
  Value pod_template = Value::object({{"$patch", "replace"}});
  for (const auto [name, value] : owner["spec"]["template"].members()) pod_template.set(name, value.to_value());
  Value patch = Value::object();
  patch["spec"].set("template", std::move(pod_template));
  return patch;
}

bool older(const Document& a, const Document& b) {
  const int64_t number_a = a["revision"].as_int(), number_b = b["revision"].as_int();
  if (number_a != number_b) return number_a < number_b;
  const auto made_a = creation_time(a.root()), made_b = creation_time(b.root());
  return made_a != made_b ? made_a < made_b : object::name_of(a.root()) < object::name_of(b.root());
}

Change made(View owner, const History& history, Value patch, int64_t number, std::string_view hash_label) {
  const View pod_labels = owner["spec"]["template"]["metadata"]["labels"];
  Value labels = pod_labels.exists() ? pod_labels.to_value() : Value::object();
  labels.set(hash_label, history.hash);
  Value meta = Value::object({{"name", history.name}, {"namespace", object::namespace_of(owner)}});
  meta.set("labels", std::move(labels));
  if (const View annotations = object::annotations_of(owner); !annotations.empty())
    meta.set("annotations", annotations.to_value());
  meta["ownerReferences"].push_back(controller_reference(owner));
  Value revision = Value::object({{"apiVersion", "apps/v1"}, {"kind", "ControllerRevision"}});
  revision.set("metadata", std::move(meta));
  revision.set("data", std::move(patch));
  revision.set("revision", number);
  return {Change::What::kCreate, client::resources::kControllerRevisions, std::string(object::namespace_of(owner)),
          history.name, std::move(revision)};
}

Change raised(const Document& revision, int64_t number) {
  Value changed = revision.root().to_value();
  changed.set("revision", number);
  return {Change::What::kUpdate, client::resources::kControllerRevisions,
          std::string(object::namespace_of(revision.root())), std::string(object::name_of(revision.root())),
          std::move(changed)};
}

/// A StatefulSet's status says 0 where a DaemonSet's says nothing.
std::optional<int64_t> collision_count(View owner) {
  const int64_t count = owner["status"]["collisionCount"].as_int();
  return count > 0 ? std::optional(count) : std::nullopt;
}

}  // namespace

History make_history(View owner, const std::vector<Document>& revisions, std::string_view hash_label) {
  Claims claims = claim(owner, object::LabelSelector::from_object(owner["spec"]["selector"]), revisions);
  History history;
  history.adopt = std::move(claims.adopt);
  history.release = std::move(claims.release);
  Value patch = patch_of(owner);
  std::vector<Document> equal;
  for (const auto* group : {&claims.owned, &history.adopt})
    for (const Document& revision : *group) (revision["data"] == View(patch) ? equal : history.old).push_back(revision);
  std::ranges::sort(equal, older);
  std::ranges::sort(history.old, older);
  const int64_t next = history.old.empty() ? 1 : history.old.back()["revision"].as_int() + 1;
  if (equal.empty()) {
    history.hash = template_hash(owner["spec"]["template"], collision_count(owner));
    history.name = fmt::format("{}-{}", object::name_of(owner).substr(0, kLongestPrefix), history.hash);
    history.writes.push_back(made(owner, history, std::move(patch), next, hash_label));
    return history;
  }
  const Document& current = equal.back();
  history.name = object::name_of(current.root());
  history.hash = object::labels_of(current.root())[hash_label].str();
  if (current["revision"].as_int() < next) history.writes.push_back(raised(current, next));
  return history;
}

std::vector<Change> trim_history(View owner, const std::vector<Document>& old,
                                 const std::set<std::string, std::less<>>& live, std::string_view hash_label) {
  std::vector<Change> removals;
  int64_t too_many = static_cast<int64_t>(old.size()) - owner["spec"]["revisionHistoryLimit"].as_int(10);
  for (const Document& revision : old) {
    if (too_many <= 0) break;
    const View view = revision.root();
    if (live.contains(object::labels_of(view)[hash_label].as_string()) || live.contains(object::name_of(view)))
      continue;
    removals.push_back({Change::What::kRemove,
                        client::resources::kControllerRevisions,
                        std::string(object::namespace_of(view)),
                        std::string(object::name_of(view)),
                        {}});
    --too_many;
  }
  return removals;
}

bool is_revision_of(View owner, View revision) {
  return object::is_controlled_by(revision, object::uid_of(owner)) && revision["data"] == View(patch_of(owner));
}

}  // namespace proa::controllers
