#include "object/meta.h"

#include <charconv>

namespace proa::object {

int64_t resource_version_of(View object) {
  const std::string_view text = object["metadata"]["resourceVersion"].as_string();
  int64_t version = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), version);
  return ec == std::errc() && end == text.data() + text.size() ? version : 0;
}

View controller_of(View object) {
  for (const View owner : object["metadata"]["ownerReferences"].items()) {
    if (owner["controller"].as_bool()) return owner;
  }
  return {};
}

bool is_controlled_by(View object, std::string_view owner_uid) {
  const View owner = controller_of(object);
  return owner.exists() && owner["uid"].as_string() == owner_uid;
}

bool has_finalizer(View object, std::string_view finalizer) {
  for (const View each : object["metadata"]["finalizers"].items())
    if (each.as_string() == finalizer) return true;
  return false;
}

std::string key_of(View object) {
  std::string key(namespace_of(object));
  if (!key.empty()) key += '/';
  return key += name_of(object);
}

}  // namespace proa::object
