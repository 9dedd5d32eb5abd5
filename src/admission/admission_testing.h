// What the tests of plug-ins share: stored objects in memory, and a request to be admitted.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "admission/admission.h"
#include "object/json.h"

namespace proa::admission {

/// Objects by "group/resource/ns/name".
class FakeWorld : public World {
 public:
  void put(const std::string& key, std::string_view json) {
    objects_[key] = object::Document::freeze(*object::parse_json(json));
  }
  object::Document get(std::string_view group, std::string_view resource, std::string_view ns,
                       std::string_view name) const override {
    const auto found = objects_.find(path(group, resource, ns) + std::string(name));
    return found == objects_.end() ? object::Document() : found->second;
  }
  void scan(std::string_view group, std::string_view resource, std::string_view ns,
            const std::function<bool(const object::Document&)>& visit) const override {
    for (const auto& [key, document] : objects_)
      if (key.starts_with(path(group, resource, ns)) && !visit(document)) return;
  }

 private:
  static std::string path(std::string_view group, std::string_view resource, std::string_view ns) {
    return std::string(group) + "/" + std::string(resource) + "/" + (ns.empty() ? "" : std::string(ns) + "/");
  }
  std::map<std::string, object::Document> objects_;
};

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    world_.put("/namespaces/here", R"({"metadata":{"name":"here"}})");
    world_.put("/serviceaccounts/here/default", R"({"metadata":{"name":"default"}})");
  }
  Attributes about(std::string_view kind, Operation operation = Operation::kCreate) {
    kind_ = registry_.find_kind("v1", kind);
    return {.kind = *kind_,
            .ns = "here",
            .name = "x",
            .subresource = {},
            .operation = operation,
            .user = {},
            .world = world_,
            .random = random_};
  }
  /// The pod after admission.
  object::Value admitted(std::string_view json) {
    object::Value pod = std::move(*object::parse_json(json));
    const auto result = Chain().mutate(pod, object::View(), about("Pod"));
    EXPECT_TRUE(result) << result.error().message;
    return pod;
  }
  std::string refusal(std::string_view json) {
    object::Value pod = std::move(*object::parse_json(json));
    auto result = Chain().mutate(pod, object::View(), about("Pod"));
    if (result) result = Chain().validate(pod, object::View(), about("Pod"));
    return result ? "" : result.error().message;
  }

  schema::Registry registry_;
  schema::KindRef kind_;
  FakeWorld world_;
  runtime::SeededRandom random_{1};
};

}  // namespace proa::admission
