// ConfigMaps and Secrets.
#include <array>
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "base/base64.h"
#include "object/json.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

constexpr size_t kMaxBytes = 1024 * 1024;
constexpr std::string_view kSealed = "field is immutable when `immutable` is set";
constexpr std::array<std::string_view, 1> kSecretFields = {"type"};

/// How many bytes a base64 text stands for.
size_t decoded_size(std::string_view base64) {
  size_t size = base64.size() / 4 * 3;
  for (size_t i = base64.size(); i > 0 && base64[i - 1] == '='; --i) --size;
  return size;
}

size_t validate_keys(View data, const Path& path, bool base64, ErrorList& errors) {
  size_t total = 0;
  for (const auto& [name, value] : data.members()) {
    for (const auto& message : schema::config_map_key_errors(name)) errors.invalid(path.key(name), name, message);
    total += base64 ? decoded_size(value.as_string()) : value.as_string().size();
  }
  return total;
}

void validate_config_map(View object, ErrorList& errors) {
  const Path data("data");
  size_t total = validate_keys(object["data"], data, false, errors);
  for (const auto& [name, value] : object["data"].members())
    if (object["binaryData"].has(name)) errors.invalid(data.key(name), name, "duplicate of key present in binaryData");
  total += validate_keys(object["binaryData"], Path("binaryData"), true, errors);
  if (total > kMaxBytes) errors.too_long(Path(""), kMaxBytes);
}

void validate_sealed(View object, View old, std::initializer_list<std::string_view> members, ErrorList& errors) {
  if (!old["immutable"].as_bool()) return;
  if (!object["immutable"].as_bool()) errors.forbidden(Path("immutable"), kSealed);
  for (const auto member : members) {
    const bool same = object[member].empty() ? old[member].empty() : object[member] == old[member];
    if (!same) errors.forbidden(Path(member), kSealed);
  }
}

void validate_config_map_update(View object, View old, ErrorList& errors) {
  validate_sealed(object, old, {"data", "binaryData"}, errors);
}

void fold_string_data(Value& secret) {
  Value* plain = secret.find("stringData");
  if (plain == nullptr) return;
  if (plain->is_object()) {
    for (auto& [name, value] : plain->members()) {
      secret["data"].set(name.text(), base::base64_encode(View(value).as_string()));
    }
  }
  secret.erase("stringData");
}

void prepare_secret(Value& secret, const WriteContext&) { fold_string_data(secret); }

void prepare_secret_update(Value& secret, View old, const WriteContext&) {
  fold_string_data(secret);
  if (View(secret)["type"].as_string().empty()) secret["type"] = old["type"].to_value();
}

void require_json(View data, std::string_view key, const Path& path, ErrorList& errors) {
  if (!data[key].exists()) {
    errors.required(path.key(key), "");
    return;
  }
  const auto parsed = object::parse_json(base::base64_decode(data[key].as_string()).value_or(""));
  if (!parsed) errors.invalid(path.key(key), "<secret contents redacted>", parsed.error().message);
}

void require_key(View data, std::string_view key, const Path& path, ErrorList& errors) {
  if (!data[key].exists()) errors.required(path.key(key), "");
}

void validate_secret(View object, ErrorList& errors) {
  const Path path("data");
  const View data = object["data"];
  if (validate_keys(data, path, true, errors) > kMaxBytes) errors.too_long(path, kMaxBytes);
  const std::string_view type = object["type"].as_string();
  if (type == "kubernetes.io/service-account-token") {
    constexpr std::string_view kName = "kubernetes.io/service-account.name";
    const Path metadata("metadata");
    const Path annotations = metadata.child("annotations");
    if (object["metadata"]["annotations"][kName].as_string().empty()) errors.required(annotations.key(kName), "");
  } else if (type == "kubernetes.io/dockercfg") {
    require_json(data, ".dockercfg", path, errors);
  } else if (type == "kubernetes.io/dockerconfigjson") {
    require_json(data, ".dockerconfigjson", path, errors);
  } else if (type == "kubernetes.io/basic-auth") {
    if (data["username"].exists() || data["password"].exists()) return;
    require_key(data, "username", path, errors);
    require_key(data, "password", path, errors);
  } else if (type == "kubernetes.io/ssh-auth") {
    if (data["ssh-privatekey"].as_string().empty()) errors.required(path.key("ssh-privatekey"), "");
  } else if (type == "kubernetes.io/tls") {
    require_key(data, "tls.crt", path, errors);
    require_key(data, "tls.key", path, errors);
  }
}

void validate_secret_update(View object, View old, ErrorList& errors) {
  if (!(object["type"] == old["type"])) errors.invalid(Path("type"), object["type"], "field is immutable");
  validate_sealed(object, old, {"data"}, errors);
}

std::string secret_field(View object, std::string_view) { return object["type"].str(); }

}  // namespace

KindBehaviour config_map() {
  KindBehaviour behaviour;
  behaviour.validate = validate_config_map;
  behaviour.validate_update = validate_config_map_update;
  behaviour.row = rows::config_map;
  return behaviour;
}

KindBehaviour secret() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = prepare_secret;
  behaviour.prepare_for_update = prepare_secret_update;
  behaviour.validate = validate_secret;
  behaviour.validate_update = validate_secret_update;
  behaviour.selectable_fields = kSecretFields;
  behaviour.field = secret_field;
  behaviour.row = rows::secret;
  return behaviour;
}

}  // namespace proa::api::kinds
