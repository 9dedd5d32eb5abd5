// kubectl explain: what a kind's fields mean, from the server's OpenAPI v3 document.
// Source: k8s.io/kubectl pkg/explain/v2 (the plain text template).
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/word_wrap.h"
#include "object/go_text.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

std::string indented(size_t amount, const std::string& text) {
  const std::string pad(amount, ' ');
  return pad + replaced(text, "\n", "\n" + pad);
}

class Explainer {
 public:
  Explainer(View document, bool recursive) : document_(document), recursive_(recursive) {}

  /// Empty when the path leads nowhere.
  std::string output(View schema, const std::vector<std::string>& path, size_t at, std::set<std::string> history) const;

 private:
  View resolve(View schema) const {
    const auto reference = schema["$ref"].as_string();
    if (!reference.starts_with("#/")) return schema;
    View found = document_;
    for (const auto& part : split(reference.substr(2), "/")) found = found[part];
    return found.exists() ? found : schema;
  }
  std::string type_of(View schema) const;
  std::string description(View schema) const;
  std::string fields(View schema, size_t level, std::set<std::string> history) const;
  std::string field(View owner, std::string_view name, View schema, size_t level) const;
  static std::string enumeration(View schema, bool long_view, int limit, size_t indent);

  View document_;
  bool recursive_;
};

std::vector<View::Member> sorted(View map) {
  std::vector<View::Member> members;
  for (auto member : map.members()) members.push_back(member);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return members;
}

std::string Explainer::type_of(View schema) const {
  if (schema["items"].exists()) return "[]" + type_of(schema["items"]);
  if (schema["additionalProperties"].is_object()) return "map[string]" + type_of(schema["additionalProperties"]);
  if (schema["allOf"].size() == 1 && schema["properties"].empty()) return type_of(schema["allOf"].at(0));
  if (const auto reference = schema["$ref"].as_string(); !reference.empty()) {
    const auto type = resolve(schema)["type"].as_string();
    if (!type.empty() && type != "object") return std::string(type);
    return std::string(reference.substr(reference.find_last_of("./") + 1));
  }
  const auto type = schema["type"].as_string("Object");
  return type == "object" ? "Object" : std::string(type);
}

std::string Explainer::description(View schema) const {
  const View resolved = resolve(schema);
  std::string out;
  if (const auto text = resolved["description"].as_string(); !text.empty()) out = std::string(text) + "\n";
  for (View part : resolved["allOf"].items()) out += description(part);
  if (resolved["items"].exists()) out += description(resolved["items"]);
  if (resolved["additionalProperties"].is_object()) out += description(resolved["additionalProperties"]);
  return out;
}

std::string Explainer::enumeration(View schema, bool long_view, int limit, size_t indent) {
  const View values = schema["enum"];
  if (values.empty()) return "";
  std::string out = long_view ? "ENUM:" : "\n" + std::string(indent, ' ') + "enum: ";
  int index = 0;
  for (View value : values.items()) {
    if (limit >= 0 && index >= limit) return out + ", ....";
    if (long_view)
      out += "\n    ";
    else if (index > 0)
      out += ", ";
    out += value.is_string() && value.as_string().empty() ? "\"\"" : go_print(value);
    ++index;
  }
  return out;
}

std::string Explainer::field(View owner, std::string_view name, View schema, size_t level) const {
  const size_t indent = level * 2;
  std::string out = indented(indent, std::string(name)) + "\t<" + type_of(schema) + ">";
  for (View required : owner["required"].items())
    if (required.as_string() == name) out += " -required-";
  out += enumeration(schema, false, 4, indent) + "\n";
  if (recursive_) return out;
  const auto text = schema["description"].as_string("<no description>");
  return out + indented(indent + 2, word_wrap(text.empty() ? "<no description>" : text, 78 - indent)) + "\n\n";
}

std::string Explainer::fields(View schema, size_t level, std::set<std::string> history) const {
  const auto reference = schema["$ref"].str();
  if (!reference.empty() && !history.insert(reference).second) return "";
  const View resolved = resolve(schema);
  std::string out;
  for (const auto& [name, value] : sorted(resolved["properties"])) {
    out += field(resolved, name, value, level);
    if (recursive_) out += fields(value, level + 1, history);
  }
  for (View part : resolved["allOf"].items()) out += fields(part, level, history);
  if (resolved["items"].exists()) out += fields(resolved["items"], level, history);
  if (resolved["additionalProperties"].is_object()) out += fields(resolved["additionalProperties"], level, history);
  return out;
}

std::string Explainer::output(View schema, const std::vector<std::string>& path, size_t at,
                              std::set<std::string> history) const {
  const auto reference = schema["$ref"].str();
  const View resolved = resolve(schema);
  if (at == path.size()) {
    std::string text = description(schema);
    if (text.empty()) text = "<empty>";
    std::string out = "DESCRIPTION:\n" + indented(4, word_wrap(text, 76)) + "\n";
    const std::string list = fields(schema, 1, {});
    return list.empty() ? out : out + "FIELDS:\n" + list;
  }
  if (!reference.empty() && !history.insert(reference).second) return "";
  const View property = resolved["properties"][path[at]];
  if (property.exists()) {
    std::string out;
    if (at + 1 == path.size())
      out = fmt::format("FIELD: {} <{}>\n", path[at], type_of(property)) + enumeration(property, true, -1, 0) + "\n\n";
    const std::string rest = output(property, path, at + 1, {});
    return rest.empty() ? "" : out + rest;
  }
  if (resolved["items"].exists()) return output(resolved["items"], path, at, history);
  if (resolved["additionalProperties"].is_object()) return output(resolved["additionalProperties"], path, at, history);
  for (View part : resolved["allOf"].items())
    if (std::string out = output(part, path, at, history); !out.empty()) return out;
  return "";
}

bool is_of(View schema, const Mapping& m) {
  for (View known : schema["x-kubernetes-group-version-kind"].items())
    if (known["group"].as_string() == m.group && known["version"].as_string() == m.version &&
        known["kind"].as_string() == m.kind)
      return true;
  return false;
}

}  // namespace

Try<void> explain(Session& session) {
  std::string version, output = "plaintext";
  bool recursive = false;
  FlagSet flags = session.flags();
  flags.boolean("recursive", 0, &recursive);
  flags.text("api-version", 0, &version);
  flags.text("output", 'o', &output);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (args->empty())
    return fail(
        fmt::format("You must specify the type of resource to explain. Use \"{} api-resources\" for a complete list "
                    "of supported resources.\n",
                    session.called_as()));
  if (args->size() > 1) return fail("We accept only this format: explain RESOURCE\n");
  auto parts = split((*args)[0], ".");
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  if (parts.empty()) return fail("the server doesn't have a resource type \"\"");
  auto mapping = session.mapper().of_resource(parts[0]);
  if (!mapping) return Failed(Failure::verbatim(mapping.error().message()));
  std::vector<std::string> path(parts.begin() + 1, parts.end());
  if (!version.empty()) {
    const auto wanted = schema::parse_api_version(version);
    mapping->group = wanted.group;
    mapping->version = wanted.version;
  }
  const std::string where =
      mapping->group.empty() ? "api/" + mapping->version : "apis/" + mapping->group + "/" + mapping->version;
  auto document = session.api().get("/openapi/v3/" + where);
  if (!document)
    return fail(fmt::format("couldn't find resource for \"{}, Resource={}\"", mapping->api_version(), mapping->plural));
  std::string head = mapping->group.empty() ? "" : "GROUP:      " + mapping->group + "\n";
  head += "KIND:       " + mapping->kind + "\nVERSION:    " + mapping->version + "\n\n";
  for (auto [name, schema] : View(*document)["components"]["schemas"].members()) {
    if (!is_of(schema, *mapping)) continue;
    const std::string text = Explainer(*document, recursive).output(schema, path, 0, {});
    session.out(head + text + (text.empty() ? "" : "\n"));
    if (text.empty()) return fail(fmt::format("field {} does not exist", object::go_quoted(path.back())));
    return {};
  }
  session.out(head);
  return fail(fmt::format("GVK map[group:{} kind:{} version:{}] not found in OpenAPI schema", mapping->group,
                          mapping->kind, mapping->version));
}

}  // namespace proa::cli::kubectl
