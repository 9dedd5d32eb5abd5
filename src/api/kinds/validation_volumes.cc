#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include "api/kinds/validation.h"
#include "object/quantity.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

constexpr std::string_view kFileMode = "must be a number between 0 and 0777 (octal), both inclusive";

void file_mode(View mode, const Path& path, ErrorList& errors) {
  if (mode.is_int() && (mode.as_int() < 0 || mode.as_int() > 0777))
    errors.invalid_number(path, mode.as_int(), kFileMode);
}

void non_reserved_path(View text, const Path& path, ErrorList& errors) {
  const std::string_view at = text.as_string();
  if (at.starts_with('/')) errors.invalid(path, at, "must be a relative path");
  for (size_t from = 0; from <= at.size();) {
    const size_t end = std::min(at.find('/', from), at.size());
    if (at.substr(from, end - from) == "..") {
      errors.invalid(path, at, "must not contain '..'");
      break;
    }
    from = end + 1;
  }
  if (at.starts_with("..") && !at.starts_with("../") && at != "..")
    errors.invalid(path, at, "must not start with '..'");
}

void key_to_paths(View items, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (View item : items.items()) {
    const Path at = path.index(index++);
    if (item["key"].as_string().empty()) errors.required(at.child("key"), "");
    if (item["path"].as_string().empty()) errors.required(at.child("path"), "");
    non_reserved_path(item["path"], at.child("path"), errors);
    file_mode(item["mode"], at.child("mode"), errors);
  }
}

/// configMap and secret volumes, and projections of them: a name, a mode, items.
void keyed_source(View source, std::string_view name_member, const Path& path, ErrorList& errors) {
  if (source[name_member].as_string().empty()) errors.required(path.child(name_member), "");
  file_mode(source["defaultMode"], path.child("defaultMode"), errors);
  key_to_paths(source["items"], path.child("items"), errors);
}

void downward_items(View items, const Path& path, ErrorList& errors) {
  for (View item : items.items()) {
    if (item["path"].as_string().empty()) errors.required(path.child("path"), "");
    non_reserved_path(item["path"], path.child("path"), errors);
    const bool field = item["fieldRef"].is_object();
    if (field && item["resourceFieldRef"].is_object()) {
      errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (field) {
      field_ref(item["fieldRef"], true, path.child("fieldRef"), errors);
    } else if (!item["resourceFieldRef"].is_object()) {
      errors.required(path, "one of fieldRef and resourceFieldRef is required");
    }
  }
}

void token_projection(View token, const Path& path, const Path& volume, ErrorList& errors) {
  const int64_t seconds = token["expirationSeconds"].as_int();
  if (seconds < 600)
    errors.invalid_number(path.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
  if (seconds > int64_t{1} << 32)
    errors.invalid_number(path.child("expirationSeconds"), seconds,
                          "may not specify a duration larger than 2^32 seconds");
  if (token["path"].as_string().empty()) {
    errors.required(volume.child("path"), "");
  } else {
    non_reserved_path(token["path"], volume.child("path"), errors);
  }
}

void projections(View projected, const Path& path, ErrorList& errors) {
  const Path sources = path.child("sources");
  size_t index = 0;
  for (View source : projected["sources"].items()) {
    const Path at = sources.index(index++);
    int kinds = 0;
    for (const std::string_view member : {"secret", "configMap"}) {
      if (!source[member].is_object()) continue;
      ++kinds;
      keyed_source(source[member], "name", at.child(member), errors);
    }
    if (source["downwardAPI"].is_object()) {
      ++kinds;
      downward_items(source["downwardAPI"]["items"], at.child("downwardAPI"), errors);
    }
    if (source["serviceAccountToken"].is_object()) {
      ++kinds;
      token_projection(source["serviceAccountToken"], at.child("serviceAccountToken"), path, errors);
    }
    if (kinds > 1) errors.forbidden(at, "may not specify more than 1 volume type per source");
  }
}

void host_path(View source, const Path& path, ErrorList& errors) {
  static constexpr std::array<std::string_view, 8> kTypes = {
      "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
  if (source["path"].as_string().empty()) return errors.required(path.child("path"), "");
  const std::string_view type = source["type"].as_string();
  if (std::ranges::find(kTypes, type) == kTypes.end()) errors.not_supported(path.child("type"), type, kTypes);
}

void csi_driver(std::string_view name, const Path& path, ErrorList& errors) {
  if (name.empty()) return errors.required(path, "");
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& why : schema::dns1123_subdomain_errors(lower)) errors.invalid(path, name, why);
}

void volume_source(View volume, std::string_view type, const Path& path, ErrorList& errors) {
  const View source = volume[type];
  if (type == "configMap") {
    keyed_source(source, "name", path, errors);
  } else if (type == "secret") {
    keyed_source(source, "secretName", path, errors);
  } else if (type == "hostPath") {
    host_path(source, path, errors);
  } else if (type == "emptyDir") {
    const auto limit = object::Quantity::parse(source["sizeLimit"].as_string());
    if (source["sizeLimit"].is_string() && limit && limit->is_negative())
      errors.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
  } else if (type == "nfs") {
    if (source["server"].as_string().empty()) errors.required(path.child("server"), "");
    if (source["path"].as_string().empty()) errors.required(path.child("path"), "");
    if (!source["path"].as_string().starts_with('/'))
      errors.invalid(path.child("path"), source["path"].as_string(), "must be an absolute path");
  } else if (type == "csi") {
    csi_driver(source["driver"].as_string(), path.child("driver"), errors);
  } else if (type == "ephemeral") {
    const Path claim = path.child("volumeClaimTemplate");
    if (source["volumeClaimTemplate"].is_object())
      claim_spec(source["volumeClaimTemplate"]["spec"], claim.child("spec"), errors);
    else
      errors.required(claim, "");
  } else if (type == "persistentVolumeClaim") {
    if (source["claimName"].as_string().empty()) errors.required(path.child("claimName"), "");
  } else if (type == "downwardAPI") {
    file_mode(source["defaultMode"], path.child("defaultMode"), errors);
    downward_items(source["items"], path, errors);
  } else if (type == "projected") {
    file_mode(source["defaultMode"], path.child("defaultMode"), errors);
    projections(source, path, errors);
  }
}

void sources(View volume, const Path& path, ErrorList& errors) {
  int types = 0;
  const auto look_at = [&](std::string_view type) {
    if (++types > 1) {
      errors.forbidden(path.child(type), "may not specify more than 1 volume type");
    } else {
      volume_source(volume, type, path.child(type), errors);
    }
  };
  // The order tells which of two is too many, and upstream begins with this one.
  if (volume["emptyDir"].is_object()) look_at("emptyDir");
  for (const auto& [type, source] : volume.members())
    if (type != "name" && type != "emptyDir" && source.is_object()) look_at(type);
  if (types == 0) errors.required(path, "must specify a volume type");
}

}  // namespace

bool volume_can_be_mounted(View volume) {
  ErrorList wrong;
  sources(volume, Path(), wrong);
  return wrong.empty();
}

void volumes(View volumes, const Path& path, ErrorList& errors) {
  std::set<std::string, std::less<>> names;
  size_t index = 0;
  for (View volume : volumes.items()) {
    const Path at = path.index(index++);
    sources(volume, at, errors);
    const std::string_view name = volume["name"].as_string();
    if (name.empty()) {
      errors.required(at.child("name"), "");
    } else {
      dns1123_label(name, at.child("name"), errors);
    }
    if (!names.emplace(name).second) errors.duplicate(at.child("name"), name);
  }
}

}  // namespace proa::api::validation
