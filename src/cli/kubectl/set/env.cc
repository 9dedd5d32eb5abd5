// kubectl set env.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "schema/formats.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  SetOptions set;
  std::string containers = "*", from, prefix;
  std::vector<std::string> env, keys;
  bool list = false, resolve = false, overwrite = true;
};

/// What is to be set and to be taken away.
struct Changes {
  std::vector<Value> variables;
  std::vector<std::string> removed;
};

bool is_change(const std::string& word) {
  return word == "-" || word.find('=') != std::string::npos || (word.ends_with('-') && word.size() > 1);
}

Try<void> add_words(const std::vector<std::string>& words, Changes& changes) {
  for (const auto& word : words) {
    if (word == "-") {
      std::vector<std::string> lines;
      for (auto& line : split(read_stdin(), "\n"))
        if (!line.empty()) lines.push_back(std::move(line));
      if (auto done = add_words(lines, changes); !done) return done;
      continue;
    }
    const size_t equals = word.find('=');
    if (equals != std::string::npos) {
      const std::string name = word.substr(0, equals);
      if (const auto errors = schema::strict_env_var_name_errors(name); !errors.empty())
        return fail(fmt::format("{} is not a valid key name: {}", object::go_quoted(name), join(errors, ";")));
      changes.variables.push_back(Value::object({{"name", name}, {"value", word.substr(equals + 1)}}));
    } else if (word.ends_with('-')) {
      changes.removed.push_back(word.substr(0, word.size() - 1));
    } else {
      return fail("unknown environment variable: " + word);
    }
  }
  return {};
}

std::string env_name(Session& session, const std::string& key) {
  std::string name;
  for (const char c : key)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                : '_';
  if (name != key) session.err(fmt::format("Warning: key {} transferred to {}\n", key, name));
  return name;
}

Try<void> add_from(Session& session, const Options& o, Changes& changes) {
  if (o.from.empty()) return {};
  Request request;
  request.args = {o.from};
  request.latest = true;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  for (const Info& info : found->infos) {
    const bool secret = info.mapping.kind == "Secret";
    if (!secret && info.mapping.kind != "ConfigMap") return fail("unsupported resource specified in --from");
    for (auto [key, value] : View(info.object)["data"].members()) {
      if (!o.keys.empty() && std::find(o.keys.begin(), o.keys.end(), key) == o.keys.end()) continue;
      Value source = Value::object();
      source[std::string_view(secret ? "secretKeyRef" : "configMapKeyRef")] =
          Value::object({{"name", info.name}, {"key", std::string(key)}});
      changes.variables.push_back(
          Value::object({{"name", env_name(session, std::string(key))}, {"valueFrom", std::move(source)}}));
    }
  }
  return {};
}

/// The list with variables replaced in place, taken away, and added at the end.
Value updated(View existing, const Changes& changes) {
  Value out = Value::array();
  std::vector<std::string> covered = changes.removed;
  const auto is_covered = [&](std::string_view name) {
    return std::find(covered.begin(), covered.end(), name) != covered.end();
  };
  for (View variable : existing.items()) {
    const auto name = variable["name"].as_string();
    if (is_covered(name)) continue;
    const Value* newer = nullptr;
    for (const Value& one : changes.variables)
      if (newer == nullptr && View(one)["name"].as_string() == name) newer = &one;
    if (newer != nullptr) covered.emplace_back(name);
    out.push_back(newer != nullptr ? *newer : variable.to_value());
  }
  for (const Value& one : changes.variables) {
    const auto name = View(one)["name"].as_string();
    if (is_covered(name)) continue;
    covered.emplace_back(name);
    out.push_back(one);
  }
  return out;
}

std::string reference_text(View from) {
  if (const View map = from["configMapKeyRef"]; map.exists())
    return fmt::format("configmap {}, key {}", map["name"].as_string(), map["key"].as_string());
  if (const View secret = from["secretKeyRef"]; secret.exists())
    return fmt::format("secret {}, key {}", secret["name"].as_string(), secret["key"].as_string());
  if (const View field = from["fieldRef"]; field.exists())
    return fmt::format("field path {}", field["fieldPath"].as_string());
  if (const View resource = from["resourceFieldRef"]; resource.exists())
    return fmt::format("resource field {}", resource["resource"].as_string());
  return "invalid valueFrom";
}

void list_environment(Session& session, const Info& info, View container) {
  session.out(fmt::format("# {} {}, container {}\n", info.mapping.kind, info.name, container["name"].as_string()));
  for (View variable : container["env"].items()) {
    const auto name = variable["name"].as_string();
    session.out(variable["valueFrom"].exists()
                    ? fmt::format("# {} from {}\n", name, reference_text(variable["valueFrom"]))
                    : fmt::format("{}={}\n", name, variable["value"].as_string()));
  }
}

void change_containers(Session& session, const Options& o, const Changes& changes, Value& spec, const Info& info,
                       std::vector<Failure>& failures) {
  bool any = false;
  for (const char* list : {"containers", "initContainers"}) {
    Value* containers = spec.find(std::string_view(list));
    if (containers == nullptr || !containers->is_array()) continue;
    for (Value& container : containers->items()) {
      if (!fits(View(container)["name"].as_string(), o.containers)) continue;
      any = true;
      for (const Value& one : changes.variables)
        for (View old : View(container)["env"].items())
          if (!o.overwrite && old["name"] == View(one)["name"]) {
            failures.push_back(Failure::text(
                fmt::format("error: {}/{} '{}' already has a value ({}), and --overwrite is false", info.mapping.plural,
                            info.name, old["name"].as_string(), old["value"].as_string())));
            return;
          }
      Value env = updated(View(container)["env"], changes);
      if (env.items().empty())
        container.erase("env");
      else
        container.set("env", std::move(env));
      if (o.list) list_environment(session, info, container);
    }
  }
  if (!any)
    session.err(fmt::format("Warning: {}/{} does not have any containers matching {}\n", info.mapping.kind, info.name,
                            object::go_quoted(o.containers)));
}

}  // namespace

Try<void> set_env(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.set.add_to(flags);
  flags.text("containers", 'c', &o.containers);
  flags.text("from", 0, &o.from);
  flags.text("prefix", 0, &o.prefix);
  flags.array("env", 'e', &o.env);
  flags.list("keys", 0, &o.keys);
  flags.boolean("list", 0, &o.list);
  flags.boolean("resolve", 0, &o.resolve);
  flags.boolean("overwrite", 0, &o.overwrite);
  auto args = o.set.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (o.set.all && !o.set.selector.empty()) return fail("cannot set --all and --selector at the same time");
  std::vector<std::string> resources, words = o.env;
  bool changing = false;
  for (const auto& arg : *args) {
    if (is_change(arg)) changing = true;
    if (!is_change(arg) && changing)
      return fail("all resources must be specified before environment changes: " + join(*args, " "));
    (changing ? words : resources).push_back(arg);
  }
  if (o.set.files.empty() && resources.empty())
    return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (o.list && !o.set.print.output.empty()) return fail("--list and --output may not be specified together");
  if (!o.keys.empty() && o.from.empty())
    return fail("when specifying --keys, a configmap or secret must be provided with --from");
  Changes changes;
  if (auto done = add_words(words, changes); !done) return done;
  if (auto done = add_from(session, o, changes); !done) return done;
  if (!o.prefix.empty())
    for (Value& one : changes.variables) one["name"] = o.prefix + View(one)["name"].str();
  return change_objects(session, o.set, resources, "env updated", "env update to pod template:",
                        [&](Value& object, const Info& info, std::vector<Failure>& failures) {
                          const Value before = object;
                          Value* spec = pod_spec(object, info.mapping);
                          if (spec == nullptr) {
                            failures.push_back(no_template(info, o.set.local));
                            return;
                          }
                          change_containers(session, o, changes, *spec, info, failures);
                          if (o.list) object = before;
                        });
}

}  // namespace proa::cli::kubectl
