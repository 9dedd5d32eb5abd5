// Patches that say things twice, say what nobody knows, or would make another object of what they patch.
#include "api/api_testing.h"

namespace proa::api {
namespace {

class PatchOddities : public ApiTest {
 protected:
  PatchOddities() { ask("POST", kMaps, config_map("a", R"(,"data":{"k":"1"})")); }

  Answer patch(std::string_view type, std::string body, std::string_view query = "") {
    return ask("PATCH", at(kMaps, "a") + "?dryRun=All" + std::string(query), std::move(body),
               type == "apply" ? "application/apply-patch+yaml" : "application/" + std::string(type) + "-patch+json");
  }
  /// What comes after the patched object in the message.
  static std::string why(const Answer& answer) {
    const std::string message = answer.message();
    const size_t end = message.rfind("}\": ");
    return end == std::string::npos ? message : message.substr(end + 4);
  }
};

struct Odd {
  std::string_view type, body, complaint;  // the complaints, with ", " between them
};
constexpr Odd kOdd[] = {
    {"merge", R"({"data":{"x":"1","x":"2"}})", R"(duplicate field "data.x")"},
    {"merge", R"({"data":{"x":"1","x":"2"},"other":1,"other":2})",
     R"(duplicate field "data.x", duplicate field "other", unknown field "other")"},
    {"merge", R"({"metadata":{"nothing":1}})", R"(unknown field "metadata.nothing")"},
    {"json", R"([{"op":"add","path":"/data/x","value":"1","value":"2"}])", R"(json patch duplicate field "[0].value")"},
    {"json",
     R"([{"op":"test","path":"/data/k","value":"1"},{"op":"add","op":"add","path":"/nothing","value":{"a":1,"a":2}}])",
     R"(json patch duplicate field "[1].op", json patch duplicate field "[1].value.a", unknown field "nothing")"},
    {"json", R"([{"op":"add","path":"/data/x","value":"1","extra":2,"foo":1}])",
     R"(json patch unknown field "[0].extra", json patch unknown field "[0].foo")"},
};

TEST_F(PatchOddities, are_refused_when_the_client_is_strict) {
  for (const Odd& odd : kOdd) {
    const Answer answer = patch(odd.type, std::string(odd.body), "&fieldValidation=Strict");
    EXPECT_EQ(answer.code, 422) << odd.body;
    EXPECT_EQ(why(answer), "strict decoding error: " + std::string(odd.complaint)) << odd.body;
  }
  EXPECT_EQ(
      patch("strategic-merge", R"({"data":{"x":"1","x":"2"},"other":1})", "&fieldValidation=Strict").message(),
      R"( "" is invalid: patch: Invalid value: "map[data:map[x:2] other:1]": strict decoding error: duplicate field "data.x", unknown field "other")");
}

TEST_F(PatchOddities, come_as_warnings_else_and_not_at_all_when_ignored) {
  for (const Odd& odd : kOdd) {
    const Answer warned = patch(odd.type, std::string(odd.body));
    EXPECT_EQ(warned.code, 200) << warned.text;
    std::string first(odd.complaint.substr(0, odd.complaint.find(", ")));
    for (size_t i = 0; (i = first.find('"', i)) != std::string::npos; i += 2) first.insert(i, 1, '\\');
    EXPECT_TRUE(warned.warning.starts_with("299 - \"" + first + "\"")) << warned.warning;
    EXPECT_EQ(patch(odd.type, std::string(odd.body), "&fieldValidation=Ignore").warning, "") << odd.body;
  }
}

TEST_F(PatchOddities, of_applied_yaml_are_told_with_their_line) {
  const std::string twice = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: a\n";
  EXPECT_EQ(patch("apply", twice, "&fieldManager=m&fieldValidation=Strict").message(),
            "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n"
            "  line 5: key \"name\" already set in map");
  EXPECT_EQ(patch("apply", twice, "&fieldManager=m").warning, R"(299 - "line 5: key \"name\" already set in map")");
  EXPECT_EQ(patch("apply", twice, "&fieldManager=m&fieldValidation=Ignore").warning, "");
}

TEST_F(PatchOddities, a_patch_makes_no_other_object) {
  struct Move {
    std::string_view type, body;
    int code;
    std::string_view why;
  };
  constexpr std::string_view kNoName =
      "the name of the object (a based on URL) was undeterminable: name must be provided";
  constexpr std::string_view kOtherSpace =
      "the namespace of the provided object does not match the namespace sent on the request";
  constexpr Move kMoves[] = {
      {"merge", R"({"kind":"Pod"})", 422, "converting (v1.Pod) to (core.ConfigMap): unknown conversion"},
      {"merge", R"({"apiVersion":"v2"})", 422,
       R"(no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111")"},
      {"json", R"([{"op":"replace","path":"/apiVersion","value":"apps/v1"}])", 422,
       R"(no kind "ConfigMap" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111")"},
      {"strategic-merge", R"({"kind":"Pod","apiVersion":"v2"})", 200, ""},
      {"merge", R"({"kind":null})", 200, ""},
      {"merge", R"({"metadata":null})", 400, kNoName},
      {"strategic-merge", R"({"metadata":null})", 400, kNoName},
      {"strategic-merge", R"({"$patch":"replace"})", 400, kNoName},
      {"json", R"([{"op":"remove","path":"/metadata/name"}])", 400, kNoName},
      {"json", R"([{"op":"replace","path":"","value":{}}])", 400, kNoName},
      {"merge", R"({"metadata":{"namespace":"other"}})", 400, kOtherSpace},
      {"strategic-merge", R"({"metadata":{"namespace":"other"}})", 400, kOtherSpace},
      {"merge", R"({"metadata":{"namespace":null}})", 200, ""},
      {"merge", R"({"metadata":{"name":"b"}})", 400,
       "the name of the object (b) does not match the name on the URL (a)"},
  };
  for (const Move& move : kMoves) {
    const Answer answer = patch(move.type, std::string(move.body));
    EXPECT_EQ(answer.code, move.code) << move.body;
    EXPECT_EQ(why(answer), move.why) << move.body;
    if (move.code == 200) {
      EXPECT_EQ(answer["kind"].str() + answer["metadata"]["namespace"].str(), "ConfigMapdefault");
    }
  }
}

TEST_F(PatchOddities, texts_that_are_no_patch_are_told_as_each_reader_does) {
  struct Text {
    std::string_view type, body, why;
  };
  constexpr Text kTexts[] = {
      {"merge", "{}x", "error decoding patch: invalid character 'x' after top-level value"},
      {"json", "[]x", "error decoding patch: invalid character 'x' after top-level value"},
      {"strategic-merge", "{}x", "invalid character 'x' after top-level value"},
      {"strategic-merge", "", "unexpected end of JSON input"},
      {"strategic-merge", "[]", "json: cannot unmarshal array into Go value of type map[string]interface {}"},
      {"apply", "[]",
       "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value "
       "of "
       "type map[string]interface {}"},
      {"apply", "x",
       "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value "
       "of type map[string]interface {}"},
  };
  for (const Text& text : kTexts) {
    const Answer answer = patch(text.type, std::string(text.body), "&fieldManager=m");
    EXPECT_EQ(answer.code, 400) << text.type << " " << text.body;
    EXPECT_EQ(answer.message(), text.why) << text.type << " " << text.body;
  }
}

TEST_F(PatchOddities, an_empty_list_of_managers_ends_the_tracking) {
  const auto managers = [](const Answer& answer) { return answer["metadata"]["managedFields"].size(); };
  EXPECT_EQ(managers(patch("merge", R"({"data":{"x":"y"}})")), 1u);
  EXPECT_EQ(managers(patch("merge", R"({"metadata":{"managedFields":[]},"data":{"x":"y"}})")), 0u);
  EXPECT_EQ(managers(patch("merge", R"({"metadata":{"managedFields":[{}]}})")), 0u);
  EXPECT_EQ(managers(patch("merge", R"({"metadata":{"managedFields":null}})")), 1u) << "null says nothing";
  const std::string none = R"({"metadata":{"name":"a","managedFields":[]},"data":{"k":"2"}})";
  EXPECT_EQ(managers(ask("PUT", at(kMaps, "a"), none)), 0u);
  EXPECT_EQ(managers(merge(at(kMaps, "a"), R"({"data":{"k":"3"}})")), 0u) << "and it stays ended";
}

TEST_F(PatchOddities, all_that_dry_run_says_is_shown_when_some_of_it_is_wrong) {
  const auto told = [](std::string_view options) {
    return std::string(options) +
           R"(.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["All","Bad"]: supported values: "All")";
  };
  EXPECT_EQ(patch("merge", "{}", "&dryRun=Bad").message(), told("PatchOptions"));
  EXPECT_EQ(ask("DELETE", at(kMaps, "a") + "?dryRun=All&dryRun=Bad").message(), told("DeleteOptions"));
  EXPECT_EQ(ask("DELETE", at(kMaps, "a"), R"({"dryRun":["All","Bad"]})").message(), told("DeleteOptions"));
  EXPECT_EQ(ask("GET", at(kMaps, "a")).code, 200);
}

}  // namespace
}  // namespace proa::api
