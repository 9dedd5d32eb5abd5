#include "cli/kubectl/printers/go_template.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

std::string render(std::string_view text) {
  const auto data = object::parse_json(
      R"({"kind":"List","metadata":{"labels":{"b":"2","a":"1"}},"items":[{"name":"x","n":1},{"name":"y","n":2,"ok":true}],"secret":"aGk="})");
  auto made = GoTemplate::parse(text);
  if (!made) return "error: " + made.error().message();
  auto out = made->render(*data);
  return out ? *out : "error: " + out.error().message();
}

TEST(GoTemplate, prints_fields) {
  EXPECT_EQ(render("{{.kind}} {{ .metadata.labels.a }} {{.none}}"), "List 1 <no value>");
  EXPECT_EQ(render("{{.metadata.labels}}"), "map[a:1 b:2]");
}

TEST(GoTemplate, repeats_and_chooses) {
  EXPECT_EQ(render("{{range .items}}{{.name}}{{\"\\n\"}}{{end}}"), "x\ny\n");
  EXPECT_EQ(render("{{range $i, $e := .items}}{{$i}}={{$e.name}} {{end}}"), "0=x 1=y ");
  EXPECT_EQ(render("{{range $k, $v := .metadata.labels}}{{$k}}{{$v}}{{end}}"), "a1b2");
  EXPECT_EQ(render("{{range .items}}{{if .ok}}ok{{else}}no{{end}},{{end}}"), "no,ok,");
  EXPECT_EQ(render("{{range .items}}{{if eq .n 1}}one{{else if gt .n 1}}more{{end}} {{end}}"), "one more ");
  EXPECT_EQ(render("{{with .metadata}}{{.labels.b}}{{end}}{{range .none}}x{{else}}empty{{end}}"), "2empty");
}

TEST(GoTemplate, calls_functions) {
  EXPECT_EQ(render("{{len .items}} {{index .items 1 \"name\"}} {{(index .items 0).name}}"), "2 y x");
  EXPECT_EQ(render("{{.secret | base64decode}} {{printf \"%-4s|%v\" .kind 3}}"), "hi List|3");
  EXPECT_EQ(render("{{$x := .kind}}{{$x}}{{if and .kind (not .none)}}!{{end}}"), "List!");
}

TEST(GoTemplate, trims_blanks_where_asked_and_tells_errors) {
  EXPECT_EQ(render("a {{- .kind -}} b {{/* no */}}"), "aListb ");
  EXPECT_EQ(render("{{.kind"), "error: unclosed action");
  EXPECT_EQ(render("{{if .kind}}x"), "error: unexpected EOF");
  EXPECT_EQ(render("{{frob .kind}}"), "error: function \"frob\" not defined");
}

}  // namespace
}  // namespace proa::cli::kubectl
