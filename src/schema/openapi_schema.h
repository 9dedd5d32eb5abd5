// Types as OpenAPI schemas. Private to this room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "object/value.h"
#include "schema/registry.h"
#include "schema/type.h"

namespace proa::schema::openapi {

enum class Dialect { kV2, kV3 };

struct GroupVersionKind {
  std::string group, version, kind;
  object::Value to_value() const;
};

/// Which kinds a model stands for: what `x-kubernetes-group-version-kind` lists.
using KindsOfModel = std::map<std::string, std::vector<GroupVersionKind>, std::less<>>;
KindsOfModel kinds_of_models(const std::vector<KindRef>& kinds);

/// Models by name: those that a document shows, in its order.
using Models = std::map<std::string_view, Type>;
/// Adds a type and every type below it.
void add_model(Models& models, Type type);

/// `{"$ref": "#/components/schemas/io.k8s..."}`
object::Value reference(std::string_view model, Dialect dialect);

/// The schema of a model. `kinds` may be nullptr.
object::Value schema_of(Type type, Dialect dialect, const std::vector<GroupVersionKind>* kinds);

/// Of meta.v1.Patch, which is no message.
object::Value patch_schema();

}  // namespace proa::schema::openapi
