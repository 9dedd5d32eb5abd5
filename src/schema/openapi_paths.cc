#include "schema/openapi_paths.h"

#include <algorithm>
#include <set>

#include "fmt/format.h"

namespace proa::schema::openapi {
namespace {

using Body = Operation::Body;

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

Type meta_type(std::string_view name) { return builtin_type(std::string(kMeta).append(name)); }

std::string capital(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

/// "rbac.authorization.k8s.io" -> "RbacAuthorization".
std::string group_word(std::string_view group) {
  if (group.empty()) return "Core";
  if (group.ends_with(".k8s.io")) group.remove_suffix(7);
  std::string out;
  for (size_t at = 0; at <= group.size();) {
    const size_t end = std::min(group.find('.', at), group.size());
    out += capital(group.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// "a Pod", "an Ingress", "Endpoints".
std::string with_article(const std::string& kind) {
  if (kind.ends_with("s") && !kind.ends_with("ss")) return kind;
  return (std::string_view("AEIOU").find(kind[0]) == std::string_view::npos ? "a " : "an ") + kind;
}

std::string root_of(const KindInfo& kind) {
  return kind.group.empty() ? "/api/" + kind.version : fmt::format("/apis/{}/{}", kind.group, kind.version);
}

Parameter query(Type options, std::string_view name) {
  const Field f = options.field(name);
  const char* type = f.scalar() == Scalar::kBool ? "boolean" : f.scalar() == Scalar::kString ? "string" : "integer";
  return {std::string(name), false, type, std::string(f.doc())};
}

void add_queries(Operation& op, std::string_view options, std::initializer_list<const char*> names) {
  const Type type = meta_type(options);
  for (const char* name : names) {
    if (type.field(std::string_view(name))) op.parameters.push_back(query(type, name));
  }
}

void add_list_queries(Operation& op, bool with_watch) {
  add_queries(op, "ListOptions",
              {"continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch",
               "sendInitialEvents", "shardSelector", "timeoutSeconds"});
  if (with_watch) add_queries(op, "ListOptions", {"allowWatchBookmarks", "watch"});
}

void add_delete_queries(Operation& op) {
  add_queries(op, "DeleteOptions",
              {"dryRun", "gracePeriodSeconds", "ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents",
               "propagationPolicy"});
}

void add_write_queries(Operation& op, std::string_view options) {
  add_queries(op, options, {"dryRun", "fieldManager", "fieldValidation", "force"});
}

/// Builds the routes of one kind.
class KindRoutes {
 public:
  KindRoutes(const KindInfo& kind, std::vector<Route>& routes, Models& models)
      : kind_(kind), routes_(routes), models_(models) {
    root_ = root_of(kind);
    words_ = group_word(kind.group) + capital(kind.version);
    tag_ = group_word(kind.group) + "_" + kind.version;
    tag_[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(tag_[0])));
    scope_ = kind.namespaced ? "Namespaced" : "";
    model_ = std::string(kind.type.model());
    add_model(models_, kind.type);
    if (kind.list_type) add_model(models_, kind.list_type);
  }

  void build() {
    const std::string collection = root_ + (kind_.namespaced ? "/namespaces/{namespace}/" : "/") + kind_.plural;
    Route& all = route(collection);
    if (kind_.has_verb(kList)) all.operations.push_back(list("list" + words_ + scope_ + kind_.kind));
    if (kind_.has_verb(kCreate)) all.operations.push_back(create());
    if (kind_.has_verb(kDeleteCollection)) all.operations.push_back(delete_collection());
    if (kind_.has_verb(kGet)) one(collection + "/{name}");
    for (const Subresource& s : kind_.subresources) subresource(collection + "/{name}/" + s.name, s);
    if (kind_.namespaced && kind_.has_verb(kList)) {
      route(root_ + "/" + kind_.plural).operations.push_back(list("list" + words_ + kind_.kind + "ForAllNamespaces"));
    }
    if (kind_.has_verb(kWatch)) watches();
  }

 private:
  Route& route(std::string path) {
    routes_.push_back({std::move(path), {}, {}});
    return routes_.back();
  }

  Operation operation(const char* method, const char* action, std::string id, std::string description) {
    Operation op;
    op.method = method;
    op.action = action;
    op.id = std::move(id);
    op.description = std::move(description);
    op.tag = tag_;
    op.kind = {kind_.group, kind_.version, kind_.kind};
    op.answer_model = model_;
    op.codes = {200};
    return op;
  }

  Operation list(std::string id) {
    Operation op =
        operation("get", "list", std::move(id),
                  (kind_.has_verb(kWatch) ? "list or watch objects of kind " : "list objects of kind ") + kind_.kind);
    add_list_queries(op, true);
    op.answer_model = kind_.list_type ? std::string(kind_.list_type.model()) : model_;
    op.streams = true;
    return op;
  }

  Operation create() {
    Operation op =
        operation("post", "post", "create" + words_ + scope_ + kind_.kind, "create " + with_article(kind_.kind));
    add_write_queries(op, "CreateOptions");
    op.body = Body::kObject;
    op.body_model = model_;
    op.codes = {200, 201, 202};
    return op;
  }

  Operation delete_collection() {
    Operation op = operation("delete", "deletecollection", "delete" + words_ + "Collection" + scope_ + kind_.kind,
                             "delete collection of " + kind_.kind);
    add_list_queries(op, false);
    add_delete_queries(op);
    takes_options(op, "Status");
    return op;
  }

  void takes_options(Operation& op, std::string_view answer) {
    op.body = Body::kOptions;
    op.body_model = meta_type("DeleteOptions").model();
    op.answer_model = meta_type(answer).model();
    add_model(models_, meta_type("DeleteOptions"));
    add_model(models_, meta_type(answer));
  }

  void one(std::string path) {
    Route& r = route(std::move(path));
    const std::string name = words_ + scope_ + kind_.kind;
    r.operations.push_back(operation("get", "get", "read" + name, "read the specified " + kind_.kind));
    if (kind_.has_verb(kUpdate)) r.operations.push_back(replace(name, "replace the specified " + kind_.kind));
    if (kind_.has_verb(kDelete)) {
      Operation op = operation("delete", "delete", "delete" + name, "delete " + with_article(kind_.kind));
      add_delete_queries(op);
      takes_options(op, "Status");
      op.codes = {200, 202};
      // Kinds that wait for something before they go answer with the object.
      if (answers_delete_with_object()) op.answer_model = model_;
      r.operations.push_back(std::move(op));
    }
    if (kind_.has_verb(kPatch)) r.operations.push_back(patch(name, "partially update the specified " + kind_.kind));
  }

  bool answers_delete_with_object() const {
    static const std::set<std::string_view> kKinds = {"pods",
                                                      "persistentvolumeclaims",
                                                      "persistentvolumes",
                                                      "podtemplates",
                                                      "resourcequotas",
                                                      "serviceaccounts",
                                                      "services",
                                                      "resourceclaims",
                                                      "resourceclaimtemplates",
                                                      "resourceslices",
                                                      "deviceclasses",
                                                      "csidrivers",
                                                      "csinodes",
                                                      "storageclasses",
                                                      "volumeattachments",
                                                      "volumeattributesclasses"};
    return kKinds.contains(kind_.plural);
  }

  Operation replace(const std::string& name, std::string description) {
    Operation op = operation("put", "put", "replace" + name, std::move(description));
    add_write_queries(op, "UpdateOptions");
    op.body = Body::kObject;
    op.body_model = model_;
    op.codes = {200, 201};
    return op;
  }

  Operation patch(const std::string& name, std::string description) {
    Operation op = operation("patch", "patch", "patch" + name, std::move(description));
    add_write_queries(op, "PatchOptions");
    op.body = Body::kPatch;
    op.body_model = std::string(kMeta) + "Patch";
    op.codes = {200, 201};
    return op;
  }

  void subresource(std::string path, const Subresource& s) {
    if (!s.type && s.name != "log") return;  // streams are no REST operations
    Route made{std::move(path), {}, {}};
    const std::string name = words_ + scope_ + kind_.kind + capital(s.name);
    const std::string of = fmt::format("{} of the specified {}", s.name, kind_.kind);
    if ((s.verbs & kGet) != 0) made.operations.push_back(operation("get", "get", "read" + name, "read " + of));
    if ((s.verbs & kUpdate) != 0) made.operations.push_back(replace(name, "replace " + of));
    if ((s.verbs & kPatch) != 0) made.operations.push_back(patch(name, "partially update " + of));
    if ((s.verbs & kCreate) != 0) {
      Operation op =
          operation("post", "post", "create" + name, fmt::format("create {} of {}", s.name, with_article(kind_.kind)));
      add_write_queries(op, "CreateOptions");
      op.body = Body::kObject;
      op.codes = {200, 201, 202};
      made.operations.push_back(std::move(op));
    }
    for (Operation& op : made.operations) answer_with(op, s);
    routes_.push_back(std::move(made));
  }

  void answer_with(Operation& op, const Subresource& s) {
    add_model(models_, s.type);
    op.answer_model = s.type ? std::string(s.type.model()) : "";
    if (!s.version.empty()) op.kind = {s.group, s.version, s.kind};
    op.kind.kind = s.kind;
    if (op.body == Body::kObject)
      op.body_model = s.request_type ? std::string(s.request_type.model()) : op.answer_model;
    if (s.name != "log") return;
    for (const Field f : builtin_type("io.k8s.api.core.v1.PodLogOptions").fields()) {
      if (f.name() == "kind" || f.name() == "apiVersion" || f.scalar() == Scalar::kMessage) continue;
      op.parameters.push_back(query(builtin_type("io.k8s.api.core.v1.PodLogOptions"), f.name()));
    }
  }

  void watches() {
    const std::string one = kind_.namespaced ? "/watch/namespaces/{namespace}/" : "/watch/";
    watch(root_ + one + kind_.plural, words_ + scope_ + kind_.kind + "List", true);
    watch(root_ + one + kind_.plural + "/{name}", words_ + scope_ + kind_.kind, false);
    if (kind_.namespaced) watch(root_ + "/watch/" + kind_.plural, words_ + kind_.kind + "ListForAllNamespaces", true);
  }

  void watch(std::string path, const std::string& name, bool many) {
    Operation op = operation(
        "get", many ? "watchlist" : "watch", "watch" + name,
        many
            ? fmt::format("watch individual changes to a list of {}. deprecated: use the 'watch' parameter with a list "
                          "operation instead.",
                          kind_.kind)
            : fmt::format("watch changes to an object of kind {}. deprecated: use the 'watch' parameter with a list "
                          "operation instead, filtered to a single item with the 'fieldSelector' parameter.",
                          kind_.kind));
    add_list_queries(op, true);
    op.answer_model = meta_type("WatchEvent").model();
    add_model(models_, meta_type("WatchEvent"));
    op.streams = true;
    route(std::move(path)).operations.push_back(std::move(op));
  }

  const KindInfo& kind_;
  std::vector<Route>& routes_;
  Models& models_;
  std::string root_, words_, tag_, scope_, model_;
};

void add_common_parameters(Route& r, const std::string& kind) {
  for (Operation& op : r.operations) {
    if (r.path.find("{name}") != std::string::npos) {
      op.parameters.push_back({"name", true, "string", "name of the " + kind});
    }
    if (r.path.find("{namespace}") != std::string::npos) {
      op.parameters.push_back(
          {"namespace", true, "string", "object name and auth scope, such as for teams and projects"});
    }
    op.parameters.push_back({"pretty", false, "string",
                             "If 'true', then the output is pretty printed. Defaults to 'false' unless the user-agent "
                             "indicates a browser or command-line HTTP tool (curl and wget)."});
    std::sort(op.parameters.begin(), op.parameters.end(),
              [](const Parameter& a, const Parameter& b) { return a.name < b.name; });
  }
}

/// What every operation takes is told once, for the path.
void share_parameters(Route& r) {
  if (r.operations.empty()) return;
  for (const Parameter& p : r.operations[0].parameters) {
    const bool everywhere = std::all_of(r.operations.begin(), r.operations.end(), [&](const Operation& op) {
      return std::find(op.parameters.begin(), op.parameters.end(), p) != op.parameters.end();
    });
    if (everywhere) r.shared.push_back(p);
  }
  for (Operation& op : r.operations) {
    std::erase_if(op.parameters,
                  [&](const Parameter& p) { return std::find(r.shared.begin(), r.shared.end(), p) != r.shared.end(); });
  }
}

/// `/apis/apps/v1/`: which resources there are.
Route resources_route(const KindInfo& kind, Models& models) {
  Operation op;
  op.method = "get";
  const std::string group = group_word(kind.group);
  op.id = fmt::format("get{}{}APIResources", group, capital(kind.version));
  op.tag = fmt::format("{}{}_{}", static_cast<char>(std::tolower(static_cast<unsigned char>(group[0]))),
                       group.substr(1), kind.version);
  op.description = "get available resources";
  op.codes = {200};
  op.answer_model = meta_type("APIResourceList").model();
  add_model(models, meta_type("APIResourceList"));
  return {root_of(kind) + "/", {std::move(op)}, {}};
}

}  // namespace

std::vector<Route> routes_of(const std::vector<KindRef>& kinds, Models& models) {
  std::vector<Route> routes;
  const KindInfo* last = nullptr;
  for (const KindRef& k : kinds) {
    if (last == nullptr || last->group != k->group || last->version != k->version) {
      routes.push_back(resources_route(*k, models));
    }
    last = k.get();
    std::vector<Route> made;
    KindRoutes(*k, made, models).build();
    for (Route& r : made) {
      if (r.operations.empty()) continue;
      add_common_parameters(r, r.operations[0].kind.kind);
      share_parameters(r);
      routes.push_back(std::move(r));
    }
  }
  std::sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) { return a.path < b.path; });
  return routes;
}

}  // namespace proa::schema::openapi
