#include "api/meta_validation.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "schema/formats.h"

namespace proa::api {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

constexpr size_t kAnnotationsLimit = 256 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

void validate_name(View metadata, NameRule rule, const Path& path, ErrorList& errors) {
  const std::string_view name = metadata["name"].as_string();
  const std::string_view prefix = metadata["generateName"].as_string();
  if (!prefix.empty()) {
    // A prefix may end in a dash: the generated part follows.
    std::string probe(prefix);
    if (probe.back() == '-') probe.back() = 'a';
    for (const std::string& why : name_errors(probe, rule)) errors.invalid(path.child("generateName"), prefix, why);
  }
  if (name.empty()) return errors.required(path.child("name"), "name or generateName is required");
  for (const std::string& why : name_errors(name, rule)) errors.invalid(path.child("name"), name, why);
}

void validate_labels(View labels, const Path& path, ErrorList& errors) {
  for (const auto [key, value] : labels.members()) {
    for (const std::string& why : schema::qualified_name_errors(key)) errors.invalid(path, key, why);
    for (const std::string& why : schema::label_value_errors(value.as_string()))
      errors.invalid(path, value.as_string(), why);
  }
}

void validate_annotations(View annotations, const Path& path, ErrorList& errors) {
  size_t total = 0;
  for (const auto [key, value] : annotations.members()) {
    for (const std::string& why : schema::qualified_name_errors(lower(key))) errors.invalid(path, key, why);
    total += key.size() + value.as_string().size();
  }
  if (total > kAnnotationsLimit) errors.too_long(path, kAnnotationsLimit);
}

void validate_owners(View owners, const Path& path, ErrorList& errors) {
  std::vector<std::string> controllers;
  for (const View owner : owners.items()) {
    const Path& at = path;  // upstream names the list, not the item
    if (owner["apiVersion"].as_string().empty())
      errors.invalid(at.child("apiVersion"), owner["apiVersion"].as_string(), "version must not be empty");
    if (owner["kind"].as_string().empty()) errors.invalid(at.child("kind"), "", "must not be empty");
    if (owner["name"].as_string().empty()) errors.invalid(at.child("name"), "", "must not be empty");
    if (owner["uid"].as_string().empty()) errors.invalid(at.child("uid"), "", "must not be empty");
    if (owner["controller"].as_bool())
      controllers.push_back(fmt::format("{}/{}", owner["kind"].as_string(), owner["name"].as_string()));
  }
  if (controllers.size() > 1)
    errors.invalid(path, owners,
                   fmt::format("Only one reference can have Controller set to true. Found \"true\" in references for "
                               "{} and {}",
                               controllers[0], controllers[1]));
}

void validate_finalizers(View finalizers, const Path& path, ErrorList& errors) {
  bool orphan = false, foreground = false;
  for (const View finalizer : finalizers.items()) {
    const std::string_view text = finalizer.as_string();
    for (const std::string& why : schema::qualified_name_errors(text)) errors.invalid(path, text, why);
    orphan |= text == "orphan";
    foreground |= text == "foregroundDeletion";
  }
  if (orphan && foreground)
    errors.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
  size_t i = 0;
  for (const View finalizer : finalizers.items()) {
    const Path at = path.index(i++);
    const std::string_view text = finalizer.as_string();
    const bool standard = text == "orphan" || text == "foregroundDeletion" || text == "kubernetes";
    if (schema::qualified_name_errors(text).empty() && text.find('/') == std::string_view::npos && !standard)
      errors.invalid(at, text, "name is neither a standard finalizer name nor is it fully qualified");
  }
}

void immutable(View object, View old, std::string_view member, const Path& metadata, ErrorList& errors) {
  const View now = object["metadata"][member], was = old["metadata"][member];
  if (now.as_string() != was.as_string()) errors.invalid(metadata.child(member), now, "field is immutable");
}

}  // namespace

std::vector<std::string> name_errors(std::string_view name, NameRule rule) {
  switch (rule) {
    case NameRule::kLabel: return schema::dns1123_label_errors(name);
    case NameRule::kLabel1035: return schema::dns1035_label_errors(name);
    case NameRule::kPathSegment: return schema::path_segment_name_errors(name);
    case NameRule::kSubdomain: break;
  }
  return schema::dns1123_subdomain_errors(name);
}

void validate_metadata(View object, const schema::KindInfo& kind, NameRule rule, ErrorList& errors) {
  const Path path("metadata");
  const View metadata = object["metadata"];
  validate_name(metadata, rule, path, errors);
  const std::string_view ns = metadata["namespace"].as_string();
  if (kind.namespaced) {
    if (ns.empty()) errors.required(path.child("namespace"), "");
    if (!ns.empty())
      for (const std::string& why : schema::dns1123_label_errors(ns)) errors.invalid(path.child("namespace"), ns, why);
  } else if (!ns.empty()) {
    errors.forbidden(path.child("namespace"), "not allowed on this type");
  }
  validate_labels(metadata["labels"], path.child("labels"), errors);
  validate_annotations(metadata["annotations"], path.child("annotations"), errors);
  validate_owners(metadata["ownerReferences"], path.child("ownerReferences"), errors);
  validate_finalizers(metadata["finalizers"], path.child("finalizers"), errors);
}

void validate_metadata_update(View object, View old, ErrorList& errors) {
  const Path path("metadata");
  const View metadata = object["metadata"];
  if (old["metadata"]["deletionTimestamp"].is_string()) {
    for (const View finalizer : metadata["finalizers"].items()) {
      bool known = false;
      for (const View had : old["metadata"]["finalizers"].items()) known |= had == finalizer;
      if (!known)
        errors.forbidden(path.child("finalizers"),
                         fmt::format("no new finalizers can be added if the object is being deleted, found new "
                                     "finalizers []string{{\"{}\"}}",
                                     finalizer.as_string()));
    }
  }
  immutable(object, old, "name", path, errors);
  immutable(object, old, "namespace", path, errors);
  immutable(object, old, "uid", path, errors);
  const View now = metadata["deletionGracePeriodSeconds"];
  if (!(now == old["metadata"]["deletionGracePeriodSeconds"]))
    errors.invalid(path.child("deletionGracePeriodSeconds"), now, "field is immutable");
  validate_labels(metadata["labels"], path.child("labels"), errors);
  validate_annotations(metadata["annotations"], path.child("annotations"), errors);
  validate_owners(metadata["ownerReferences"], path.child("ownerReferences"), errors);
  validate_finalizers(metadata["finalizers"], path.child("finalizers"), errors);
}

}  // namespace proa::api
