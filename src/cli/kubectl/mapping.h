// Which resource a word or a kind means, and where it is on the server. Built-in kinds are known without asking;
// others are found by discovery.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/kubectl/api.h"
#include "schema/registry.h"

namespace proa::cli::kubectl {

struct Mapping {
  std::string group, version, kind, plural, singular;
  bool namespaced = false;
  schema::Type type;  // empty for kinds that are not built in

  std::string api_version() const { return schema::api_version_of(group, version); }
  /// `deployment.apps`, `pod`: how messages name the kind.
  std::string kind_group() const;
  /// `deployments.apps`, `pods`.
  std::string resource_group() const { return group.empty() ? plural : plural + "." + group; }
  /// `*v1.Deployment`: the type in which kubectl holds such an object.
  std::string go_type() const;
  /// `/apis/apps/v1/namespaces/NS/deployments[/NAME[/SUB]]`; an empty name means the collection, an empty namespace
  /// all of them.
  std::string path(const std::string& name_space, const std::string& name = "", const std::string& sub = "") const;
  bool operator==(const Mapping& other) const {
    return group == other.group && version == other.version && plural == other.plural;
  }
};

/// One resource of discovery, as `api-resources` lists it.
struct DiscoveredResource {
  Mapping mapping;
  std::vector<std::string> short_names, verbs, categories;
};

class Mapper {
 public:
  explicit Mapper(Api& api) : api_(api) {}

  /// `pods`, `po`, `deploy`, `deployments.apps`, `deployments.v1.apps`. Error: the server doesn't have a resource
  /// type "NAME".
  Try<Mapping> of_resource(const std::string& word);
  /// Error: no matches for kind "K" in version "V".
  Try<Mapping> of_kind(const std::string& api_version, const std::string& kind);
  /// `all`: the resources of a category; otherwise nothing.
  std::vector<Mapping> category(const std::string& word);
  /// Everything that the server serves, in its order.
  Try<const std::vector<DiscoveredResource>*> discover();
  const schema::Registry& registry() { return registry_; }

 private:
  Try<void> discover_aggregated(const std::string& path);
  Try<void> discover_plain();
  Try<void> discover_group(const std::string& api_version);

  Api& api_;
  schema::Registry registry_;
  std::optional<std::vector<DiscoveredResource>> discovered_;
};

Mapping mapping_of(const schema::KindInfo& kind);

}  // namespace proa::cli::kubectl
