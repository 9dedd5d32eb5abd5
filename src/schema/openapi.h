// OpenAPI documents, made from the table when they are asked for. Large (v2: about 2 MB): the caller caches them
// under Registry::generation(). Pure functions over a snapshot of the registry; any thread.
#pragma once

#include <string>
#include <string_view>

#include "schema/registry.h"

namespace proa::schema {

/// `/openapi/v3`: {"paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=..."}}}
std::string openapi_v3_index(const Registry& registry);
/// `/openapi/v3/apis/apps/v1`. Empty when the group-version is not served.
std::string openapi_v3(const Registry& registry, std::string_view group, std::string_view version);

/// `/openapi/v2` as JSON, and as gnostic's protobuf (openapi.v2.Document).
std::string openapi_v2_json(const Registry& registry);
std::string openapi_v2_protobuf(const Registry& registry);

}  // namespace proa::schema
