// Registry: which kinds this server knows, and what the schema says about each. One per process (more in tests).
//
// Every function may be called from any thread. Kinds come as shared, immutable KindInfo, so a request that holds
// one goes on undisturbed when a custom kind is changed or removed meanwhile. Built-in kinds are never removed.
//
//   KindRef deployments = registry.find_resource("apps", "v1", "deployments");
#pragma once

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "schema/type.h"

namespace proa::schema {

/// Verbs of a resource, as discovery lists them.
enum Verb : uint32_t {
  kCreate = 1,
  kDelete = 2,
  kDeleteCollection = 4,
  kGet = 8,
  kList = 16,
  kPatch = 32,
  kUpdate = 64,
  kWatch = 128,
};

/// The names of the verbs in a mask, in alphabetical order, as discovery has them.
std::vector<std::string_view> verb_names(uint32_t verbs);

/// `apps/v1`, or `v1` for the core group.
std::string api_version_of(std::string_view group, std::string_view version);
/// The reverse; a bad text (two slashes) gives group "" and the text as version.
struct GroupVersion {
  std::string group;
  std::string version;
};
GroupVersion parse_api_version(std::string_view api_version);

/// A column of `kubectl get`. Where `path` is empty, code in the api room computes the cell.
struct Column {
  std::string name;
  std::string type;    // "string", "integer", "date", ...
  std::string format;  // "name" for the first column
  std::string path;    // dotted: "spec.schedule", as in additionalPrinterColumns without the first dot
  std::string description;
  int priority = 0;  // 0: always; 1: -o wide
};

struct Subresource {
  std::string name;                  // "status", "scale", "log", ...
  std::string group, version, kind;  // what discovery names: group and version empty where they are the parent's
  uint32_t verbs = 0;
  Type type;          // of what it answers with; empty for streams (log, exec, proxy)
  Type request_type;  // of the body it takes
};

struct KindInfo {
  std::string group, version, kind, list_kind, plural, singular;
  std::vector<std::string> short_names, categories;
  bool namespaced = false;
  uint32_t verbs = 0;
  Type type;  // for custom kinds: a type over their own table
  Type list_type;
  std::vector<Subresource> subresources;
  std::vector<Column> columns;
  /// Where objects are kept: the same storage serves several versions and groups (events of both groups, both
  /// autoscaling versions). Equal to this kind's own for most.
  std::string storage_group, storage_version;
  int group_priority = 0, version_priority = 0;
  bool custom = false;  // arrived at run time

  std::string api_version() const { return api_version_of(group, version); }
  base::GroupResource group_resource() const { return {group, plural}; }
  const Subresource* subresource(std::string_view name) const;
  bool has_verb(Verb verb) const { return (verbs & verb) != 0; }
  /// Kinds without list and get are never kept: SubjectAccessReview, TokenReview, Binding, ...
  bool stored() const { return has_verb(kList) && has_verb(kCreate); }
};

using KindRef = std::shared_ptr<const KindInfo>;

/// One group with its versions, the preferred one first.
struct GroupInfo {
  std::string group;
  std::vector<std::string> versions;
};

class Registry {
 public:
  /// A registry with the built-in kinds.
  Registry();

  /// nullptr when there is none.
  KindRef find_resource(std::string_view group, std::string_view version, std::string_view plural) const;
  KindRef find_kind(std::string_view group, std::string_view version, std::string_view kind) const;
  KindRef find_kind(std::string_view api_version, std::string_view kind) const;
  /// As a person types it: plural, singular, short name, `deployments.apps`, `deployments.v1.apps`; case counts
  /// not. Of several: the first in discovery order, preferred version.
  KindRef find_by_any_name(std::string_view name) const;
  /// Kinds of a category ("all"), in discovery order, preferred versions.
  std::vector<KindRef> category(std::string_view name) const;

  /// Groups in discovery order; the core group ("") is first.
  std::vector<GroupInfo> groups() const;
  /// Kinds of a group-version by plural; of every one when `group` is nullptr-like: see all().
  std::vector<KindRef> kinds(std::string_view group, std::string_view version) const;
  std::vector<KindRef> all() const;
  bool has_group_version(std::string_view group, std::string_view version) const;

  /// Adds or replaces a custom kind. A built-in kind's name is refused (409).
  Result<void> add(KindInfo kind);
  /// Takes every version of a custom kind away.
  void remove(std::string_view group, std::string_view plural);
  /// Grows with every add() and remove(): for caches of discovery and OpenAPI.
  uint64_t generation() const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<KindRef> kinds_;  // in discovery order
  uint64_t generation_ = 1;
};

}  // namespace proa::schema
