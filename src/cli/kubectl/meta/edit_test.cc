// kubectl edit with an editor that is a script: what it is shown, and what becomes of what it leaves.
#include <filesystem>

#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kPath = "/api/v1/namespaces/team/configmaps/c";

class EditTest : public ClusterTest {
 protected:
  EditTest() {
    server_.has(R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: team, uid: u, managedFields: [{manager: m}]}
data:
  a: "1"
  conf: |
    # a comment of the program's own
    on = 1

    # and another
    off = 0
)");
    std::filesystem::create_directories(path("tmp"));
    setenv("TMPDIR", path("tmp").c_str(), 1);
  }
  ~EditTest() override {
    unsetenv("TMPDIR");
    unsetenv("KUBE_EDITOR");
  }

  std::string path(const std::string& name) const { return folder() + "/" + name; }
  /// A shell's words; "$1" is the file. What the editor saw is kept as `seen`, of each round in turn.
  void editor(std::string_view script) const {
    file("editor", fmt::format("#!/bin/sh\ncat \"$1\" >> {}\n{}\n", path("seen"), script));
    std::filesystem::permissions(path("editor"), std::filesystem::perms::owner_all);
    setenv("KUBE_EDITOR", path("editor").c_str(), 1);
  }
  std::string seen() const {
    std::ifstream in(path("seen"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  size_t files_left() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path("tmp")), {}));
  }
  /// The last body that was sent to the object.
  std::string patch() {
    const auto lines = split(server_.requests(), "\n");
    for (const auto& line : lines)
      if (line.starts_with("PATCH ")) return line.substr(line.find(" {") + 1);
    return "none";
  }
};

TEST_F(EditTest, shows_the_object_and_sends_what_was_changed) {
  editor(R"(sed -i 's/a: "1"/a: "2"/' "$1")");
  says("edit configmap c", "configmap/c edited\n");
  EXPECT_EQ(patch(), R"({"data":{"a":"2"}})");
  EXPECT_TRUE(
      seen().starts_with("# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
                         "# and an empty file will abort the edit. If an error occurs while saving this file "
                         "will be\n# reopened with the relevant failures.\n#\napiVersion: v1\ndata:\n"))
      << seen();
  EXPECT_EQ(seen().find("managedFields"), std::string::npos);
  EXPECT_EQ(files_left(), 0u);
}

TEST_F(EditTest, lines_with_a_hash_and_empty_lines_within_a_text_stay) {
  editor(R"(sed -i 's/off = 0/off = 1/' "$1")");
  says("edit configmap c", "configmap/c edited\n");
  EXPECT_EQ(patch(), R"({"data":{"conf":"# a comment of the program's own\non = 1\n\n# and another\noff = 1\n"}})");
}

TEST_F(EditTest, nothing_is_sent_where_nothing_was_changed) {
  struct Case {
    const char *script, *told;
  };
  for (const auto& [script, told] : {Case{"true", "Edit cancelled, no changes made.\n"},
                                     {R"(printf '\n# mine\n' >> "$1")", "Edit cancelled, no changes made.\n"},
                                     {R"(sed -i 's/a: "1"/a:   "1"/' "$1")", "Edit cancelled, no changes made.\n"},
                                     {R"(: > "$1")", "Edit cancelled, saved file was empty.\n"},
                                     {R"(printf '# only\n\n' > "$1")", "Edit cancelled, saved file was empty.\n"}}) {
    editor(script);
    const Outcome outcome = run("edit configmap c");
    EXPECT_EQ(outcome.err, told) << script;
    EXPECT_EQ(outcome.code, 0) << script;
    EXPECT_EQ(patch(), "none") << script;
    EXPECT_EQ(files_left(), 0u) << script;
  }
}

TEST_F(EditTest, what_the_server_finds_invalid_comes_back_with_the_reasons) {
  server_.refuses(fmt::format("PATCH {}", kPath), 422, "Invalid", "ConfigMap \"c\" is invalid",
                  R"({"causes":[{"reason":"FieldValueInvalid","message":"too odd","field":"data.a"}]})");
  editor(
      R"(if grep -q 'not valid' "$1"; then sed -i 's/a: "3"/a: "2"/' "$1"; else sed -i 's/a: "1"/a: "3"/' "$1"; fi)");
  const Outcome outcome = run("edit configmap c");
  EXPECT_EQ(outcome.err, "error: configmaps \"c\" is invalid\n");
  EXPECT_EQ(outcome.out, "configmap/c edited\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(seen().find("#\n# configmaps \"c\" was not valid:\n# * data.a: too odd\n#\napiVersion: v1\n"),
            std::string::npos)
      << seen();
  EXPECT_NE(seen().find("# and another"), seen().rfind("# and another")) << "the text keeps its own comments";
  EXPECT_EQ(files_left(), 0u);
}

TEST_F(EditTest, an_invalid_text_that_is_left_as_it_is_ends_the_edit_and_is_kept) {
  server_.refuses(fmt::format("PATCH {}", kPath), 422, "Invalid", "no");
  editor(R"(sed -i 's/a: "1"/a: "3"/' "$1")");
  const Outcome outcome = run("edit configmap c");
  EXPECT_TRUE(outcome.err.starts_with("error: configmaps \"c\" is invalid\nA copy of your changes has been stored to "))
      << outcome.err;
  EXPECT_TRUE(outcome.err.ends_with("\nerror: Edit cancelled, no valid changes were saved.\n")) << outcome.err;
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(files_left(), 1u);
}

TEST_F(EditTest, a_broken_text_comes_back) {
  editor(R"(if grep -q 'syntax error' "$1"; then sed -i '/^\[/d; s/a: "1"/a: "2"/' "$1"; else echo '[' >> "$1"; fi)");
  const Outcome outcome = run("edit configmap c");
  EXPECT_EQ(outcome.out, "configmap/c edited\n") << outcome.err;
  EXPECT_NE(seen().find("# The edited file had a syntax error: "), std::string::npos) << seen();
}

TEST_F(EditTest, what_cannot_be_mended_in_the_editor_is_told_and_kept) {
  struct Case {
    int code;
    const char *reason, *message, *told, *advice;
  };
  for (const Case& c : {Case{404, "NotFound", "configmaps \"c\" not found",
                             "error: configmaps \"c\" could not be found on the server\n",
                             "The edits you made on deleted resources have been saved to "},
                        {409, "Conflict", "the object has been modified",
                         "error: configmaps \"c\" could not be patched: the object has been modified\n",
                         "You can run `kubectl replace"}}) {
    server_.refuses(fmt::format("PATCH {}", kPath), c.code, c.reason, c.message);
    editor(R"(sed -i 's/a: "1"/a: "2"/' "$1")");
    const Outcome outcome = run("edit configmap c");
    EXPECT_TRUE(outcome.err.starts_with(std::string(c.told) + c.advice)) << outcome.err;
    EXPECT_EQ(outcome.code, 1);
  }
  EXPECT_EQ(files_left(), 2u);
}

TEST_F(EditTest, another_name_or_kind_is_another_object) {
  for (const char* script :
       {R"(sed -i 's/name: c/name: d/' "$1")", R"(sed -i 's/kind: ConfigMap/kind: Secret/' "$1")"}) {
    editor(script);
    const Outcome outcome = run("edit configmap c");
    EXPECT_TRUE(outcome.err.ends_with("error: At least one of apiVersion, kind and name was changed\n")) << outcome.err;
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(patch(), "none");
  }
}

TEST_F(EditTest, several_objects_are_one_list_and_each_is_told) {
  server_.has("{apiVersion: v1, kind: ConfigMap, metadata: {name: d, namespace: team, uid: v}, data: {b: x}}");
  editor(R"(sed -i 's/b: x/b: z/' "$1")");
  says("edit configmaps c d", "configmap/c skipped\nconfigmap/d edited\n");
  EXPECT_EQ(patch(), R"({"data":{"b":"z"}})");
}

TEST_F(EditTest, one_that_is_refused_keeps_none_of_the_others_back) {
  server_.has("{apiVersion: v1, kind: ConfigMap, metadata: {name: d, namespace: team, uid: v}, data: {a: \"1\"}}");
  server_.refuses(fmt::format("PATCH {}", kPath), 409, "Conflict", "busy");
  editor(R"(sed -i 's/a: "1"/a: "2"/' "$1")");
  const Outcome outcome = run("edit configmaps c d");
  EXPECT_EQ(outcome.out, "configmap/d edited\n");
  EXPECT_TRUE(outcome.err.starts_with("error: configmaps \"c\" could not be patched: busy\nYou can run "))
      << outcome.err;
  EXPECT_EQ(outcome.code, 1);
}

TEST_F(EditTest, json_is_edited_as_json_without_a_header) {
  editor(R"(sed -i 's/"a": "1"/"a": "2"/' "$1"; case "$1" in *.json) ;; *) exit 1;; esac)");
  const Outcome outcome = run("edit configmap c -o json");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(patch(), R"({"data":{"a":"2"}})");
  EXPECT_TRUE(seen().starts_with("{\n    \"apiVersion\": \"v1\",\n    \"data\": {\n        \"a\": \"1\",\n")) << seen();
}

TEST_F(EditTest, an_editor_that_fails_changes_nothing) {
  editor("exit 3");
  const Outcome outcome = run("edit configmap c");
  EXPECT_TRUE(outcome.err.find("error: there was a problem with the editor \"@/editor\"\n") != std::string::npos)
      << outcome.err;
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(patch(), "none");
}

TEST_F(EditTest, refuses_what_it_cannot_do_before_the_editor_starts) {
  editor("true");
  complains(
      "edit configmap c -o wide",
      "error: unable to match a printer suitable for the output format \"wide\", allowed formats are: json,yaml\n");
  complains("edit configmap none", "Error from server (NotFound): configmaps \"none\" not found\n");
  EXPECT_EQ(seen(), "");
}

}  // namespace
}  // namespace proa::cli::kubectl
