// kubectl config: current-context, get-contexts, use-context, set-context, view.
#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/kubeconfig.h"
#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/tab_writer.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/yaml.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::go_quoted;
using object::Value;
using object::View;

/// The file in which a context lies, so that changes go where it came from; else the first one.
std::string file_of_context(const Session& session, const std::string& name) {
  const auto files = kubeconfig_files(session.access_flags());
  for (const auto& file : files) {
    if (!runtime::file_exists(file)) continue;
    auto text = runtime::read_file(file);
    if (!text) continue;
    auto config = object::parse_yaml(*text);
    if (config && kubeconfig_entry(*config, "contexts", name).exists()) return file;
  }
  return files.front();
}

Try<void> edit_file(const std::string& file, const std::function<void(Value&)>& change) {
  Value config = Value::object({{"apiVersion", "v1"}, {"kind", "Config"}, {"preferences", Value::object()}});
  if (runtime::file_exists(file)) {
    auto text = checked(runtime::read_file(file));
    if (!text) return Failed(text.error());
    auto read = checked(object::parse_yaml(*text));
    if (!read) return Failed(read.error());
    if (read->is_object()) config = std::move(*read);
  }
  change(config);
  if (!View(config)["preferences"].exists()) config["preferences"] = Value::object();
  std::string text;
  object::write_yaml(config, text);
  return checked(runtime::write_file_atomic(file, text, 0600));
}

Try<std::vector<std::string>> begin(Session& session, FlagSet& flags) { return session.parse(flags); }

void hide_secrets(Value& config) {
  const auto hide = [](Value& entry, const char* name, const char* instead) {
    if (entry.find(std::string_view(name)) != nullptr) entry.set(std::string_view(name), instead);
  };
  for (const auto& [list, inner] : {std::pair{"clusters", "cluster"}, {"users", "user"}}) {
    Value* items = config.find(std::string_view(list));
    if (items == nullptr || !items->is_array()) continue;
    for (Value& item : items->items()) {
      Value* entry = item.find(std::string_view(inner));
      if (entry == nullptr) continue;
      for (const char* name : {"certificate-authority-data", "client-certificate-data", "client-key-data"})
        hide(*entry, name, "DATA+OMITTED");
      for (const char* name : {"token", "password"}) hide(*entry, name, "REDACTED");
    }
  }
}

}  // namespace

Try<void> config_current_context(Session& session) {
  FlagSet flags = session.flags();
  auto args = begin(session, flags);
  if (!args) return Failed(args.error());
  auto config = load_kubeconfig(session.access_flags());
  if (!config) return Failed(config.error());
  const auto name = View(*config)["current-context"].as_string();
  if (name.empty()) return fail("current-context is not set");
  session.out(std::string(name) + "\n");
  return {};
}

Try<void> config_get_contexts(Session& session) {
  std::string output;
  bool no_headers = false;
  FlagSet flags = session.flags();
  flags.text("output", 'o', &output);
  flags.boolean("no-headers", 0, &no_headers);
  auto args = begin(session, flags);
  if (!args) return Failed(args.error());
  if (!output.empty() && output != "name") return fail(fmt::format("output must be one of '' or 'name': {}", output));
  auto config = load_kubeconfig(session.access_flags());
  if (!config) return Failed(config.error());
  std::vector<View> contexts;
  for (View item : View(*config)["contexts"].items())
    if (args->empty() || std::find(args->begin(), args->end(), item["name"].as_string()) != args->end())
      contexts.push_back(item);
  std::sort(contexts.begin(), contexts.end(),
            [](View a, View b) { return a["name"].as_string() < b["name"].as_string(); });
  std::vector<Failure> failures;
  for (const auto& name : *args)
    if (!kubeconfig_entry(*config, "contexts", name).exists())
      failures.push_back(Failure::text(fmt::format("context {} not found", name)));
  std::string text = no_headers || output == "name" ? "" : "CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n";
  for (View item : contexts) {
    const auto name = item["name"].as_string();
    const View c = item["context"];
    text += output == "name"
                ? std::string(name) + "\n"
                : fmt::format("{}\t{}\t{}\t{}\t{}\n", name == View(*config)["current-context"].as_string() ? "*" : "",
                              name, c["cluster"].as_string(), c["user"].as_string(), c["namespace"].as_string());
  }
  session.out(aligned(text, kTableStyle));
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

Try<void> config_use_context(Session& session) {
  FlagSet flags = session.flags();
  auto args = begin(session, flags);
  if (!args) return Failed(args.error());
  if (args->size() != 1) return fail(fmt::format("accepts 1 arg(s), received {}", args->size()));
  const std::string& name = (*args)[0];
  auto config = load_kubeconfig(session.access_flags());
  if (!config) return Failed(config.error());
  if (!kubeconfig_entry(*config, "contexts", name).exists())
    return fail(fmt::format("no context exists with the name: {}", go_quoted(name)));
  const auto files = kubeconfig_files(session.access_flags());
  std::string file = files.front();
  for (const auto& one : files)
    if (runtime::file_exists(one)) {
      file = one;
      break;
    }
  if (auto done = edit_file(file, [&](Value& c) { c["current-context"] = name; }); !done) return done;
  session.out(fmt::format("Switched to context {}.\n", go_quoted(name)));
  return {};
}

Try<void> config_set_context(Session& session) {
  bool current = false;
  FlagSet flags = session.flags();
  flags.boolean("current", 0, &current);
  auto args = begin(session, flags);
  if (!args) return Failed(args.error());
  auto config = load_kubeconfig(session.access_flags());
  if (!config) return Failed(config.error());
  if (current && !args->empty()) return fail("you cannot specify both a context name and --current");
  if (!current && args->size() != 1) return fail(fmt::format("Unexpected args: [{}]", args->empty() ? "" : (*args)[0]));
  const std::string name = current ? View(*config)["current-context"].str() : (*args)[0];
  if (name.empty()) return fail("no current context is set");
  const bool existed = kubeconfig_entry(*config, "contexts", name).exists();
  const AccessFlags& given = session.access_flags();
  auto done = edit_file(file_of_context(session, name), [&](Value& c) {
    Value* context = nullptr;
    Value& list = c["contexts"];
    if (!list.is_array()) list = Value::array();
    for (Value& item : list.items())
      if (View(item)["name"].as_string() == name) context = &item["context"];
    if (context == nullptr) {
      list.push_back(Value::object({{"context", Value::object()}, {"name", name}}));
      context = &list.items().back()["context"];
    }
    if (!given.cluster.empty()) (*context)["cluster"] = given.cluster;
    if (!given.user.empty()) (*context)["user"] = given.user;
    if (flags.changed("namespace")) (*context)["namespace"] = given.name_space;
  });
  if (!done) return done;
  session.out(fmt::format("Context {} {}.\n", go_quoted(name), existed ? "modified" : "created"));
  return {};
}

Try<void> config_view(Session& session) {
  PrintFlags print;
  bool raw = false, minify = false;
  FlagSet flags = session.flags();
  print.add_to(flags);
  flags.boolean("raw", 0, &raw);
  flags.boolean("minify", 0, &minify);
  flags.ignored_boolean("flatten");
  flags.ignored_boolean("merge");
  auto args = begin(session, flags);
  if (!args) return Failed(args.error());
  auto config = load_kubeconfig(session.access_flags());
  if (!config) return Failed(config.error());
  if (minify) {
    const std::string& asked = session.access_flags().context;
    const std::string name = asked.empty() ? View(*config)["current-context"].str() : asked;
    const Value context = kubeconfig_entry(*config, "contexts", name).to_value();
    if (context.is_null()) return fail("current-context must exist in order to minify");
    const auto keep = [&](const char* list, std::string_view wanted) {
      if (Value* items = config->find(std::string_view(list)); items != nullptr && items->is_array())
        std::erase_if(items->items(), [&](const Value& item) { return View(item)["name"].as_string() != wanted; });
    };
    keep("contexts", name);
    keep("clusters", View(context)["cluster"].as_string());
    keep("users", View(context)["user"].as_string());
    (*config)["current-context"] = name;
  }
  for (const char* list : {"clusters", "contexts", "users"})
    if (config->find(std::string_view(list)) == nullptr) (*config)[std::string_view(list)] = nullptr;
  if (config->find("current-context") == nullptr) (*config)["current-context"] = "";
  if (config->find("preferences") == nullptr) (*config)["preferences"] = Value::object();
  if (!raw) hide_secrets(*config);
  if (!print.given()) print.output = "yaml";
  auto printer = print.printer();
  if (!printer) return Failed(printer.error());
  auto text = (*printer)->print(*config);
  if (!text) return Failed(text.error());
  session.out(*text);
  return {};
}

}  // namespace proa::cli::kubectl
