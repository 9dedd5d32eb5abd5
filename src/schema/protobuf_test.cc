#include "schema/protobuf.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/decode.h"

namespace proa::schema {
namespace {

using object::to_json;
using object::Value;
using object::View;

/// Encodes what `json` says and decodes it again.
std::string there_and_back(std::string_view json, Type type) {
  auto value = object::parse_json(json);
  EXPECT_TRUE(value.has_value());
  EXPECT_TRUE(decode(*value, type).has_value());
  std::string bytes;
  encode_protobuf(*value, type, bytes);
  const auto back = decode_protobuf(bytes, type);
  return back ? to_json(*back) : back.error().message;
}

TEST(Protobuf, keeps_every_form_of_value) {
  const std::string pod =
      R"({"metadata":{"name":"p","creationTimestamp":"2024-04-28T14:36:14Z","labels":{"a":"","b":"2"},)"
      R"("managedFields":[{"manager":"m","operation":"Update","time":"2024-04-28T14:36:14Z","fieldsV1":{"f:spec":{}}}]},)"
      R"("spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}},)"
      R"("livenessProbe":{"httpGet":{"port":"web"},"initialDelaySeconds":3},"securityContext":{"runAsUser":0}}],)"
      R"("tolerations":[{"key":"k","tolerationSeconds":-5}]},"status":{"conditions":[{"type":"Ready","status":"True",)"
      R"("lastProbeTime":null,"lastTransitionTime":"2024-04-28T14:36:14Z"}]}})";
  EXPECT_EQ(there_and_back(pod, builtin_type("io.k8s.api.core.v1.Pod")), pod);
  const std::string secret = R"({"metadata":{},"data":{"a":"","k":"aGVsbG8="},"type":"Opaque"})";
  EXPECT_EQ(there_and_back(secret, builtin_type("io.k8s.api.core.v1.Secret")), secret);
  const std::string lease = R"({"metadata":{},"spec":{"renewTime":"2024-04-28T14:36:14.123456Z"}})";
  EXPECT_EQ(there_and_back(lease, builtin_type("io.k8s.api.coordination.v1.Lease")), lease);
  const std::string review = R"({"metadata":{},"spec":{"extra":{"k":["a","b"]}},"status":{"allowed":false}})";
  EXPECT_EQ(there_and_back(review, builtin_type("io.k8s.api.authorization.v1.SubjectAccessReview")), review);
  const std::string revision = R"({"metadata":{},"data":{"spec":{"x":[1,2.5,null]}},"revision":3})";
  EXPECT_EQ(there_and_back(revision, builtin_type("io.k8s.api.apps.v1.ControllerRevision")), revision);
}

TEST(Protobuf, keeps_times_of_any_year) {
  const Type event = builtin_type("io.k8s.api.core.v1.Event");
  for (const std::string_view time : {"0001-01-01T00:00:01Z", "1600-02-29T00:00:00Z", "1969-12-31T23:59:59Z",
                                      "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    const Value sent = Value::object({{"firstTimestamp", time}});
    std::string bytes;
    encode_protobuf(sent, event, bytes);
    const auto back = decode_protobuf(bytes, event);
    ASSERT_TRUE(back) << time;
    EXPECT_EQ(View(*back)["firstTimestamp"].as_string(), time);
  }
}

TEST(Protobuf, nests_inlined_messages_on_the_wire_only) {
  const std::string hook = R"({"metadata":{},"spec":{"matchConstraints":{"resourceRules":[{"operations":["CREATE"],)"
                           R"("apiGroups":["apps"],"resources":["deployments"]}]}},"status":{}})";
  EXPECT_EQ(there_and_back(hook, builtin_type("io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy")), hook);
  auto volume = object::parse_json(R"({"name":"v","hostPath":{"path":"/x"}})");
  std::string bytes;
  encode_protobuf(*volume, builtin_type("io.k8s.api.core.v1.Volume"), bytes);
  EXPECT_EQ(bytes, "\x0a\x01v\x12\x06\x0a\x04\x0a\x02/x");
}

TEST(Protobuf, keeps_custom_resource_schemas) {
  const Type schema = builtin_type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  const std::string text =
      R"({"type":"object","default":{"a":[1]},"maximum":1.5,"items":{"type":"string"},)"
      R"("properties":{"p":{"additionalProperties":false},"q":{"additionalProperties":{"type":"x"}}}})";
  EXPECT_EQ(there_and_back(text, schema), text);
}

TEST(Protobuf, wraps_objects_in_the_envelope) {
  const Type type = builtin_type("io.k8s.api.core.v1.ConfigMap");
  auto map = object::parse_json(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m"},"data":{"k":"v"}})");
  std::string body;
  encode_envelope(*map, type, body);
  ASSERT_TRUE(has_protobuf_magic(body));
  const auto envelope = open_envelope(body);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(envelope->kind, "ConfigMap");
  EXPECT_EQ(to_json(*decode_envelope(*envelope, type)), to_json(*map));
}

TEST(Protobuf, refuses_bytes_that_are_cut_or_of_the_wrong_kind) {
  const Type type = builtin_type("io.k8s.api.core.v1.ConfigMap");
  EXPECT_EQ(decode_protobuf("\x0a\x05"
                            "ab",
                            type)
                .error()
                .code,
            400);
  EXPECT_EQ(decode_protobuf("\x08\x01", type).error().message, "proto: wrong wireType = 0 for field metadata");
  EXPECT_FALSE(open_envelope("{}").has_value());
  for (size_t cut = 0; cut < 40; ++cut) (void)decode_protobuf(std::string(cut, '\x0b'), type);
}

TEST(Protobuf, speaks_the_container_runtimes_messages) {
  const Type config = builtin_type("runtime.v1.PodSandboxConfig");
  const std::string text = R"({"metadata":{"name":"p","uid":"u","attempt":1},"labels":{"a":"b"},"linux":{)"
                           R"("security_context":{"namespace_options":{"network":2},"supplemental_groups":[1,300]}}})";
  EXPECT_EQ(there_and_back(text, config), text);
}

}  // namespace
}  // namespace proa::schema
