// What `proa up` writes into a user's own kubeconfig, and what `proa down` takes out.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "cli/lifecycle/lifecycle.h"

namespace proa::cli {
namespace {

constexpr const char* kOurs = R"({"clusters":[{"name":"proa","cluster":{"server":"https://127.0.0.1:6443"}}],
"users":[{"name":"proa","user":{"token":"t"}}],"contexts":[{"name":"proa","context":{"cluster":"proa","user":"proa"}}]})";

constexpr const char* kTheirs = R"(apiVersion: v1
clusters:
- cluster:
    server: https://work
  name: work
contexts:
- context:
    cluster: work
    user: me
  name: work
current-context: work
kind: Config
preferences:
  colors: true
users:
- name: me
  user:
    token: mine
)";

constexpr const char* kBoth = R"(apiVersion: v1
clusters:
- cluster:
    server: https://work
  name: work
- cluster:
    server: https://127.0.0.1:6443
  name: proa
contexts:
- context:
    cluster: work
    user: me
  name: work
- context:
    cluster: proa
    user: proa
  name: proa
current-context: proa
kind: Config
preferences:
  colors: true
users:
- name: me
  user:
    token: mine
- name: proa
  user:
    token: t
)";

class KubeconfigMergeTest : public testing::Test {
 protected:
  KubeconfigMergeTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proa-merge-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    write("ours", kOurs);
  }
  ~KubeconfigMergeTest() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, std::string_view text) const { std::ofstream(path(name)) << text; }
  std::string text_of(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(path(name)).rdbuf();
    return out.str();
  }
  Result<void> merge(const std::string& into) const { return merge_kubeconfig(path("ours"), path(into), "proa"); }

  std::string folder_;
};

TEST_F(KubeconfigMergeTest, others_are_kept_and_ours_becomes_current) {
  write("config", kTheirs);
  ASSERT_TRUE(merge("config"));
  EXPECT_EQ(text_of("config"), kBoth);
}

TEST_F(KubeconfigMergeTest, a_second_merge_replaces_the_first) {
  write("config", kTheirs);
  ASSERT_TRUE(merge("config"));
  ASSERT_TRUE(merge("config"));
  EXPECT_EQ(text_of("config"), kBoth);
}

TEST_F(KubeconfigMergeTest, taking_ours_out_leaves_theirs_current) {
  write("config", kTheirs);
  ASSERT_TRUE(merge("config"));
  ASSERT_TRUE(unmerge_kubeconfig(path("config"), "proa"));
  EXPECT_EQ(text_of("config"), kTheirs);
}

TEST_F(KubeconfigMergeTest, a_context_that_is_not_ours_stays_current) {
  write("config", kBoth);
  std::string text = kBoth;
  text.replace(text.find("current-context: proa"), 21, "current-context: work");
  write("config", text);
  ASSERT_TRUE(unmerge_kubeconfig(path("config"), "proa"));
  EXPECT_EQ(text_of("config"), kTheirs);
}

TEST_F(KubeconfigMergeTest, a_file_is_made_with_its_folder_for_the_owner_alone) {
  ASSERT_TRUE(merge("new/.kube/config"));
  const auto mode = std::filesystem::status(path("new/.kube/config")).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::all, std::filesystem::perms(0600));
  ASSERT_TRUE(unmerge_kubeconfig(path("new/.kube/config"), "proa"));
  EXPECT_EQ(text_of("new/.kube/config"),
            "apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: \"\"\nkind: Config\nusers: []\n");
}

TEST_F(KubeconfigMergeTest, empty_files_and_lists_that_are_null_are_filled) {
  for (const char* text : {"", "apiVersion: v1\nkind: Config\nclusters: null\ncontexts: null\nusers: null\n"}) {
    write("config", text);
    ASSERT_TRUE(merge("config")) << text;
    EXPECT_NE(text_of("config").find("name: proa\n"), std::string::npos) << text_of("config");
  }
}

TEST_F(KubeconfigMergeTest, what_is_no_kubeconfig_is_left_as_it_is) {
  write("config", "- a\n");
  const auto done = merge("config");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, path("config") + ": is no kubeconfig");
  EXPECT_EQ(text_of("config"), "- a\n");
  write("config", "a: [\n");
  EXPECT_FALSE(merge("config"));
  EXPECT_EQ(text_of("config"), "a: [\n");
}

TEST_F(KubeconfigMergeTest, nothing_to_take_out_is_no_error) { EXPECT_TRUE(unmerge_kubeconfig(path("none"), "proa")); }

}  // namespace
}  // namespace proa::cli
