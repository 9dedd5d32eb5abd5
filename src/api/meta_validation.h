// What every object's metadata must hold to. Source: k8s.io/apimachinery pkg/api/validation (objectmeta.go).
#pragma once

#include "api/kinds/kind_behaviour.h"
#include "object/view.h"
#include "schema/field_error.h"
#include "schema/registry.h"

namespace proa::api {

void validate_metadata(object::View object, const schema::KindInfo& kind, NameRule rule, schema::ErrorList& errors);
void validate_metadata_update(object::View object, object::View old, schema::ErrorList& errors);
/// What is wrong with a name; nothing when it is good.
std::vector<std::string> name_errors(std::string_view name, NameRule rule);

}  // namespace proa::api
