#include "cli/kubectl/mapping.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/text.h"
#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

constexpr const char* kAcceptAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

std::vector<std::string> strings_of(View list) {
  std::vector<std::string> out;
  for (View item : list.items()) out.push_back(item.str());
  return out;
}

bool names(const DiscoveredResource& resource, const std::string& word) {
  const Mapping& m = resource.mapping;
  if (word == m.plural || word == m.singular || word == lower(m.kind)) return true;
  return std::find(resource.short_names.begin(), resource.short_names.end(), word) != resource.short_names.end();
}

}  // namespace

Mapping mapping_of(const schema::KindInfo& kind) {
  return {kind.group, kind.version, kind.kind, kind.plural, kind.singular, kind.namespaced, kind.type};
}

std::string Mapping::kind_group() const { return group.empty() ? lower(kind) : lower(kind) + "." + group; }

std::string Mapping::go_type() const { return type ? "*" + version + "." + kind : "*unstructured.Unstructured"; }

std::string Mapping::path(const std::string& name_space, const std::string& name, const std::string& sub) const {
  std::string out = group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
  if (namespaced && !name_space.empty()) out += "/namespaces/" + escape_path(name_space);
  out += "/" + plural;
  if (!name.empty()) out += "/" + escape_path(name);
  if (!sub.empty()) out += "/" + sub;
  return out;
}

Try<Mapping> Mapper::of_resource(const std::string& word) {
  if (const auto kind = registry_.find_by_any_name(word)) return mapping_of(*kind);
  auto all = discover();
  if (!all) return Failed(all.error());
  const std::string wanted = lower(word);
  const size_t dot = wanted.find('.');
  const std::string resource = wanted.substr(0, dot);
  const std::string rest = dot == std::string::npos ? "" : wanted.substr(dot + 1);
  for (const auto& found : **all) {
    const Mapping& m = found.mapping;
    if (!names(found, resource)) continue;
    if (rest.empty() || rest == m.group || rest == m.version + "." + m.group) return m;
  }
  return fail(
      fmt::format("the server doesn't have a resource type {}", object::go_quoted(word.substr(0, word.find('.')))));
}

Try<Mapping> Mapper::of_kind(const std::string& api_version, const std::string& kind) {
  if (const auto known = registry_.find_kind(api_version, kind)) return mapping_of(*known);
  auto all = discover();
  if (!all) return Failed(all.error());
  for (const auto& found : **all)
    if (found.mapping.kind == kind && found.mapping.api_version() == api_version) return found.mapping;
  return fail(
      fmt::format("no matches for kind {} in version {}", object::go_quoted(kind), object::go_quoted(api_version)));
}

std::vector<Mapping> Mapper::category(const std::string& word) {
  std::vector<Mapping> out;
  auto all = discover();
  if (!all) return out;
  for (const auto& found : **all)
    if (std::find(found.categories.begin(), found.categories.end(), word) != found.categories.end())
      out.push_back(found.mapping);
  return out;
}

Try<const std::vector<DiscoveredResource>*> Mapper::discover() {
  if (discovered_) return &*discovered_;
  discovered_.emplace();
  auto done = discover_aggregated("/api");
  if (done) done = discover_aggregated("/apis");
  if (!done && done.error().is("plain")) {
    discovered_->clear();
    done = discover_plain();
  }
  if (!done) {
    discovered_.reset();
    return Failed(done.error());
  }
  return &*discovered_;
}

Try<void> Mapper::discover_aggregated(const std::string& path) {
  auto answer = api_.send({.path = path, .accept = kAcceptAggregated});
  if (!answer) return Failed(answer.error());
  const View list = *answer;
  if (list["kind"].as_string() != "APIGroupDiscoveryList") {
    Status plain;
    plain.reason = "plain";
    return Failed(Failure::of(std::move(plain)));
  }
  for (View group : list["items"].items()) {
    std::vector<std::string> seen;  // resources of a preferred version come once
    for (View version : group["versions"].items())
      for (View from : version["resources"].items()) {
        DiscoveredResource made;
        Mapping& m = made.mapping;
        m.plural = from["resource"].str();
        if (std::find(seen.begin(), seen.end(), m.plural) != seen.end()) continue;
        m.group = group["metadata"]["name"].str();
        m.version = version["version"].str();
        m.kind = from["responseKind"]["kind"].str();
        m.singular = from["singularResource"].str();
        m.namespaced = from["scope"].as_string() == "Namespaced";
        if (const auto known = registry_.find_resource(m.group, m.version, m.plural)) m.type = known->type;
        made.short_names = strings_of(from["shortNames"]);
        made.verbs = strings_of(from["verbs"]);
        made.categories = strings_of(from["categories"]);
        seen.push_back(m.plural);
        discovered_->push_back(std::move(made));
      }
  }
  return {};
}

Try<void> Mapper::discover_plain() {
  if (auto done = discover_group("v1"); !done) return done;
  auto groups = api_.get("/apis");
  if (!groups) return Failed(groups.error());
  for (View group : object::View(*groups)["groups"].items())
    if (auto done = discover_group(group["preferredVersion"]["groupVersion"].str()); !done) return done;
  return {};
}

Try<void> Mapper::discover_group(const std::string& api_version) {
  const auto [group, version] = schema::parse_api_version(api_version);
  auto list = api_.get(group.empty() ? "/api/" + version : "/apis/" + api_version);
  if (!list) return Failed(list.error());
  for (View from : object::View(*list)["resources"].items()) {
    if (from["name"].as_string().find('/') != std::string_view::npos) continue;
    DiscoveredResource made;
    made.mapping = {group,
                    version,
                    from["kind"].str(),
                    from["name"].str(),
                    from["singularName"].str(),
                    from["namespaced"].as_bool(),
                    {}};
    if (const auto known = registry_.find_resource(group, version, made.mapping.plural))
      made.mapping.type = known->type;
    made.short_names = strings_of(from["shortNames"]);
    made.verbs = strings_of(from["verbs"]);
    made.categories = strings_of(from["categories"]);
    discovered_->push_back(std::move(made));
  }
  return {};
}

}  // namespace proa::cli::kubectl
