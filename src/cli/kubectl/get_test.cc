// kubectl get: what it asks for and how it shows the answers. Texts are kubectl 1.32's.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/team/pods";

constexpr const char* kTwoPods = R"(apiVersion: v1
kind: Pod
metadata: {name: a, namespace: team, labels: {app: web, tier: front}, resourceVersion: "7"}
spec: {nodeName: n2, containers: [{name: c, image: "c:1"}, {name: d, image: "d:1"}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: team, labels: {app: db}, resourceVersion: "8"}
spec: {nodeName: n1, containers: [{name: c, image: "c:2"}]}
status: {phase: Pending}
)";

std::string row(const std::string& name, const std::string& age, const std::string& labels) {
  return fmt::format(
      R"({{"cells":["{}","{}","node"],"object":{{"metadata":{{"name":"{}","namespace":"team","labels":{}}}}}}})", name,
      age, name, labels);
}

std::string table_of(const std::string& rows, const std::string& metadata = "{}") {
  return fmt::format(
      R"({{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":[
      {{"name":"Name","type":"string","format":"name","priority":0}},{{"name":"Age","type":"string","priority":0}},
      {{"name":"Node","type":"string","priority":1}}],"rows":[{}]}})",
      metadata, rows);
}

class GetTest : public ClusterTest {
 protected:
  GetTest() { server_.has(kTwoPods); }
  void table_next(const std::string& rows, const std::string& metadata = "{}", const std::string& path = kPods) {
    server_.answers("GET " + path, 200, table_of(rows, metadata));
  }
};

TEST_F(GetTest, tables_take_columns_by_flag) {
  const std::string rows = row("a", "5m", R"({"app":"web","x.io/tier":"front"})") + "," + row("b", "4d", "{}");
  constexpr Case kLines[] = {
      {"get pods", "NAME   AGE\na      5m\nb      4d\n"},
      {"get pods --no-headers", "a     5m\nb     4d\n"},
      {"get pods -o wide", "NAME   AGE   NODE\na      5m    node\nb      4d    node\n"},
      {"get pods --show-labels", "NAME   AGE   LABELS\na      5m    app=web,x.io/tier=front\nb      4d    <none>\n"},
      {"get pods -L app,x.io/tier", "NAME   AGE   APP   TIER\na      5m    web   front\nb      4d          \n"},
      {"get pods --show-kind", "NAME    AGE\npod/a   5m\npod/b   4d\n"},
  };
  for (const auto& [words, text] : kLines) {
    table_next(rows);
    says(words, text);
  }
}

TEST_F(GetTest, all_namespaces_get_a_column_and_nodes_do_not) {
  table_next(row("a", "5m", "{}"), "{}", "/api/v1/pods");
  says("get pods -A", "NAMESPACE   NAME   AGE\nteam        a      5m\n");
  table_next(row("n1", "5m", "{}"), "{}", "/api/v1/nodes");
  says("get nodes -A", "NAME   AGE\nn1     5m\n");
}

TEST_F(GetTest, several_types_stand_in_blocks_and_names_carry_their_kind) {
  table_next(row("a", "5m", "{}"));
  table_next(row("web", "1h", "{}"), "{}", "/apis/apps/v1/namespaces/team/deployments");
  says("get pods,deployments", "NAME    AGE\npod/a   5m\n\nNAME                  AGE\ndeployment.apps/web   1h\n");
}

TEST_F(GetTest, pages_are_followed_and_share_one_header) {
  table_next(row("a", "5m", "{}"), R"({"continue":"two"})");
  table_next(row("b", "4d", "{}"));
  says("get pods --chunk-size=1", "NAME   AGE\na      5m\nb      4d\n");
  asked(R"(GET /api/v1/namespaces/team/pods?limit=1
GET /api/v1/namespaces/team/pods?limit=1&continue=two
)");
  says("get pods --chunk-size=1 -o name", "pod/a\npod/b\n");
  server_.requests();
  says("get pods --chunk-size=0 -o name", "pod/a\npod/b\n");
  asked("GET /api/v1/namespaces/team/pods\n");
}

TEST_F(GetTest, a_page_that_has_expired_is_told_and_nothing_is_shown_twice) {
  table_next(row("a", "5m", "{}"), R"({"continue":"two"})");
  server_.answers("GET " + std::string(kPods), 410,
                  R"({"kind":"Status","code":410,"reason":"Expired","message":"the token is too old"})");
  const Outcome outcome = run("get pods --chunk-size=1");
  EXPECT_EQ(outcome.out, "NAME   AGE\na      5m\n");
  EXPECT_EQ(outcome.err, "Error from server (Expired): the token is too old\n");
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(GetTest, selectors_reach_the_server_as_they_were_typed) {
  says("get pods -l app=web,tier -o name", "pod/a\n");
  says("get pods --field-selector=status.phase!=Running -o name", "pod/b\n");
  says("get pods -A --selector app!=web --field-selector spec.nodeName=n1 -o name", "pod/b\n");
  asked(R"(GET /api/v1/namespaces/team/pods?labelSelector=app=web,tier&limit=500
GET /api/v1/namespaces/team/pods?fieldSelector=status.phase!=Running&limit=500
GET /api/v1/pods?labelSelector=app!=web&fieldSelector=spec.nodeName=n1&limit=500
)");
}

TEST_F(GetTest, formats_show_one_object_or_a_list) {
  each_says({
      {"get pod a -o name", "pod/a\n"},
      {"get pod/a pod/b -o name", "pod/a\npod/b\n"},
      {"get pods -o jsonpath={.items[*].metadata.name}", "a b"},
      {"get pods -o jsonpath={.items[?(@.status.phase==\"Pending\")].metadata.name}", "b"},
      {"get pods -o jsonpath={range@.items[*]}{.metadata.name}={.spec.nodeName};{end}", "a=n2;b=n1;"},
      {"get pods -o jsonpath={..image}", "c:1 d:1 c:2"},
      {"get pod a -o jsonpath={.spec.containers[-1:].name}", "d"},
      {"get pod a -o jsonpath={.metadata.labels}", R"({"app":"web","tier":"front"})"},
      {"get pod a -o jsonpath={.nope}", ""},
      {"get pod a -o jsonpath-as-json={.spec.containers[*].name}", "[\n    \"c\",\n    \"d\"\n]\n"},
      {"get pod a -o go-template={{.metadata.name}}", "a"},
      {"get pods --template={{range.items}}{{.metadata.name}},{{end}}", "a,b,"},
      {"get pods -o custom-columns=N:.metadata.name,I:.spec.containers[*].image,X:.nope",
       "N     I         X\na     c:1,d:1   <none>\nb     c:2       <none>\n"},
      {"get pods -o custom-columns=N:metadata.name --no-headers", "a\nb\n"},
      {"get pods --sort-by=.spec.nodeName -o name", "pod/b\npod/a\n"},
      {"get pods --sort-by={.metadata.name} -o name", "pod/a\npod/b\n"},
  });
}

TEST_F(GetTest, without_tables_of_the_server_names_and_ages_are_shown) {
  server_.has(R"(apiVersion: v1
kind: Pod
metadata: {name: c, namespace: team}
)");
  says("get pod c --server-print=false", "NAME   AGE\nc      <unknown>\n");
}

TEST_F(GetTest, what_is_not_there_is_told_after_what_is) {
  const Outcome outcome = run("get pods b none -o name");
  EXPECT_EQ(outcome.out, "pod/b\n");
  EXPECT_EQ(outcome.err, "Error from server (NotFound): pods \"none\" not found\n");
  EXPECT_EQ(outcome.code, 1);
  complains("get deployments none gone -o name", R"(Error from server (NotFound): deployments.apps "none" not found
Error from server (NotFound): deployments.apps "gone" not found
)");
  says("get pod none --ignore-not-found", "");
  says("get pod none gone --ignore-not-found -o name", "");
  table_next("");
  const Outcome nothing = run("get pods");
  EXPECT_EQ(nothing.err, "No resources found in team namespace.\n");
  EXPECT_EQ(nothing.code, 0);
}

TEST_F(GetTest, an_object_without_a_name_is_a_row_without_one) {
  file("new.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n");
  says("get -f @/new.yaml", "NAME   AGE\n       <unknown>\n");
  asked("");
}

TEST_F(GetTest, a_watch_shows_the_list_and_each_change) {
  server_.tells("MODIFIED", "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: team}\n");
  server_.tells("DELETED", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team}\n");
  says("get pods -w -o name", "pod/a\npod/b\npod/b\npod/a\n");
  asked(R"(GET /api/v1/namespaces/team/pods
GET /api/v1/namespaces/team/pods?resourceVersion=100&watch=true
)");
}

TEST_F(GetTest, a_watch_tells_the_type_of_events_where_it_is_asked_to) {
  table_next(row("a", "5m", "{}"), R"({"resourceVersion":"9"})");
  server_.answers("GET " + std::string(kPods), 200,
                  R"({"type":"MODIFIED","object":{"kind":"Table","columnDefinitions":null,"rows":[)" +
                      row("a", "6m", "{}") + "]}}\n" + R"({"type":"BOOKMARK","object":{"kind":"Pod"}})" + "\n" +
                      R"({"type":"DELETED","object":{"kind":"Table","columnDefinitions":null,"rows":[)" +
                      row("a", "7m", "{}") + "]}}\n");
  says("get pods -w --output-watch-events",
       "EVENT      NAME   AGE\nADDED      a      5m\nMODIFIED   a      6m\nDELETED    a      7m\n");
}

TEST_F(GetTest, a_watch_of_one_object_shows_it_once_and_then_what_changes) {
  server_.tells("ADDED", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team}\nspec: {nodeName: old}\n");
  server_.tells("MODIFIED", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: team}\nspec: {nodeName: new}\n");
  says("get pod a -w -o jsonpath={.spec.nodeName},", "n2,new,");
  asked(R"(GET /api/v1/namespaces/team/pods/a
GET /api/v1/namespaces/team/pods?fieldSelector=metadata.name=a&resourceVersion=0&watch=true
)");
}

TEST_F(GetTest, why_a_watch_ended_is_shown_as_one_more_object) {
  table_next(row("a", "5m", "{}"), R"({"resourceVersion":"9"})");
  server_.answers(
      "GET " + std::string(kPods), 200,
      R"({"type":"ERROR","object":{"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"}})"
      "\n");
  says("get pods -w", "NAME   AGE\na      5m\nSTATUS    REASON    MESSAGE\nFailure   Expired   too old\n");
}

TEST_F(GetTest, several_names_are_shown_before_they_are_found_to_be_unwatchable) {
  table_next(row("a", "5m", "{}"), "{}", std::string(kPods) + "/a");
  table_next(row("b", "4d", "{}"), "{}", std::string(kPods) + "/b");
  const Outcome outcome = run("get pods a b -w");
  EXPECT_EQ(outcome.out, "NAME   AGE\na      5m\nb      4d\n");
  EXPECT_EQ(outcome.err, "error: you may only watch a single resource or type of resource at a time\n");
  complains("get pods,services -w", "error: you may only specify a single resource type\n");
}

TEST_F(GetTest, refusals_are_told_in_the_servers_words) {
  struct Refusal {
    int code;
    const char *body, *text;
  };
  constexpr Refusal kRefusals[] = {
      {403, R"({"kind":"Status","code":403,"reason":"Forbidden","message":"pods \"a\" is forbidden: no"})",
       "Error from server (Forbidden): pods \"a\" is forbidden: no\n"},
      {401, R"({"kind":"Status","code":401,"reason":"Unauthorized","message":"Unauthorized"})",
       "error: You must be logged in to the server (Unauthorized)\n"},
      {409, R"({"kind":"Status","code":409,"reason":"Conflict","message":"has been modified"})",
       "Error from server (Conflict): has been modified\n"},
      {500, R"({"kind":"Status","code":500,"message":"bad day"})", "Error from server: bad day\n"},
      {422,
       R"({"kind":"Status","code":422,"reason":"Invalid","message":"m","details":{"kind":"Pod","name":"a","causes":[
          {"field":"spec.x","message":"Required value"},{"field":"spec.y","message":"Forbidden"},
          {"field":"spec.x","message":"Required value"}]}})",
       "The Pod \"a\" is invalid: \n* spec.x: Required value\n* spec.y: Forbidden\n"},
      {422,
       R"({"kind":"Status","code":422,"reason":"Invalid","message":"m","details":{"kind":"Pod","name":"a","causes":[
          {"field":"spec.x","message":"Required value"}]}})",
       "The Pod \"a\" is invalid: spec.x: Required value\n"},
  };
  for (const auto& [code, body, text] : kRefusals) {
    server_.answers("GET " + std::string(kPods) + "/a", code, body);
    complains("get pod a", text);
  }
}

TEST_F(GetTest, answers_of_other_servers_get_the_words_that_fit_their_code) {
  struct Answer {
    int code;
    const char *body, *text;
  };
  constexpr Answer kAnswers[] = {
      {401, "",
       "error: You must be logged in to the server (the server has asked for the client to provide credentials "
       "(get pods a))\n"},
      {403, "no way\n", "Error from server (Forbidden): no way (get pods a)\n"},
      {404, "404 page not found",
       "Error from server (NotFound): the server could not find the requested resource (get pods a)\n"},
      {405, "",
       "Error from server (MethodNotAllowed): the server does not allow this method on the requested resource "
       "(get pods a)\n"},
      {409, "{}", "Error from server (Conflict): the server reported a conflict (get pods a)\n"},
      {418, "",
       "Error from server: the server responded with the status code 418 but did not return more information "
       "(get pods a)\n"},
      {429, "",
       "Error from server (TooManyRequests): the server has received too many requests and has asked us to try again "
       "later (get pods a)\n"},
      {502, "<html>proxy error</html>",
       "Error from server (InternalError): an error on the server (\"<html>proxy error</html>\") has prevented the "
       "request from succeeding (get pods a)\n"},
      {503, "x",
       "Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pods a)\n"},
      {504, "",
       "Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be "
       "processing the request (get pods a)\n"},
  };
  for (const auto& [code, body, text] : kAnswers) {
    server_.answers("GET " + std::string(kPods) + "/a", code, body);
    complains("get pod a", text);
  }
  server_.answers("GET /apis/apps/v1/namespaces/team/deployments", 503, "");
  complains("get deployments",
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request (get "
            "deployments.apps)\n");
}

TEST_F(GetTest, a_server_that_says_when_to_come_back_is_asked_again) {
  const std::string get = "GET " + std::string(kPods) + "/a";
  server_.answers(get, 429, "", {{"retry-after", "0"}});
  server_.answers(get, 503, "", {{"retry-after", "0"}});
  says("get pod a -o name", "pod/a\n");
  EXPECT_EQ(server_.requests(),
            "GET /api/v1/namespaces/team/pods/a\n"
            "GET /api/v1/namespaces/team/pods/a\n"
            "GET /api/v1/namespaces/team/pods/a\n");
  for (int i = 0; i < 11; ++i) server_.answers(get, 503, "", {{"retry-after", "0"}});
  complains("get pod a",
            "Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pods "
            "a)\n");
  server_.answers(get, 404, "", {{"retry-after", "0"}});
  complains("get pod a",
            "Error from server (NotFound): the server could not find the requested resource (get pods a)\n");
}

TEST_F(GetTest, a_connection_that_breaks_within_an_answer_is_told) {
  server_.breaks("GET " + std::string(kPods) + "/a");
  complains("get pod a", "unexpected error when reading response body. Please retry. Original error: unexpected EOF\n");
  says("get pod a -o name", "pod/a\n");
}

TEST_F(GetTest, a_server_that_is_not_there_is_told) {
  use_server("https://127.0.0.1:1");
  complains("get pod a",
            "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n");
}

TEST_F(GetTest, what_the_server_warns_of_is_told_once) {
  server_.answers("GET " + std::string(kPods), 200, table_of(row("a", "5m", "{}"), R"({"continue":"two"})"),
                  {{"warning", R"(299 - "be \"careful\"")"}});
  server_.answers("GET " + std::string(kPods), 200, table_of(row("b", "5m", "{}")),
                  {{"warning", R"(299 - "be \"careful\"")"}});
  EXPECT_EQ(run("get pods").err, "Warning: be \"careful\"\n");
}

TEST_F(GetTest, what_is_wrong_with_a_list_names_the_resource_and_the_selectors) {
  server_.refuses("GET " + std::string(kPods), 400, "BadRequest", "field label not supported: x");
  complains(
      "get pods --field-selector=x=1",
      "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"\", field "
      "selector \"x=1\": field label not supported: x\n");
  server_.refuses("GET " + std::string(kPods), 404, "NotFound", "gone");
  complains("get pods", "Error from server (NotFound): Unable to list \"/v1, Resource=pods\": gone\n");
}

TEST_F(GetTest, raw_paths_are_shown_as_they_come) {
  server_.answers("GET /healthz", 200, "ok");
  says("get --raw /healthz", "ok");
  server_.refuses("GET /nope", 404, "NotFound", "the server could not find the requested resource");
  complains("get --raw /nope", "Error from server (NotFound): the server could not find the requested resource\n");
}

TEST_F(GetTest, an_error_of_a_jsonpath_shows_managed_fields_as_go_does) {
  server_.has(R"(apiVersion: v1
kind: ConfigMap
metadata: {name: m, namespace: team, managedFields: [{manager: x, fieldsV1: {"f:data": {"f:a": {}}}}]}
)");
  const Outcome outcome = run("get cm m -o jsonpath={end}");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find(R"("fieldsV1":map[string]interface {}{"f:data":map[string]interface {}{"f:a":)"
                             R"(map[string]interface {}{}}}, "manager":"x")"),
            std::string::npos)
      << outcome.err;
}

}  // namespace
}  // namespace proa::cli::kubectl
