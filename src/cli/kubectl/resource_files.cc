// Reading manifests from files, folders, patterns, stdin.
#include <glob.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/kubectl/resource_finder.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/yaml.h"

namespace proa::cli::kubectl {
namespace {

namespace fs = std::filesystem;
using object::Value;
using object::View;

bool is_manifest(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".json" || extension == ".yaml" || extension == ".yml";
}

void walk(const fs::path& folder, bool recursive, std::vector<std::string>& out) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename().string() < b.filename().string(); });
  for (const auto& path : entries) {
    if (fs::is_directory(path, error)) {
      if (recursive) walk(path, recursive, out);
    } else if (is_manifest(path)) {
      out.push_back(path.string());
    }
  }
}

std::vector<std::string> matches(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found = {};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  globfree(&found);
  return out;
}

Failed undecodable(const std::string& source, const std::string& why) {
  return fail(fmt::format("unable to decode {}: {}", object::go_quoted(source), why));
}

bool is_list(View object) { return object["kind"].as_string().ends_with("List") && object["items"].is_array(); }

/// What stands between an object and the server, as kubectl's own check of manifests words it.
Failed unvalidated(const std::string& source, const std::string& why) {
  return fail(
      fmt::format("error validating {}: error validating data: {}; if you choose to ignore these errors, turn "
                  "validation off with --validate=false",
                  object::go_quoted(source), why));
}

Try<void> check_identity(View object, const std::string& source) {
  const bool version = !object["apiVersion"].as_string().empty(), kind = !object["kind"].as_string().empty();
  if (!version && !kind) return unvalidated(source, "[apiVersion not set, kind not set]");
  if (!version) return unvalidated(source, "apiVersion not set");
  if (!kind) return unvalidated(source, "kind not set");
  return {};
}

Try<void> flatten(Value object, const std::string& source, std::vector<Value>& out) {
  const View view = object;
  if (view["kind"].as_string().empty())
    return undecodable(source, fmt::format("Object 'Kind' is missing in '{}'", object::to_json(view)));
  if (view["apiVersion"].as_string().empty())
    return undecodable(source, fmt::format("Object 'apiVersion' is missing in '{}'", object::to_json(view)));
  if (!is_list(view)) {
    out.push_back(std::move(object));
    return {};
  }
  for (Value& item : object.find("items")->items())
    if (auto done = flatten(std::move(item), source, out); !done) return done;
  return {};
}

}  // namespace

Try<std::vector<std::string>> files_of(const std::string& word, bool recursive) {
  std::error_code error;
  std::vector<std::string> paths{word};
  if (!fs::exists(word, error)) {
    paths = matches(word);
    if (paths.empty()) return fail(fmt::format("the path {} does not exist", object::go_quoted(word)));
  }
  std::vector<std::string> out;
  for (const auto& path : paths) {
    if (!fs::is_directory(path, error)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    const std::string folder = path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    walk(folder, recursive, inside);
    if (inside.empty())
      return fail(fmt::format("error reading [{}]: recognized file extensions are [.json .yaml .yml]", path));
    out.insert(out.end(), inside.begin(), inside.end());
  }
  return out;
}

Try<std::vector<Value>> read_manifest(const std::string& text, const std::string& source, bool validate) {
  auto documents = object::parse_yaml_stream(text);
  if (!documents) {
    const std::string why = documents.error().message;
    return fail(fmt::format("error parsing {}: {}", source, why));
  }
  std::vector<Value> out;
  for (Value& document : *documents) {
    if (document.is_null()) continue;
    if (!document.is_object() && validate) return unvalidated(source, "invalid object to validate");
    if (validate)
      if (auto ok = check_identity(document, source); !ok) return Failed(ok.error());
    if (!document.is_object())
      return undecodable(source,
                         "json: cannot unmarshal " +
                             std::string(document.is_string()  ? "string"
                                         : document.is_array() ? "array"
                                                               : "number") +
                             " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                             "Kind string \"json:\\\"kind,omitempty\\\"\" }");
    if (auto done = flatten(std::move(document), source, out); !done) return Failed(done.error());
  }
  return out;
}

}  // namespace proa::cli::kubectl
