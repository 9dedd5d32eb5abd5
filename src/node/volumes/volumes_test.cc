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

/// Issues tokens: `token-1`, `token-2`, ... for as long as was asked.
class TokenClient : public client::FakeClient {
 public:
  explicit TokenClient(client::FakeExecutor& executor) : FakeClient(executor), executor_(executor) {}
  void create(const client::Resource& resource, std::string_view ns, std::string_view name, Value object,
              std::string_view subresource, client::Done<Document> done) override {
    if (subresource != "token")
      return FakeClient::create(resource, ns, name, std::move(object), subresource, std::move(done));
    requests.push_back(std::move(object));
    if (!refusal.empty()) return answer(std::move(done), Error(base::bad_request(refusal)));
    const int64_t life = View(requests.back())["spec"]["expirationSeconds"].as_int() * runtime::kSecond;
    Value token = Value::object({{"status", Value::object({{"token", fmt::format("token-{}", requests.size())}})}});
    token["status"]["expirationTimestamp"] = object::format_time(executor_.wall() + life);
    answer(std::move(done), Document::freeze(token));
  }
  std::vector<Value> requests;
  std::string refusal;

 private:
  void answer(client::Done<Document> done, Result<Document> what) {
    executor_.post([done = std::move(done), what = std::move(what)]() mutable { done(std::move(what)); });
  }
  client::FakeExecutor& executor_;
};

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

  /// The mounts of the pod's first container, "PATH-INSIDE" -> mount; or what is said instead.
  Result<std::map<std::string, cri::Mount>> mounts(const Value& pod, const Env& env = {},
                                                   const std::vector<std::string>& ips = {"10.0.0.1"}) {
    auto all = volumes_->mounts(pod, View(pod)["spec"]["containers"].at(0), 0, env, ips);
    if (!all) return Error(all.error());
    std::map<std::string, cri::Mount> out;
    for (const cri::Mount& each : *all) out[each.container_path] = each;
    return out;
  }
  /// A pod with an emptyDir `e` that its container mounts with these further fields.
  static Value pod_mounting(const std::string& mount, const std::string& spec = "") {
    return pod_with(R"("volumes":[{"name":"e","emptyDir":{}}],"containers":[{"name":"web","volumeMounts":[)" + mount +
                    "]}]" + spec);
  }

  client::FakeExecutor executor_;
  TokenClient client_{executor_};
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

TEST_F(VolumesTest, are_told_nothing_by_the_informers_that_outlive_them) {
  config_map(R"({"a":"1"})");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c"}}])")), "");
  volumes_.reset();
  config_map(R"({"a":"changed"})");
  EXPECT_EQ(read(file("v", "a")), "1");
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

TEST_F(VolumesTest, follow_an_optional_configmap_that_comes_and_goes) {
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c","optional":true}}])")), "");
  EXPECT_FALSE(fs::exists(file("v", "a")));
  config_map(R"({"a":"1"})");
  EXPECT_EQ(read(file("v", "a")), "1");
  client_.erase(kConfigMaps, "default", "c");
  executor_.settle();
  EXPECT_FALSE(fs::exists(file("v", "a")));
}

TEST_F(VolumesTest, keep_what_they_have_of_a_configmap_that_goes_though_it_is_needed) {
  config_map(R"({"a":"1"})");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c"}}])")), "");
  client_.erase(kConfigMaps, "default", "c");
  executor_.settle();
  EXPECT_EQ(read(file("v", "a")), "1");
}

TEST_F(VolumesTest, of_another_namespace_or_of_a_pod_that_is_gone_follow_nothing) {
  config_map(R"({"a":"1"})");
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"v","configMap":{"name":"c"}}])")), "");
  client_.put(kConfigMaps, json(R"({"metadata":{"name":"c","namespace":"other"},"data":{"a":"other"}})"));
  executor_.settle();
  EXPECT_EQ(read(file("v", "a")), "1");
  volumes_->remove("u1");
  config_map(R"({"a":"2"})");
  EXPECT_FALSE(fs::exists(file("v", "a")));
}

TEST_F(VolumesTest, show_labels_as_they_are_when_they_are_prepared_again) {
  const std::string spec =
      R"("volumes":[{"name":"v","downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}}])";
  EXPECT_EQ(prepare(pod_with(spec, R"("labels":{"a":"1"})")), "");
  EXPECT_EQ(read(file("v", "l")), "a=\"1\"");
  EXPECT_EQ(prepare(pod_with(spec, R"("labels":{"a":"2"})")), "");
  EXPECT_EQ(read(file("v", "l")), "a=\"2\"");
}

TEST_F(VolumesTest, ask_once_for_each_token_and_anew_when_four_fifths_of_its_life_are_over) {
  const Value pod = pod_with(R"("serviceAccountName":"robot","volumes":[{"name":"v","projected":{"sources":[
    {"serviceAccountToken":{"path":"t","expirationSeconds":3600}},
    {"serviceAccountToken":{"path":"u","audience":"vault","expirationSeconds":86400}}]}}])");
  EXPECT_EQ(prepare(pod), "");
  EXPECT_EQ(read(file("v", "t")) + " " + read(file("v", "u")), "token-1 token-2");
  const View spec = View(client_.requests[1])["spec"];
  EXPECT_EQ(object::to_json(spec), R"({"audiences":["vault"],"expirationSeconds":86400,)"
                                   R"("boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"web","uid":"u1"}})");
  EXPECT_EQ(prepare(pod), "");
  EXPECT_EQ(client_.requests.size(), 2U) << "what it has is good";
  executor_.advance(2880 * runtime::kSecond);
  EXPECT_EQ(client_.requests.size(), 2U);
  executor_.advance(620 * runtime::kSecond);
  EXPECT_EQ(read(file("v", "t")) + " " + read(file("v", "u")), "token-3 token-2");
}

TEST_F(VolumesTest, say_that_a_token_was_refused) {
  client_.refusal = "serviceaccounts \"robot\" is forbidden";
  EXPECT_EQ(
      prepare(pod_with(R"("volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}])")),
      "MountVolume.SetUp failed for volume \"v\" : failed to fetch token: serviceaccounts \"robot\" is forbidden");
}

TEST_F(VolumesTest, an_emptyDir_is_open_to_all_and_survives_a_second_look) {
  const Value pod = pod_with(R"("volumes":[{"name":"e","emptyDir":{}}])");
  EXPECT_EQ(prepare(pod), "");
  EXPECT_EQ(fs::status(file("e", "")).permissions(), fs::perms(0777));
  std::ofstream(file("e", "kept")) << "data";
  EXPECT_EQ(prepare(pod), "");
  EXPECT_EQ(read(file("e", "kept")), "data");
}

TEST_F(VolumesTest, refuse_kinds_that_a_node_has_not) {
  EXPECT_EQ(prepare(pod_with(R"("volumes":[{"name":"n","nfs":{"server":"x","path":"/"}}])")),
            "MountVolume.SetUp failed for volume \"n\" : this kind of volume is not supported by this node");
}

TEST_F(VolumesTest, a_sub_path_may_hold_variables_that_are_known) {
  const Value pod = pod_mounting(R"j({"name":"e","mountPath":"/logs","subPathExpr":"$(POD)/$(N)"})j");
  EXPECT_EQ(prepare(pod), "");
  const auto good = mounts(pod, {{"POD", "web-0"}, {"N", "1"}});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->at("/logs").host_path.ends_with("/volumes/e/web-0/1"));
  EXPECT_EQ(mounts(pod, {{"POD", ""}}).error().message, "missing value for N, POD");
}

TEST_F(VolumesTest, say_which_mount_can_not_be) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"name":"none","mountPath":"/x"})", "cannot find volume \"none\" to mount into container \"web\""},
      {R"({"name":"e","mountPath":"/x","subPath":"/abs"})", "error SubPath `/abs` must not be an absolute path"},
      {R"({"name":"e","mountPath":"/x","subPath":"a/../../b"})",
       "unable to provision SubPath `a/../../b`: must not contain '..'"}};
  for (const auto& [mount, message] : cases) {
    const Value pod = pod_mounting(mount);
    EXPECT_EQ(prepare(pod), "");
    EXPECT_EQ(mounts(pod).error().message, message);
  }
}

TEST_F(VolumesTest, mount_objects_read_only_and_other_directories_as_asked) {
  config_map(R"({"a":"1"})");
  const Value pod = pod_with(R"("volumes":[{"name":"e","emptyDir":{}},{"name":"c","configMap":{"name":"c"}}],
    "containers":[{"name":"web","volumeMounts":[{"name":"e","mountPath":"relative","mountPropagation":"Bidirectional"},
      {"name":"e","mountPath":"/host","mountPropagation":"HostToContainer"},{"name":"c","mountPath":"/etc/conf"},
      {"name":"c","mountPath":"/one","subPath":"a"}]}])");
  EXPECT_EQ(prepare(pod), "");
  const auto all = mounts(pod);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_FALSE(all->at("/relative").read_only);
  EXPECT_EQ(all->at("/relative").propagation, 2);
  EXPECT_EQ(all->at("/host").propagation, 1);
  EXPECT_TRUE(all->at("/etc/conf").read_only);
  EXPECT_EQ(read(all->at("/one").host_path), "1");
}

TEST_F(VolumesTest, leave_a_hosts_file_of_the_pods_own_alone) {
  const Value own = pod_mounting(R"({"name":"e","mountPath":"/etc/hosts","subPath":"hosts"})");
  EXPECT_EQ(prepare(own), "");
  EXPECT_TRUE(mounts(own)->at("/etc/hosts").host_path.ends_with("/volumes/e/hosts"));
  EXPECT_FALSE(mounts(pod_mounting(""), {}, {})->contains("/etc/hosts")) << "no address yet";
}

TEST_F(VolumesTest, give_a_pod_on_the_hosts_network_the_hosts_names_and_its_aliases) {
  const Value pod = pod_mounting("", R"(,"hostNetwork":true,"hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]}])");
  const std::string text = read(mounts(pod, {}, {})->at("/etc/hosts").host_path);
  EXPECT_THAT(text, testing::StartsWith("# Kubernetes-managed hosts file (host network).\n"));
  EXPECT_THAT(text, testing::EndsWith("\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n"));
}

TEST_F(VolumesTest, take_4096_bytes_of_a_termination_message_or_the_end_of_the_log) {
  const Value with_log =
      json(R"({"name":"web","terminationMessagePath":"/dev/end","terminationMessagePolicy":"FallbackToLogsOnError"})");
  cri::ContainerStatus over = ended("web", 1);
  over.log_path = dir_ + "/0.log";
  over.mounts["/dev/end"] = dir_ + "/message";
  std::ofstream(over.log_path) << "2026-01-01T00:00:00Z stdout F first\n2026-01-01T00:00:01Z stderr F last words\n";
  std::ofstream(dir_ + "/message").close();
  EXPECT_EQ(volumes_->termination_message(with_log, over), "first\nlast words\n");
  EXPECT_EQ(volumes_->termination_message(json(R"({"terminationMessagePath":"/dev/end"})"), over), "");
  over.exit_code = 0;
  EXPECT_EQ(volumes_->termination_message(with_log, over), "") << "it ended well";
  over.exit_code = 1;
  std::ofstream(dir_ + "/message") << std::string(5000, 'm');
  EXPECT_EQ(volumes_->termination_message(with_log, over), std::string(4096, 'm'));
  over.mounts.clear();
  EXPECT_EQ(volumes_->termination_message(with_log, over), "");
}

}  // namespace
}  // namespace proa::node
