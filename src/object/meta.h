// Readers of the members that every object has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "object/view.h"

namespace proa::object {

inline std::string_view name_of(View object) { return object["metadata"]["name"].as_string(); }
inline std::string_view namespace_of(View object) { return object["metadata"]["namespace"].as_string(); }
inline std::string_view uid_of(View object) { return object["metadata"]["uid"].as_string(); }
inline View labels_of(View object) { return object["metadata"]["labels"]; }
inline View annotations_of(View object) { return object["metadata"]["annotations"]; }
inline bool is_deleting(View object) { return object["metadata"]["deletionTimestamp"].is_string(); }
inline int64_t generation_of(View object) { return object["metadata"]["generation"].as_int(); }
/// 0 when unset.
int64_t resource_version_of(View object);
/// The owner reference with `controller: true`; absent when there is none.
View controller_of(View object);
bool is_controlled_by(View object, std::string_view owner_uid);
bool has_finalizer(View object, std::string_view finalizer);
/// `NAMESPACE/NAME`, or `NAME` when cluster-scoped: the key of work queues and listers.
std::string key_of(View object);

}  // namespace proa::object
