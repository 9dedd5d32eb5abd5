#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "cli/kubectl/resource_finder.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("proa-cli-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_ / "inner");
    for (const char* name : {"b.yaml", "a.json", "c.txt", "d.yml", "inner/e.yaml"}) std::ofstream(path_ / name) << "{}";
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST(Files, are_those_of_a_folder_by_name_and_ending) {
  const Folder folder;
  EXPECT_EQ(files_of(folder.at(""), false).value(),
            (std::vector<std::string>{folder.at("a.json"), folder.at("b.yaml"), folder.at("d.yml")}));
  EXPECT_EQ(files_of(folder.at(""), true).value().back(), folder.at("inner/e.yaml"));
  EXPECT_EQ(files_of(folder.at("*.yaml"), false).value(), (std::vector<std::string>{folder.at("b.yaml")}));
  EXPECT_EQ(files_of("none.yaml", false).error().message(), "the path \"none.yaml\" does not exist");
}

TEST(Manifest, may_hold_several_documents_and_lists) {
  auto objects = read_manifest(
      "apiVersion: v1\nkind: A\nmetadata: {name: x}\n---\n---\n{\"apiVersion\":\"v1\",\"kind\":\"List\","
      "\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"B\",\"metadata\":{\"name\":\"y\"}}]}\n",
      "f.yaml");
  ASSERT_TRUE(objects.has_value());
  ASSERT_EQ(objects->size(), 2u);
  EXPECT_EQ(object::name_of((*objects)[1]), "y");
}

TEST(Manifest, needs_a_kind) {
  EXPECT_EQ(read_manifest("apiVersion: v1\nmetadata: {name: x}\n", "f.yaml").error().message(),
            R"(unable to decode "f.yaml": Object 'Kind' is missing in '{"apiVersion":"v1","metadata":{"name":"x"}}')");
}

}  // namespace
}  // namespace proa::cli::kubectl
