#include "cli/kubectl/printers/table.h"

#include <gtest/gtest.h>

#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/printers/sort.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

constexpr std::string_view kTable = R"({"kind":"Table","columnDefinitions":[
  {"name":"Name","type":"string","format":"name","priority":0},{"name":"Ready","type":"string","priority":0},
  {"name":"IP","type":"string","priority":1},{"name":"Age","type":"string","priority":0}],
  "rows":[{"cells":["web",3,"10.0.0.1","5s"],"object":{"metadata":{"name":"web","namespace":"shop","labels":{"b":"2","a":"1"}}}},
          {"cells":["x","0/1","<none>","two\nlines"],"object":{"metadata":{"name":"x","namespace":"default"}}}]})";

std::string print(const TableOptions& options) {
  TabWriter writer(kTableStyle);
  TablePrinter(options).print(*object::parse_json(kTable), writer);
  return writer.flush();
}

TEST(Table, leaves_wide_columns_out) {
  EXPECT_EQ(print({}), "NAME   READY   AGE\nweb    3       5s\nx      0/1     two...\n");
}

TEST(Table, adds_columns_as_asked) {
  EXPECT_EQ(print({.no_headers = true, .wide = true}), "web   3     10.0.0.1   5s\nx     0/1   <none>     two...\n");
  EXPECT_EQ(print({.with_namespace = true, .show_labels = true}),
            "NAMESPACE   NAME   READY   AGE      LABELS\nshop        web    3       5s       a=1,b=2\n"
            "default     x      0/1     two...   <none>\n");
  EXPECT_EQ(print({.label_columns = {"a"}, .kind = "pod"}),
            "NAME      READY   AGE      A\npod/web   3       5s       1\npod/x     0/1     two...   \n");
}

TEST(Table, prints_headers_once_in_a_watch) {
  TabWriter writer(kTableStyle);
  TablePrinter printer({});
  printer.print(*object::parse_json(kTable), writer);
  EXPECT_TRUE(writer.flush().starts_with("NAME"));
  printer.print(*object::parse_json(R"({"kind":"Table","columnDefinitions":[],"rows":[{"cells":["y",1,"","1s"]}]})"),
                writer);
  EXPECT_EQ(writer.flush(), "y      1       1s\n");
}

TEST(CustomColumns, prints_none_for_what_is_missing) {
  PrintFlags flags;
  flags.tables = true;
  flags.output = "custom-columns=NAME:.metadata.name,X:.metadata.labels.x,ALL:.l[*].v";
  auto printer = flags.printer();
  ASSERT_TRUE(printer.has_value());
  const auto list = object::parse_json(
      R"({"kind":"List","items":[{"metadata":{"name":"a"},"l":[{"v":1},{"v":2}]},{"metadata":{"name":"b","labels":{"x":"y"}}}]})");
  EXPECT_EQ((*printer)->print(*list).value(), "NAME   X        ALL\na      <none>   1,2\nb      y        <none>\n");
}

TEST(PrintFlags, names_the_formats_there_are) {
  PrintFlags flags;
  flags.output = "nonsense";
  EXPECT_EQ(
      flags.printer().error().message(),
      "unable to match a printer suitable for the output format \"nonsense\", allowed formats are: "
      "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml");
}

TEST(ResultPrinter, tells_what_was_done) {
  const auto object = object::parse_json(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}})");
  EXPECT_EQ(ResultPrinter({}, "none").print(*object, "created").value(), "deployment.apps/web created\n");
  EXPECT_EQ(ResultPrinter({}, "client").print(*object, "created").value(), "deployment.apps/web created (dry run)\n");
  EXPECT_EQ(ResultPrinter({}, "server").print(*object, "created").value(),
            "deployment.apps/web created (server dry run)\n");
}

TEST(Sort, orders_by_a_field_and_refuses_unknown_ones) {
  std::vector<object::Value> objects;
  for (const char* text : {R"({"n":2,"q":"1Gi"})", R"({"n":1,"q":"2Mi"})", R"({"q":"1"})"})
    objects.push_back(*object::parse_json(text));
  ASSERT_TRUE(sort_objects(objects, ".n").has_value());
  EXPECT_EQ(object::to_json(objects[0]), R"({"q":"1"})");
  EXPECT_EQ(object::View(objects[1])["n"].as_int(), 1);
  ASSERT_TRUE(sort_objects(objects, "{.q}").has_value());
  EXPECT_EQ(object::View(objects[2])["q"].as_string(), "1Gi");
  EXPECT_EQ(sort_objects(objects, ".none").error().message(),
            "couldn't find any field with path \"{.none}\" in the list of objects");
}

}  // namespace
}  // namespace proa::cli::kubectl
