// kubectl auth can-i, auth whoami; top.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/tab_writer.h"
#include "cli/kubectl/text.h"
#include "object/json.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;

Try<void> auth_can_i(Session& session) {
  bool quiet = false, all_namespaces = false, list = false;
  std::string subresource;
  FlagSet flags = session.flags();
  flags.boolean("quiet", 'q', &quiet);
  flags.boolean("all-namespaces", 'A', &all_namespaces);
  flags.boolean("list", 0, &list);
  flags.text("subresource", 0, &subresource);
  flags.ignored_boolean("no-headers");
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (list) return fail("this client can't list what is allowed: ask for one verb and resource");
  if (args->size() != 2)
    return fail(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for "
        "help and examples.");
  Value spec = Value::object();
  std::string resource = (*args)[1], name;
  if (resource.starts_with('/')) {
    spec["nonResourceAttributes"] = Value::object({{"path", resource}, {"verb", (*args)[0]}});
  } else {
    if (const size_t slash = resource.find('/'); slash != std::string::npos) {
      name = resource.substr(slash + 1);
      resource = resource.substr(0, slash);
    }
    auto mapping = session.mapper().of_resource(resource);
    if (!mapping && resource != "*")
      session.err(fmt::format("Warning: the server doesn't have a resource type '{}'\n\n", resource));
    if (mapping && !mapping->namespaced && !all_namespaces)
      session.err(fmt::format("Warning: resource '{}' is not namespace scoped{}\n\n", mapping->plural,
                              mapping->group.empty() ? "" : " in group '" + mapping->group + "'"));
    const size_t dot = resource.find('.');
    spec["resourceAttributes"] = Value::object({{"namespace", all_namespaces ? "" : session.name_space()},
                                                {"verb", (*args)[0]},
                                                {"group", mapping                    ? mapping->group
                                                          : dot == std::string::npos ? ""
                                                                                     : resource.substr(dot + 1)},
                                                {"resource", mapping ? mapping->plural : resource.substr(0, dot)},
                                                {"subresource", subresource},
                                                {"name", name}});
  }
  const Value review = Value::object(
      {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SelfSubjectAccessReview"}, {"spec", std::move(spec)}});
  auto answer = session.api().send({.method = "POST",
                                    .path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                                    .body = object::to_json(review)});
  if (!answer) return Failed(answer.error());
  const View status = View(*answer)["status"];
  const bool allowed = status["allowed"].as_bool();
  std::string text = allowed ? "yes" : "no";
  if (const auto reason = status["reason"].as_string(); !allowed && !reason.empty())
    text += fmt::format(" - {}", reason);
  if (const auto error = status["evaluationError"].as_string(); !allowed && !error.empty())
    text += fmt::format(" - {}", error);
  if (!quiet) session.out(text + "\n");
  if (!allowed) return Failed(Failure::quiet(1));
  return {};
}

Try<void> auth_whoami(Session& session) {
  PrintFlags print;
  FlagSet flags = session.flags();
  print.add_to(flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  const Value review = Value::object({{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}});
  auto answer = session.api().send(
      {.method = "POST", .path = "/apis/authentication.k8s.io/v1/selfsubjectreviews", .body = object::to_json(review)});
  if (!answer) return Failed(answer.error());
  if (print.given()) {
    auto printer = print.printer();
    if (!printer) return Failed(printer.error());
    auto text = (*printer)->print(*answer);
    if (!text) return Failed(text.error());
    session.out(*text);
    return {};
  }
  const View user = View(*answer)["status"]["userInfo"];
  std::string text = "ATTRIBUTE\tVALUE\n";
  if (user["username"].exists()) text += fmt::format("Username\t{}\n", user["username"].as_string());
  if (user["uid"].exists()) text += fmt::format("UID\t{}\n", user["uid"].as_string());
  if (!user["groups"].empty()) text += fmt::format("Groups\t{}\n", go_print(user["groups"]));
  for (auto [name, value] : user["extra"].members()) text += fmt::format("Extra: {}\t{}\n", name, go_print(value));
  session.out(aligned(text, kTableStyle));
  return {};
}

Try<void> top(Session& session) {
  FlagSet flags = session.flags();
  for (const char* name : {"selector", "sort-by", "field-selector"})
    flags.ignored(name, name == std::string_view("selector") ? 'l' : 0);
  for (const char* name : {"no-headers", "containers", "sum", "use-protocol-buffers", "show-capacity"})
    flags.ignored_boolean(name);
  flags.ignored_boolean("all-namespaces", 'A');
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  return fail("Metrics API not available");
}

}  // namespace proa::cli::kubectl
