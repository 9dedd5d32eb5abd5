#include "schema/decode.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/time_text.h"

namespace proa::schema {
namespace {

using object::parse_json;
using object::to_json;
using object::Value;

Type kind_type(std::string_view api_version, std::string_view kind) {
  static const Registry registry;
  return registry.find_kind(api_version, kind)->type;
}

std::string decoded(std::string_view json, Type type, DecodeReport* report = nullptr) {
  auto value = parse_json(json);
  if (!value) return "no JSON: " + value.error().message;
  if (auto done = decode(*value, type, report); !done) return done.error().message;
  return to_json(*value);
}

std::string deployment(std::string_view spec) {
  return decoded(std::string(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":)")
                     .append(spec)
                     .append("}"),
                 kind_type("apps/v1", "Deployment"));
}

TEST(Decode, puts_members_in_gos_order_and_adds_what_go_always_writes) {
  EXPECT_EQ(deployment(R"({"template":{"spec":{"containers":[{"image":"i","name":"n"}]}},"replicas":2})"),
            R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"a"},"spec":{"replicas":2,)"
            R"("selector":null,"template":{"metadata":{},"spec":{"containers":[{"name":"n","image":"i",)"
            R"("resources":{}}]}},"strategy":{}},"status":{}})");
}

TEST(Decode, leaves_out_zero_values_but_keeps_what_pointers_say) {
  const Type pod = kind_type("v1", "Pod");
  EXPECT_EQ(decoded(R"({"spec":{"hostNetwork":false,"nodeName":"","priority":0,"volumes":[],"nodeSelector":{},)"
                    R"("securityContext":{},"containers":[{"name":"n","env":[{"name":"e","value":""}]}]}})",
                    pod),
            R"({"metadata":{},"spec":{"containers":[{"name":"n","env":[{"name":"e"}],"resources":{}}],)"
            R"("securityContext":{},"priority":0},"status":{}})");
}

TEST(Decode, drops_nulls_and_sorts_maps) {
  EXPECT_EQ(decoded(R"({"metadata":{"labels":{"b":"2","a":null}},"data":{"y":"1","x":null},"immutable":null})",
                    kind_type("v1", "ConfigMap")),
            R"({"metadata":{"labels":{"a":"","b":"2"}},"data":{"x":"","y":"1"}})");
}

TEST(Decode, writes_null_for_times_that_are_not_set) {
  EXPECT_EQ(decoded(R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod"}})", kind_type("v1", "Event")),
            R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod"},"source":{},"firstTimestamp":null,)"
            R"("lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""})");
}

TEST(Decode, brings_quantities_times_and_base64_to_one_form) {
  EXPECT_EQ(decoded(R"({"spec":{"containers":[{"name":"n","resources":{"limits":{"memory":"1024Ki","cpu":0.5}}}]}})",
                    kind_type("v1", "Pod")),
            R"({"metadata":{},"spec":{"containers":[{"name":"n","resources":{"limits":{"cpu":"500m",)"
            R"("memory":"1Mi"}}}]},"status":{}})");
  EXPECT_EQ(decoded(R"({"metadata":{"creationTimestamp":"2024-04-28T16:36:14.5+02:00"},"data":{"k":"YQ\n=="}})",
                    kind_type("v1", "Secret")),
            R"({"metadata":{"creationTimestamp":"2024-04-28T14:36:14Z"},"data":{"k":"YQ=="}})");
}

TEST(Decode, reports_unknown_members_by_place_and_removes_them) {
  DecodeReport report;
  const std::string out =
      decoded(R"({"zoo":1,"metadata":{"foo":{"x":1}},"spec":{"Replicas":2,"template":{"spec":{"containers":)"
              R"([{"name":"x"},{"bar":3}],"volumes":[{"name":"x","hostPth":"u"}]}}}})",
              kind_type("apps/v1", "Deployment"), &report);
  EXPECT_EQ(report.unknown, (std::vector<std::string>{"unknown field \"zoo\"", "unknown field \"metadata.foo\"",
                                                      "unknown field \"spec.Replicas\"",
                                                      "unknown field \"spec.template.spec.containers[1].bar\"",
                                                      "unknown field \"spec.template.spec.volumes[0].hostPth\""}));
  EXPECT_EQ(out.find("hostPth"), std::string::npos);
  const std::vector<std::string> duplicates = {"duplicate field \"spec.replicas\""};
  EXPECT_EQ(strict_decoding_error(duplicates, std::vector<std::string>{report.unknown[0]}),
            "strict decoding error: duplicate field \"spec.replicas\", unknown field \"zoo\"");
}

struct WrongKind {
  const char* spec;
  const char* message;
};

class DecodeErrors : public testing::TestWithParam<WrongKind> {};

TEST_P(DecodeErrors, are_worded_as_gos) { EXPECT_EQ(deployment(GetParam().spec), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    All, DecodeErrors,
    testing::Values(
        WrongKind{R"({"replicas":"x"})",
                  "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"},
        WrongKind{R"({"replicas":1.5})",
                  "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"},
        WrongKind{R"({"replicas":99999999999})",
                  "json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of "
                  "type int32"},
        WrongKind{R"([])",
                  "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec"},
        WrongKind{R"({"template":{"spec":{"containers":[{"name":1}]}}})",
                  "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of "
                  "type string"},
        WrongKind{R"({"template":{"spec":{"containers":{"name":"x"}}}})",
                  "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type "
                  "[]v1.Container"},
        WrongKind{R"({"template":{"spec":{"volumes":[{"name":"x","hostPath":"u"}]}}})",
                  "json: cannot unmarshal string into Go struct field "
                  "Volume.spec.template.spec.volumes.VolumeSource.hostPath of type v1.HostPathVolumeSource"},
        WrongKind{R"({"template":{"metadata":{"labels":{"a":1}}}})",
                  "json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type "
                  "string"},
        WrongKind{R"({"strategy":{"rollingUpdate":{"maxSurge":true}}})",
                  "json: cannot unmarshal bool into Go struct field "
                  "RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32"},
        WrongKind{R"({"template":{"spec":{"restartPolicy":1}}})",
                  "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.restartPolicy of type "
                  "v1.RestartPolicy"},
        WrongKind{R"({"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"abc"}}}]}}})",
                  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
        WrongKind{R"({"template":{"spec":{"containers":[{"livenessProbe":{"httpGet":"x"}}]}}})",
                  "json: cannot unmarshal string into Go struct field "
                  "Probe.spec.template.spec.containers.livenessProbe.ProbeHandler.httpGet of type v1.HTTPGetAction"}));

TEST(Decode, words_errors_of_whole_objects_bytes_and_maps) {
  const Type config_map = kind_type("v1", "ConfigMap");
  EXPECT_EQ(decoded("[]", config_map), "json: cannot unmarshal array into Go value of type v1.ConfigMap");
  EXPECT_EQ(decoded(R"({"data":["a"]})", config_map),
            "json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string");
  const Type secret = kind_type("v1", "Secret");
  EXPECT_EQ(decoded(R"({"data":{"x":"!!"}})", secret), "illegal base64 data at input byte 0");
  EXPECT_EQ(decoded(R"({"data":{"x":1}})", secret),
            "json: cannot unmarshal number into Go struct field Secret.data of type []uint8");
  const Registry registry;
  EXPECT_EQ(cannot_be_handled(*registry.find_kind("apps/v1", "Deployment"), "why").message,
            "Deployment in version \"v1\" cannot be handled as a Deployment: why");
}

TEST(Decode, times_of_any_year_come_out_in_utc) {
  const auto event = kind_type("v1", "Event");
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"2024-04-28T16:36:14.5+02:00", R"("2024-04-28T14:36:14Z")"},
      {"2024-04-28T1:02:03Z", R"("2024-04-28T01:02:03Z")"},
      {"0001-01-01T00:00:00Z", "null"},
      {"0001-01-01T02:00:00+02:00", "null"},
      {"0001-01-01T00:00:01Z", R"("0001-01-01T00:00:01Z")"},
      {"1600-02-29T00:00:00Z", R"("1600-02-29T00:00:00Z")"},
      {"9999-12-31T23:59:59Z", R"("9999-12-31T23:59:59Z")"},
      {"9999-12-31T23:59:59.999999999-07:30", R"("10000-01-01T07:29:59Z")"},
      {"1969-12-31T23:59:59.9Z", R"("1969-12-31T23:59:59Z")"}};
  for (const auto& [text, wanted] : kRows) {
    Value value = Value::object({{"firstTimestamp", text}});
    ASSERT_TRUE(decode(value, event)) << text;
    EXPECT_EQ(to_json(object::View(value)["firstTimestamp"]), wanted) << text;
  }
}

TEST(Decode, a_time_quantity_or_port_that_cannot_be_read_is_told_before_all_else) {
  const auto pod = [](std::string_view container) {
    return decoded(std::string(R"({"metadata":{"name":5},"spec":{"containers":[)").append(container).append("]}}"),
                   kind_type("v1", "Pod"));
  };
  EXPECT_EQ(pod("{}"), "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string");
  EXPECT_EQ(pod(R"({"resources":{"limits":{"cpu":"1kk"}},"image":7})"), "unable to parse quantity's suffix");
  EXPECT_EQ(pod(R"({"livenessProbe":{"httpGet":{"port":true}},"resources":{"limits":{"cpu":"1kk"}}})"),
            "json: cannot unmarshal bool into Go struct field "
            "HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32");
  EXPECT_EQ(pod(R"({"livenessProbe":{"httpGet":{"port":80}}})"),
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string");
  EXPECT_EQ(decoded(R"({"kind":[],"firstTimestamp":5})", kind_type("v1", "Event")),
            "json: cannot unmarshal number into Go struct field Event.firstTimestamp of type string");
}

TEST(Decode, a_day_is_judged_after_all_that_stands_behind_it) {
  EXPECT_EQ(go_time_error("2023-02-29T00:00:00Zx", false), R"(parsing time "2023-02-29T00:00:00Zx": extra text: "x")");
  EXPECT_EQ(go_time_error("2023-02-29T00:00:00Z", false), R"(parsing time "2023-02-29T00:00:00Z": day out of range)");
  EXPECT_EQ(go_time_error("2023-02-28T2x:00:00Z", false),
            R"(parsing time "2023-02-28T2x:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse "x:00:00Z" as ":")");
}

TEST(Decode, words_bad_times_as_go_does) {
  EXPECT_EQ(go_time_error("xx", false),
            R"(parsing time "xx" as "2006-01-02T15:04:05Z07:00": cannot parse "xx" as "2006")");
  EXPECT_EQ(go_time_error("2020", true),
            R"(parsing time "2020" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "" as "-")");
  EXPECT_EQ(go_time_error("2020-13-01T00:00:00Z", false), R"(parsing time "2020-13-01T00:00:00Z": month out of range)");
  EXPECT_EQ(go_time_error("2020-02-30T00:00:00Z", false), R"(parsing time "2020-02-30T00:00:00Z": day out of range)");
  EXPECT_EQ(go_time_error("2020-02-29T00:00:00.25+02:00", false), "");
}

TEST(Decode, takes_custom_resource_schemas) {
  const Type crd = kind_type("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const std::string out = decoded(
      R"({"spec":{"group":"g","versions":[{"name":"v1","schema":{"openAPIV3Schema":{"type":"object","properties":{)"
      R"("b":{"x-kubernetes-int-or-string":true},"a":{"additionalProperties":{"type":"string"},"default":{"z":1,"a":2}},)"
      R"("c":{"additionalProperties":true,"items":{"type":"integer"}}}}}}]}})",
      crd);
  EXPECT_NE(out.find(R"("properties":{"a":{"default":{"z":1,"a":2},"additionalProperties":{"type":"string"}},)"
                     R"("b":{"x-kubernetes-int-or-string":true},"c":{"items":{"type":"integer"},)"
                     R"("additionalProperties":true}})"),
            std::string::npos)
      << out;
}

TEST(Prune, removes_unknown_members_only) {
  auto value =
      parse_json(R"({"x":1,"spec":{"replicas":0,"y":2,"template":{"spec":{"containers":[{"z":1,"name":""}]}}}})");
  prune(*value, kind_type("apps/v1", "Deployment"));
  EXPECT_EQ(to_json(*value), R"({"spec":{"replicas":0,"template":{"spec":{"containers":[{"name":""}]}}}})");
}

}  // namespace
}  // namespace proa::schema
