#include "schema/field_error.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/addresses.h"
#include "schema/formats.h"
#include "schema/validation.h"

namespace proa::schema {
namespace {

using object::Value;

std::vector<std::string> texts(const ErrorList& errors) {
  std::vector<std::string> out;
  for (const FieldError& e : errors.errors()) out.push_back(e.to_string());
  return out;
}

TEST(FieldError, is_worded_as_upstreams) {
  ErrorList errors;
  const Path spec("spec"), containers = spec.child("containers"), first = containers.index(0);
  errors.required(spec.child("selector"), "");
  errors.required(first.child("name"), "must be given");
  errors.invalid_number(spec.child("replicas"), -1, kNotNegative);
  errors.invalid(Path("metadata").child("name"), "A\"b", "why");
  errors.invalid(spec.child("selector"), Value::object({{"a", 1}}), "why");
  errors.not_supported(first.child("imagePullPolicy"), "Sometimes", {"Always", "IfNotPresent", "Never"});
  errors.duplicate(containers.index(1).child("name"), "c");
  errors.forbidden(spec, "may not change");
  errors.too_long(Path("data").key("k"), 5);
  errors.too_many(spec.child("ports"), 5, 1);
  EXPECT_EQ(
      texts(errors),
      (std::vector<std::string>{
          "spec.selector: Required value", "spec.containers[0].name: Required value: must be given",
          "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
          R"(metadata.name: Invalid value: "A\"b": why)", R"(spec.selector: Invalid value: {"a":1}: why)",
          R"(spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", )"
          R"("IfNotPresent", "Never")",
          R"(spec.containers[1].name: Duplicate value: "c")", "spec: Forbidden: may not change",
          "data[k]: Too long: may not be more than 5 bytes", "spec.ports: Too many: 5: must have at most 1 item"}));
  EXPECT_EQ(base::invalid("apps", "Deployment", "web", {errors.causes()[0]}).message,
            "Deployment.apps \"web\" is invalid: spec.selector: Required value");
}

TEST(Formats, explain_what_is_wrong) {
  EXPECT_TRUE(dns1123_label_errors("a-1").empty());
  EXPECT_EQ(dns1123_label_errors("a.b"), Messages{"must not contain dots"});
  EXPECT_EQ(
      dns1123_label_errors("A"),
      Messages{"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
               "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
               "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"});
  EXPECT_TRUE(qualified_name_errors("example.com/MyName").empty());
  EXPECT_EQ(qualified_name_errors("/x"), Messages{"prefix part must be non-empty"});
  EXPECT_EQ(qualified_name_errors(std::string(64, 'a')), Messages{"name part must be no more than 63 bytes"});
  EXPECT_EQ(port_number_errors(70000), Messages{"must be between 1 and 65535, inclusive"});
  EXPECT_EQ(port_name_errors("-8"),
            (Messages{"must contain at least one letter (a-z)", "must not begin or end with a hyphen"}));
  EXPECT_TRUE(env_var_name_errors("1 odd/name").empty());
  EXPECT_TRUE(ip_errors("10.0.0.1").empty());
  EXPECT_EQ(ip_errors("x").size(), 1u);
  EXPECT_EQ(config_map_key_errors("..x"), Messages{"must not start with '..'"});
}

TEST(Validation, checks_what_the_overlays_tell) {
  ErrorList errors;
  const auto object =
      object::parse_json(R"({"provisioner":"","volumeBindingMode":"Sometimes","reclaimPolicy":"Recycle"})");
  validate_by_schema(*object, builtin_type("io.k8s.api.storage.v1.StorageClass"), Path(), errors);
  EXPECT_EQ(
      texts(errors),
      (std::vector<std::string>{
          "provisioner: Required value",
          R"(reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain")",
          R"(volumeBindingMode: Unsupported value: "Sometimes": supported values: "Immediate", "WaitForFirstConsumer")"}));
  ErrorList none;
  const auto pod = object::parse_json(R"({"spec":{"restartPolicy":"Sometimes"}})");
  validate_by_schema(*pod, builtin_type("io.k8s.api.core.v1.Pod"), Path(), none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace proa::schema
