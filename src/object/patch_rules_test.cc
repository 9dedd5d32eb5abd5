// JSON patches and merge patches by the answers of the library that Kubernetes uses (evanphx/json-patch 4.13).
#include <gtest/gtest.h>

#include "object/json.h"
#include "object/patch.h"

namespace proa::object {
namespace {

struct Row {
  std::string_view original, patch, wanted;
};

/// The result, or that it is no patch at all (400), or that it does not apply.
std::string shown(const Result<Value>& result) {
  if (result) return to_sorted_json(*result);
  return result.error().code == 400 ? "error decode" : "error apply";
}

constexpr std::string_view kOriginal =
    R"({"a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"":5,"x/y":1,"m~n":2,"0":"z"})";

TEST(JsonPatchRules, adding) {
  constexpr Row kRows[] = {
      {kOriginal, R"([{"op":"add","path":"/a","value":2}])",
       R"({"":5,"0":"z","a":2,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/z","value":2}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"z":2})"},
      {kOriginal, R"([{"op":"add","path":"/b/0","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[9,1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/3","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3,9],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/4","value":9}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/b/-","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3,9],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/-1","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3,9],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/-4","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[9,1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/+1","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[1,9,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/01","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[1,9,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/b/x","value":9}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/c/d/1","value":{}}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/z/y","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/a/y","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/c/f/y","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/x~1z","value":1}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"x/z":1})"},
      {kOriginal, R"([{"op":"add","path":"/m~0n","value":1}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":1,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"/","value":7}])",
       R"({"":7,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"add","path":"","value":{}}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"a","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":"/a"}])",
       R"({"":5,"0":"z","a":null,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(JsonPatchRules, removing) {
  constexpr Row kRows[] = {
      {kOriginal, R"([{"op":"remove","path":"/a"}])",
       R"({"":5,"0":"z","b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/z"}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/b/0"}])",
       R"({"":5,"0":"z","a":1,"b":[2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/b/2"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/b/3"}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/b/-1"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/b/-"}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/c/f"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}]},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/c/d/0/e"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/"}])",
       R"({"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":"/x~1y"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2})"},
      {kOriginal, R"([{"op":"remove","path":"/z/y"}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/0"}])",
       R"({"":5,"a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"remove","path":""}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/b/x"}])", "error apply"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(JsonPatchRules, replacing) {
  constexpr Row kRows[] = {
      {kOriginal, R"([{"op":"replace","path":"/a","value":2}])",
       R"({"":5,"0":"z","a":2,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"replace","path":"/z","value":2}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"z":2})"},
      {kOriginal, R"([{"op":"replace","path":"/b/0","value":9}])",
       R"({"":5,"0":"z","a":1,"b":[9,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"replace","path":"/b/3","value":9}])", "error apply"},
      {kOriginal, R"([{"op":"replace","path":"/b/-","value":9}])", "error apply"},
      {kOriginal, R"([{"op":"replace","path":"/c/f","value":1}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":1},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"replace","path":"/z/y","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"replace","path":"/a","value":null}])",
       R"({"":5,"0":"z","a":null,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"replace","path":"/c","value":{}}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"replace","path":"/a"}])",
       R"({"":5,"0":"z","a":null,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(JsonPatchRules, testing) {
  constexpr Row kRows[] = {
      {kOriginal, R"([{"op":"test","path":"/a","value":1}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/a","value":"1"}])", "error apply"},
      {kOriginal, R"([{"op":"test","path":"/b","value":[1,2,3]}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/b","value":[1,2]}])", "error apply"},
      {kOriginal, R"([{"op":"test","path":"/c/f","value":null}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/c/z","value":null}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/z","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"test","path":"/c","value":{"f":null,"d":[{"e":1},{"e":2}]}}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/b/-1","value":3}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"test","path":"/b/3","value":1}])", "error apply"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(JsonPatchRules, copying_and_moving) {
  constexpr Row kRows[] = {
      {kOriginal, R"([{"op":"copy","path":"/z","from":"/a"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"z":1})"},
      {kOriginal, R"([{"op":"copy","path":"/b/0","from":"/a"}])",
       R"({"":5,"0":"z","a":1,"b":[1,1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"copy","path":"/b/-","from":"/b/0"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3,1],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"copy","path":"/z","from":"/none"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"z":null})"},
      {kOriginal, R"([{"op":"copy","path":"/z","from":"/none/x"}])", "error apply"},
      {kOriginal, R"([{"op":"copy","path":"/z"}])", "error apply"},
      {kOriginal, R"([{"op":"move","path":"/z","from":"/a"}])",
       R"({"":5,"0":"z","b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1,"z":1})"},
      {kOriginal, R"([{"op":"move","path":"/a","from":"/a"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"move","path":"/b/0","from":"/b/2"}])",
       R"({"":5,"0":"z","a":1,"b":[3,1,2],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, R"([{"op":"move","path":"/z","from":"/none"}])", "error apply"},
      {kOriginal, R"([{"op":"move","path":"/c/d/x","from":"/c"}])", "error apply"},
      {kOriginal, R"([{"op":"move","path":"/z"}])", "error apply"},
      {kOriginal, R"([{"op":"copy","path":"/c/d/0","from":"/c"}])",
       R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"d":[{"e":1},{"e":2}],"f":null},{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(JsonPatchRules, odd_patches) {
  constexpr Row kRows[] = {
      {kOriginal, "[]", R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, "{}", "error decode"},
      {kOriginal, "null", R"({"":5,"0":"z","a":1,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
      {kOriginal, "5", "error decode"},
      {kOriginal, R"("x")", "error decode"},
      {kOriginal, "[5]", "error decode"},
      {kOriginal, "[null]", "error apply"},
      {kOriginal, "[{}]", "error apply"},
      {kOriginal, R"([{"op":"add"}])", "error apply"},
      {kOriginal, R"([{"path":"/a"}])", "error apply"},
      {kOriginal, R"([{"op":"bogus","path":"/a"}])", "error apply"},
      {kOriginal, R"([{"op":"ADD","path":"/a","value":1}])", "error apply"},
      {kOriginal, R"([{"op":"add","path":null,"value":1}])", "error apply"},
      {kOriginal, R"([{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}])", "error apply"},
      {kOriginal,
       R"([{"op":"remove","path":"/a"},{"op":"add","path":"/a","value":2},{"op":"test","path":"/a","value":2}])",
       R"({"":5,"0":"z","a":2,"b":[1,2,3],"c":{"d":[{"e":1},{"e":2}],"f":null},"m~n":2,"x/y":1})"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(apply_json_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

TEST(MergePatchRules, examples_of_rfc_7386_and_beyond) {
  constexpr Row kRows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", "{}"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"({"e":null})", R"({"a":1})", R"({"a":1,"e":null})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {R"({"a":1})", R"({"a":{"b":null}})", R"({"a":{}})"},
      {R"({"a":{"b":1}})", R"({"a":{}})", R"({"a":{"b":1}})"},
      {R"({"a":{"b":1}})", R"({"a":[]})", R"({"a":[]})"},
      {"{}", R"({"a":[null,{"b":null}]})", R"({"a":[null,{}]})"},
      {R"({"a":{"b":{"c":1,"d":2}}})", R"({"a":{"b":{"c":null}}})", R"({"a":{"b":{"d":2}}})"},
      {R"({"a":1})", "{}", R"({"a":1})"},
      {"{}", R"({"a":null})", "{}"},
      {R"({"a":[1,2]})", R"({"a":[{"x":null}]})", R"({"a":[{}]})"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(shown(merge_patch(*parse_json(row.original), *parse_json(row.patch))), row.wanted) << row.patch;
}

}  // namespace
}  // namespace proa::object
