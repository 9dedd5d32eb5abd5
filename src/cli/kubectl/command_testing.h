// Whole commands without a cluster: words in; exit code and what was written out.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "cli/kubectl/kubectl.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {

struct Outcome {
  int code = 0;
  std::string out, err;
};

/// A folder with a kubeconfig whose server nobody answers for, and files to read. `@/` in the words stands for it.
class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proa-command-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    use_server("https://127.0.0.1:1");
    setenv("KUBECONFIG", (folder_ + "/kubeconfig").c_str(), 1);
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  /// From now on commands ask there.
  void use_server(const std::string& url) const {
    file("kubeconfig", R"({"apiVersion":"v1","kind":"Config","current-context":"c",
        "contexts":[{"name":"c","context":{"cluster":"c","user":"u","namespace":"team"}}],
        "clusters":[{"name":"c","cluster":{"insecure-skip-tls-verify":true,"server":")" +
                           url + R"("}}],
        "users":[{"name":"u","user":{"token":"t"}}]})");
  }
  const std::string& folder() const { return folder_; }
  void file(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  /// `words` are separated by blanks; what stands after ` -- ` too.
  Outcome run(std::string_view words) const {
    return run_words(split(replaced(std::string(words), "@/", folder_ + "/"), " "));
  }
  Outcome run_words(const std::vector<std::string>& words) const {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.code = run_kubectl(words, "kubectl");
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = replaced(testing::internal::GetCapturedStderr(), folder_, "@");
    return outcome;
  }

 private:
  std::string folder_;
};

}  // namespace proa::cli::kubectl
