// Nodes and pods for the scheduler's tests.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "object/document.h"
#include "object/json.h"
#include "object/value.h"

namespace proa::scheduler::testing {

inline object::Value json(std::string_view text) {
  auto parsed = object::parse_json(text);
  if (!parsed) ADD_FAILURE() << parsed.error().message << "\nin: " << text;
  return parsed ? std::move(*parsed) : object::Value();
}

inline object::Value make_node(std::string_view name, std::string_view cpu = "4", std::string_view memory = "8Gi") {
  object::Value node = json(R"({"apiVersion": "v1", "kind": "Node", "metadata": {}, "spec": {}})");
  node["metadata"]["name"] = name;
  node["metadata"]["labels"]["kubernetes.io/hostname"] = name;
  node["status"]["allocatable"] = object::Value::object({{"cpu", cpu}, {"memory", memory}, {"pods", "110"}});
  return node;
}

inline object::Value make_pod(std::string_view name, std::string_view cpu = {}) {
  object::Value pod = json(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default",
      "labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "web"}]}})");
  pod["metadata"]["name"] = name;
  if (!cpu.empty()) pod["spec"]["containers"].items()[0]["resources"]["requests"]["cpu"] = cpu;
  return pod;
}

}  // namespace proa::scheduler::testing
