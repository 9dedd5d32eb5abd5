// kubectl create role, clusterrole, rolebinding, clusterrolebinding.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;

constexpr const char* kGroup = "rbac.authorization.k8s.io";
constexpr const char* kVersion = "rbac.authorization.k8s.io/v1";

constexpr auto kVerbs =
    std::to_array<std::string_view>({"*", "get", "delete", "list", "create", "update", "patch", "watch", "proxy",
                                     "deletecollection", "use", "bind", "escalate", "impersonate"});
constexpr auto kNonResourceVerbs =
    std::to_array<std::string_view>({"*", "get", "post", "put", "delete", "patch", "head", "options"});

struct GroupResource {
  std::string_view group, resource;
};
/// Verbs that mean something for a few resources only.
constexpr auto kSpecialVerbs = std::to_array<std::pair<std::string_view, GroupResource>>({
    {"use", {"policy", "podsecuritypolicies"}},
    {"use", {"extensions", "podsecuritypolicies"}},
    {"bind", {kGroup, "roles"}},
    {"bind", {kGroup, "clusterroles"}},
    {"escalate", {kGroup, "roles"}},
    {"escalate", {kGroup, "clusterroles"}},
    {"impersonate", {"", "users"}},
    {"impersonate", {"", "serviceaccounts"}},
    {"impersonate", {"", "groups"}},
    {"impersonate", {"authentication.k8s.io", "userextras"}},
});

/// `deployments.apps/scale`
struct Named {
  std::string group, resource, sub;
};

struct RoleFlags {
  std::vector<std::string> verbs, resources, names, urls, aggregation;
  std::vector<Named> named;

  void add_to(FlagSet& flags) {
    flags.list("verb", 0, &verbs);
    flags.list("resource", 0, &resources);
    flags.array("resource-name", 0, &names);
  }
  void complete();
};

void drop_doubles(std::vector<std::string>& list) {
  std::vector<std::string> kept;
  for (std::string& each : list)
    if (std::ranges::find(kept, each) == kept.end()) kept.push_back(std::move(each));
  list = std::move(kept);
}

void RoleFlags::complete() {
  drop_doubles(verbs);
  drop_doubles(names);
  drop_doubles(urls);
  if (std::ranges::find(verbs, "*") != verbs.end()) verbs = {"*"};
  for (const std::string& word : resources) {
    const size_t slash = word.find('/');
    const std::string whole = word.substr(0, slash);
    const size_t dot = whole.find('.');
    Named one{dot == std::string::npos ? "" : whole.substr(dot + 1), whole.substr(0, dot),
              slash == std::string::npos ? "" : word.substr(slash + 1)};
    if (word == "*") {
      named = {one};
      break;
    }
    named.push_back(std::move(one));
  }
}

void warn_of_verbs(const Session& session, const RoleFlags& role) {
  for (const std::string& verb : role.verbs)
    if (std::ranges::find(kVerbs, verb) == kVerbs.end())
      session.err(fmt::format("Warning: '{}' is not a standard resource verb\n", verb));
}

/// The resource as the server calls it: a short name gets its long one.
Named resolved(Session& session, const Named& name, std::optional<Failure>* failure = nullptr) {
  auto found = session.mapper().of_resource(name.group.empty() ? name.resource : name.resource + "." + name.group);
  if (found) return {found->group, found->plural, name.sub};
  if (failure != nullptr) *failure = Failure::verbatim(found.error().message());
  return name;
}

Try<void> check_verb(const std::string& verb, const Named& resource, std::optional<Failure>& failure) {
  bool is_special = false;
  for (const auto& [special, what] : kSpecialVerbs) {
    if (special != verb) continue;
    is_special = true;
    if (what.group != resource.group || what.resource != resource.resource) continue;
    failure.reset();
    return {};
  }
  if (!is_special) return {};
  return fail(fmt::format("can not perform '{}' on '{}' in group '{}'", verb, resource.resource, resource.group));
}

Try<void> check_resources(Session& session, const RoleFlags& role) {
  for (const Named& name : role.named) {
    if (name.resource.empty()) return fail("resource must be specified if apiGroup/subresource specified");
    if (name.resource == "*") return {};
    std::optional<Failure> failure;
    const Named resource = resolved(session, name, &failure);
    for (const std::string& verb : role.verbs)
      if (auto ok = check_verb(verb, resource, failure); !ok) return ok;
    if (failure) return Failed(*failure);
  }
  return {};
}

Try<void> check_urls(const RoleFlags& role) {
  for (const std::string& verb : role.verbs)
    if (!role.urls.empty() && std::ranges::find(kNonResourceVerbs, verb) == kNonResourceVerbs.end())
      return fail(fmt::format("invalid verb: '{}' for nonResourceURL", verb));
  for (const std::string& url : role.urls) {
    if (url == "*") continue;
    if (!url.starts_with("/")) return fail("nonResourceURL should start with /");
    if (url.find('*') < url.size() - 1)
      return fail("nonResourceURL only supports wildcard matches when '*' is at the end");
  }
  return {};
}

/// One rule for each group, and one for what is no resource.
Value rules_of(Session& session, const RoleFlags& role) {
  std::map<std::string, std::vector<std::string>> by_group;
  for (const Named& name : role.named) {
    const Named resource = resolved(session, name);
    by_group[resource.group].push_back(resource.sub.empty() ? resource.resource
                                                            : resource.resource + "/" + resource.sub);
  }
  Value rules = Value::array();
  for (auto& [group, resources] : by_group) {
    drop_doubles(resources);
    Value rule = Value::object(
        {{"verbs", words(role.verbs)}, {"apiGroups", Value::array({Value(group)})}, {"resources", words(resources)}});
    if (!role.names.empty()) rule["resourceNames"] = words(role.names);
    rules.push_back(std::move(rule));
  }
  if (!role.urls.empty())
    rules.push_back(Value::object({{"verbs", words(role.verbs)}, {"nonResourceURLs", words(role.urls)}}));
  return rules;
}

/// `key=value` pairs, as --aggregation-rule takes them.
Try<Value> labels_of(const std::vector<std::string>& pairs) {
  Value labels = Value::object();
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) return fail(fmt::format("malformed pair, expect string=string: {}", pair));
    labels.set(object::Key(std::string_view(pair).substr(0, equals)), pair.substr(equals + 1));
  }
  return labels;
}

Try<void> check_cluster_role(Session& session, const RoleFlags& role) {
  if (role.verbs.empty()) return fail("at least one verb must be specified");
  if (role.named.empty() && role.urls.empty()) return fail("one of resource or nonResourceURL must be specified");
  if (!role.named.empty()) {
    warn_of_verbs(session, role);
    if (auto ok = check_resources(session, role); !ok) return ok;
  }
  return check_urls(role);
}

struct Subjects {
  std::vector<std::string> users, groups, accounts;

  void add_to(FlagSet& flags) {
    flags.array("user", 0, &users);
    flags.array("group", 0, &groups);
    flags.array("serviceaccount", 0, &accounts);
  }
  Try<Value> list() const;
};

Try<Value> Subjects::list() const {
  Value all = Value::array();
  const auto add = [&all](const char* kind, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      all.push_back(Value::object({{"kind", kind}, {"apiGroup", kGroup}, {"name", name}}));
  };
  add("User", users);
  add("Group", groups);
  for (const std::string& account : accounts) {
    const auto parts = split(account, ":");
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty())
      return fail("serviceaccount must be <namespace>:<name>");
    all.push_back(Value::object({{"kind", "ServiceAccount"}, {"name", parts[1]}, {"namespace", parts[0]}}));
  }
  return all;
}

Try<void> finish_binding(Session& session, CreateOptions& o, const std::string& kind, const Subjects& subjects,
                         const std::string& role_kind, const std::string& role) {
  Value binding = new_object(session, o, kVersion, kind);
  auto list = subjects.list();
  if (!list) return Failed(list.error());
  if (!list->items().empty()) binding["subjects"] = std::move(*list);
  binding["roleRef"] = Value::object({{"apiGroup", kGroup}, {"kind", role_kind}, {"name", role}});
  return finish_create(session, o, std::move(binding), lower(kind) + ":");
}

}  // namespace

Try<void> create_role(Session& session) {
  CreateOptions o;
  RoleFlags role;
  FlagSet flags = session.flags();
  role.add_to(flags);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  role.complete();
  if (role.verbs.empty()) return fail("at least one verb must be specified");
  warn_of_verbs(session, role);
  if (role.named.empty()) return fail("at least one resource must be specified");
  if (auto ok = check_resources(session, role); !ok) return ok;
  Value made = new_object(session, o, kVersion, "Role");
  made["rules"] = rules_of(session, role);
  return finish_create(session, o, std::move(made), "");
}

Try<void> create_cluster_role(Session& session) {
  CreateOptions o;
  o.cluster_scoped = true;
  RoleFlags role;
  FlagSet flags = session.flags();
  role.add_to(flags);
  flags.list("non-resource-url", 0, &role.urls);
  flags.list("aggregation-rule", 0, &role.aggregation);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  role.complete();
  Value made = new_object(session, o, kVersion, "ClusterRole");
  if (role.aggregation.empty()) {
    if (auto ok = check_cluster_role(session, role); !ok) return ok;
    made["rules"] = rules_of(session, role);
    return finish_create(session, o, std::move(made), "");
  }
  if (!role.urls.empty() || !role.verbs.empty() || !role.named.empty() || !role.names.empty())
    return fail("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames");
  auto labels = labels_of(role.aggregation);
  if (!labels) return Failed(labels.error());
  made["rules"] = nullptr;
  made["aggregationRule"] =
      Value::object({{"clusterRoleSelectors", Value::array({Value::object({{"matchLabels", std::move(*labels)}})})}});
  return finish_create(session, o, std::move(made), "");
}

Try<void> create_role_binding(Session& session) {
  CreateOptions o;
  Subjects subjects;
  std::string cluster_role, role;
  FlagSet flags = session.flags();
  flags.text("clusterrole", 0, &cluster_role);
  flags.text("role", 0, &role);
  subjects.add_to(flags);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (cluster_role.empty() == role.empty()) return fail("exactly one of clusterrole or role must be specified");
  return finish_binding(session, o, "RoleBinding", subjects, role.empty() ? "ClusterRole" : "Role",
                        role.empty() ? cluster_role : role);
}

Try<void> create_cluster_role_binding(Session& session) {
  CreateOptions o;
  o.cluster_scoped = true;
  o.required = {"clusterrole"};
  Subjects subjects;
  std::string cluster_role;
  FlagSet flags = session.flags();
  flags.text("clusterrole", 0, &cluster_role);
  subjects.add_to(flags);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  return finish_binding(session, o, "ClusterRoleBinding", subjects, "ClusterRole", cluster_role);
}

}  // namespace proa::cli::kubectl
