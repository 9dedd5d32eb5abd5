// What the tests of validation share: manifests in, causes out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "api/kinds/kinds.h"
#include "object/yaml.h"
#include "schema/decode.h"
#include "schema/defaulting.h"
#include "schema/registry.h"

namespace proa::api {

inline object::Value decoded(std::string_view yaml) {
  auto value = object::parse_yaml(yaml);
  EXPECT_TRUE(value.has_value()) << yaml;
  const schema::Registry registry;
  const object::View view = *value;
  const auto kind = registry.find_kind(view["apiVersion"].as_string(), view["kind"].as_string());
  EXPECT_TRUE(kind) << yaml;
  EXPECT_TRUE(schema::decode(*value, kind->type)) << yaml;
  schema::apply_defaults(*value, kind->type);
  return std::move(*value);
}

inline std::vector<std::string> causes(const KindBehaviour& behaviour, std::string_view yaml,
                                       std::string_view old = {}) {
  const object::Value object = decoded(yaml);
  schema::ErrorList errors;
  behaviour.validate(object, errors);
  if (!old.empty()) behaviour.validate_update(object, decoded(old), errors);
  std::vector<std::string> out;
  for (const auto& cause : errors.causes()) out.push_back(cause.field + ": " + cause.message);
  return out;
}

using Causes = std::vector<std::string>;

}  // namespace proa::api
