// kubectl api-resources, api-versions, version, cluster-info.
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/resource_finder.h"
#include "cli/kubectl/tab_writer.h"
#include "cli/kubectl/text.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/yaml.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// The Kubernetes whose client this is.
constexpr const char* kClientVersion = "v1.36.3";

struct ResourceOptions {
  std::string output, group, sort_by;
  bool no_headers = false, namespaced = true;
  std::vector<std::string> verbs, categories;
};

bool has_all(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const auto& one) { return std::find(have.begin(), have.end(), one) != have.end(); });
}

std::string sort_key(const DiscoveredResource& r, const std::string& by) {
  return by == "name" ? r.mapping.plural : by == "kind" ? r.mapping.kind : r.mapping.group;
}

/// In colours on a terminal.
std::string running_at(std::string_view name, const std::string& url) {
  if (isatty(STDOUT_FILENO) == 0) return fmt::format("{} is running at {}\n", name, url);
  return fmt::format("\x1b[0;32m{}\x1b[0m is running at \x1b[0;33m{}\x1b[0m\n", name, url);
}

std::string line_of(const DiscoveredResource& r, const std::string& output) {
  const Mapping& m = r.mapping;
  if (output == "name") return m.resource_group() + "\n";
  std::string line =
      fmt::format("{}\t{}\t{}\t{}\t{}", m.plural, join(r.short_names, ","), m.api_version(), m.namespaced, m.kind);
  if (output == "wide") line += "\t" + join(r.verbs, ",") + "\t" + join(r.categories, ",");
  return line + "\n";
}

}  // namespace

Try<void> api_resources(Session& session) {
  ResourceOptions o;
  FlagSet flags = session.flags();
  flags.text("output", 'o', &o.output);
  flags.text("api-group", 0, &o.group);
  flags.text("sort-by", 0, &o.sort_by);
  flags.boolean("no-headers", 0, &o.no_headers);
  flags.boolean("namespaced", 0, &o.namespaced);
  flags.list("verbs", 0, &o.verbs);
  flags.list("categories", 0, &o.categories);
  flags.ignored_boolean("cached");
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!args->empty()) return session.usage(fmt::format("unexpected arguments: [{}]", join(*args, " ")));
  if (!o.output.empty() && o.output != "wide" && o.output != "name")
    return fail(fmt::format("--output {} is not available", o.output));
  if (!o.sort_by.empty() && o.sort_by != "name" && o.sort_by != "kind")
    return fail("--sort-by accepts only name or kind");
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  auto all = session.mapper().discover();
  if (!all) return Failed(all.error());
  std::vector<const DiscoveredResource*> shown;
  for (const auto& r : **all) {
    if (r.verbs.empty()) continue;
    if (flags.changed("api-group") && r.mapping.group != o.group) continue;
    if (flags.changed("namespaced") && r.mapping.namespaced != o.namespaced) continue;
    if (has_all(r.verbs, o.verbs) && has_all(r.categories, o.categories)) shown.push_back(&r);
  }
  std::stable_sort(shown.begin(), shown.end(), [&](const auto* a, const auto* b) {
    const std::string ka = sort_key(*a, o.sort_by), kb = sort_key(*b, o.sort_by);
    return ka != kb ? ka < kb : a->mapping.plural < b->mapping.plural;
  });
  std::string text;
  if (!o.no_headers && o.output != "name")
    text = std::string("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND") +
           (o.output == "wide" ? "\tVERBS\tCATEGORIES\n" : "\n");
  for (const auto* r : shown) text += line_of(*r, o.output);
  session.out(aligned(text, kTableStyle));
  return {};
}

Try<void> api_versions(Session& session) {
  FlagSet flags = session.flags();
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!args->empty()) return session.usage(fmt::format("unexpected arguments: [{}]", join(*args, " ")));
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  std::vector<std::string> versions;
  for (const char* path : {"/api", "/apis"}) {
    auto list = session.api().get(path);
    if (!list) return fail("couldn't get available api versions from server: " + list.error().message());
    for (View version : View(*list)["versions"].items()) versions.push_back(version.str());
    for (View group : View(*list)["groups"].items())
      for (View version : group["versions"].items()) versions.push_back(version["groupVersion"].str());
  }
  std::sort(versions.begin(), versions.end());
  for (const auto& version : versions) session.out(version + "\n");
  return {};
}

Try<void> version(Session& session) {
  std::string output;
  bool client_only = false;
  FlagSet flags = session.flags();
  flags.text("output", 'o', &output);
  flags.boolean("client", 0, &client_only);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!args->empty()) return fail(fmt::format("extra arguments: [{}]", join(*args, " ")));
  if (!output.empty() && output != "yaml" && output != "json") return fail("--output must be 'yaml' or 'json'");
  Value info = Value::object(
      {{"clientVersion", Value::object({{"major", "1"}, {"minor", "36"}, {"gitVersion", kClientVersion}})}});
  std::optional<Failure> unreachable;
  if (!client_only) {
    if (auto ok = session.access(); !ok) return Failed(ok.error());
    auto server = session.api().get("/version");
    if (server)
      info["serverVersion"] = std::move(*server);
    else
      unreachable = server.error();
  }
  std::string text;
  if (output.empty()) {
    text = fmt::format("Client Version: {}\n", kClientVersion);
    if (const View server = View(info)["serverVersion"]; server.exists())
      text += fmt::format("Server Version: {}\n", server["gitVersion"].as_string());
  } else if (output == "yaml") {
    object::write_yaml(info, text);
    text += "\n";
  } else {
    object::write_json_indented(info, text, 2, false);
    text += "\n";
  }
  session.out(text);
  if (unreachable) return Failed(*unreachable);
  return {};
}

Try<void> cluster_info(Session& session) {
  FlagSet flags = session.flags();
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  auto access = session.access();
  if (!access) return Failed(access.error());
  const std::string& url = (*access)->client.url;
  auto services = session.mapper().of_resource("services");
  if (!services) return Failed(services.error());
  auto list =
      session.api().get(services->path("kube-system"), {{"labelSelector", "kubernetes.io/cluster-service=true"}});
  if (!list) return Failed(list.error());
  session.out(running_at("Kubernetes control plane", url));
  for (View service : View(*list)["items"].items()) {
    std::string name(object::labels_of(service)["kubernetes.io/name"].as_string(object::name_of(service)));
    const View port = service["spec"]["ports"].at(0);
    const std::string port_name = port["name"].as_string().empty() ? "" : ":" + port["name"].str();
    session.out(running_at(name, fmt::format("{}/api/v1/namespaces/kube-system/services/{}{}/proxy", url,
                                             object::name_of(service), port_name)));
  }
  session.out("\nTo further debug and diagnose cluster problems, use '" + session.called_as() +
              " cluster-info dump'.\n");
  return {};
}

}  // namespace proa::cli::kubectl
