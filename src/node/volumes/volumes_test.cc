#include "node/volumes/volumes.h"

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "node/pod_fixture.h"
#include "node/volumes/atomic_writer.h"
#include "node/volumes/host_path.h"

namespace proa::node {
namespace {

namespace fs = std::filesystem;
using client::resources::kConfigMaps;
using object::Document;
using object::Value;
using object::View;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class VolumesTest : public testing::Test {
 protected:
  VolumesTest() {
    char name[] = "/tmp/proa-volumes-XXXXXX";
    dir_ = ::mkdtemp(name);
    settings_.pods_dir = dir_ + "/pods";
    settings_.ip = "192.0.2.1";
    settings_.secrets_in_memory = false;
    informers_ = std::make_unique<client::Informers>(client_, executor_);
    volumes_ = make_volumes(settings_, client_, *informers_, executor_);
    informers_->start();
    executor_.settle();
  }
  ~VolumesTest() override {
    volumes_.reset();
    fs::remove_all(dir_);
  }

  std::string prepare(const Value& pod) {
    std::string error = "(not called)";
    volumes_->prepare(Document::freeze(pod), [&](Result<void> how) { error = how ? "" : how.error().message; });
    executor_.settle();
    return error;
  }
  fs::path file(const std::string& volume, const std::string& name) const {
    return dir_ + "/pods/u1/volumes/" + volume + "/" + name;
  }
  void config_map(const std::string& data) {
    if (client_.find(kConfigMaps, "default", "c"))
      client_.edit(kConfigMaps, "default", "c", [&](Value& object) { object["data"] = json(data); });
    else
      client_.put(kConfigMaps, json(R"({"metadata":{"name":"c","namespace":"default"},"data":)" + data + "}"));
    executor_.settle();
  }

  client::FakeExecutor executor_;
  client::FakeClient client_{executor_};
  std::string dir_;
  NodeSettings settings_;
  std::unique_ptr<client::Informers> informers_;
  std::unique_ptr<Volumes> volumes_;
};

TEST_F(VolumesTest, what_may_be_secret_is_kept_in_memory_and_gone_with_its_pod) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting takes root";
  settings_.secrets_in_memory = true;
  volumes_ = make_volumes(settings_, client_, *informers_, executor_);
  client_.put(client::resources::kSecrets,
              json(R"({"metadata":{"name":"s","namespace":"default"},"data":{"k":"djE="}})"));
  config_map(R"({"a":"1"})");
  ASSERT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","secret":{"secretName":"s"}},
      {"name":"w","configMap":{"name":"c"}}])")),
            "");
  const auto is_memory = [this](const char* volume) {
    struct statfs of{};
    struct stat here{}, above{};
    ::statfs(file(volume, "").c_str(), &of);
    ::stat(file(volume, "").c_str(), &here);
    ::stat(dir_.c_str(), &above);
    return of.f_type == TMPFS_MAGIC && here.st_dev != above.st_dev;
  };
  EXPECT_TRUE(is_memory("v"));
  EXPECT_FALSE(is_memory("w"));
  client_.edit(client::resources::kSecrets, "default", "s", [](Value& object) { object["data"]["k"] = "djI="; });
  executor_.settle();
  EXPECT_EQ(read(file("v", "k")), "v2");
  ::umount2(file("v", "").c_str(), MNT_DETACH);
  EXPECT_FALSE(is_memory("v")) << "one mount it was; after the machine's restart the folder is there and empty";
  ASSERT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","secret":{"secretName":"s"}}])")), "");
  EXPECT_TRUE(is_memory("v"));
  EXPECT_EQ(read(file("v", "k")), "v2");
  volumes_->remove("u1");
  EXPECT_FALSE(fs::exists(dir_ + "/pods/u1"));
}

TEST_F(VolumesTest, a_configmap_becomes_files_and_follows_its_changes) {
  config_map(R"({"a":"1","b":"2"})");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c"}}])")), "");
  EXPECT_EQ(read(file("v", "a")), "1");
  EXPECT_TRUE(fs::is_symlink(file("v", "a")));
  EXPECT_EQ(fs::read_symlink(file("v", "a")), "..data/a");
  config_map(R"({"a":"changed","c":"3"})");
  executor_.settle();
  EXPECT_EQ(read(file("v", "a")), "changed");
  EXPECT_EQ(read(file("v", "c")), "3");
  EXPECT_FALSE(fs::exists(file("v", "b")));
}

TEST_F(VolumesTest, says_what_is_missing_as_the_kubelet_does) {
  const Value pod = pod_with(R"("volumes":[{"name":"config","configMap":{"name":"c"}}])");
  EXPECT_EQ(prepare(pod), "MountVolume.SetUp failed for volume \"config\" : configmap \"c\" not found");
  config_map("{}");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c","items":[{"key":"k","path":"p"}]}}])")),
            "MountVolume.SetUp failed for volume \"v\" : configmap references non-existent config key: k");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","secret":{"secretName":"s"}}])")),
            "MountVolume.SetUp failed for volume \"v\" : secret \"s\" not found");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","secret":{"secretName":"s","optional":true}}])")), "");
}

TEST_F(VolumesTest, a_projection_has_sources_of_all_kinds) {
  config_map(R"({"ca":"PEM"})");
  const Value pod = pod_with(R"("volumes":[{"name":"v","projected":{"defaultMode":420,"sources":[
    {"configMap":{"name":"c","items":[{"key":"ca","path":"ca.crt"}]}},
    {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"fieldPath":"metadata.namespace"}}]}}]}}])");
  EXPECT_EQ(prepare(pod), "");
  EXPECT_EQ(read(file("v", "ca.crt")), "PEM");
  EXPECT_EQ(read(file("v", "namespace")), "default");
  EXPECT_EQ(fs::status(file("v", "ca.crt")).permissions(), fs::perms(0644));
}

TEST_F(VolumesTest, mounts_name_files_of_the_host) {
  const Value pod = pod_with(R"("volumes":[{"name":"e","emptyDir":{}},{"name":"h","hostPath":{"path":"/tmp"}}],
    "containers":[{"name":"web","terminationMessagePath":"/dev/termination-log","volumeMounts":[
      {"name":"e","mountPath":"/data","subPath":"in/side"},{"name":"h","mountPath":"/host","readOnly":true}]}])");
  EXPECT_EQ(prepare(pod), "");
  const auto mounts = volumes_->mounts(pod, View(pod)["spec"]["containers"].at(0), 0, {}, {"10.0.0.1"});
  ASSERT_TRUE(mounts) << mounts.error().message;
  ASSERT_EQ(mounts->size(), 4U);
  EXPECT_TRUE(mounts->at(0).host_path.ends_with("/volumes/e/in/side"));
  EXPECT_EQ(mounts->at(1).host_path, "/tmp");
  EXPECT_TRUE(mounts->at(1).read_only);
  EXPECT_EQ(mounts->at(2).container_path, "/etc/hosts");
  EXPECT_EQ(mounts->at(3).container_path, "/dev/termination-log");
  std::ofstream(mounts->at(3).host_path) << "goodbye";
  cri::ContainerStatus over = ended("web", 1);
  over.mounts["/dev/termination-log"] = mounts->at(3).host_path;
  EXPECT_EQ(volumes_->termination_message(View(pod)["spec"]["containers"].at(0), over), "goodbye");
  volumes_->remove("u1");
  EXPECT_FALSE(fs::exists(dir_ + "/pods/u1"));
}

TEST(AtomicWriter, writes_nothing_when_nothing_changed) {
  char name[] = "/tmp/proa-atomic-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  const VolumeFiles files = {{"a", {"1", 0644}}, {"d/b", {"2", 0600}}};
  EXPECT_EQ(*write_volume(dir, files, -1, "one"), true);
  EXPECT_EQ(*write_volume(dir, files, -1, "two"), false);
  EXPECT_EQ(fs::read_symlink(dir + "/..data"), "..one");
  EXPECT_EQ(read(dir + "/d/b"), "2");
  EXPECT_EQ(*write_volume(dir, {{"a", {"9", 0644}}}, -1, "three"), true);
  EXPECT_FALSE(fs::exists(dir + "/d"));
  EXPECT_FALSE(fs::exists(dir + "/..one"));
  fs::remove_all(dir);
}

TEST(SubPath, stays_inside_the_volume) {
  char name[] = "/tmp/proa-sub-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  fs::create_symlink("/etc", dir + "/out");
  EXPECT_TRUE(safe_sub_path(dir, "a/b", "v", "web"));
  EXPECT_FALSE(safe_sub_path(dir, "../x", "v", "web"));
  EXPECT_FALSE(safe_sub_path(dir, "/etc", "v", "web"));
  EXPECT_EQ(safe_sub_path(dir, "out", "v", "web").error().message,
            "failed to prepare subPath for volumeMount \"v\" of container \"web\"");
  fs::remove_all(dir);
}

}  // namespace
}  // namespace proa::node
