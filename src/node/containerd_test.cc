// The node room against a real containerd: supervisor, CRI client, agent, volumes, probes. Needs root and the
// tools; says what is missing where it is skipped. The API is a FakeClient on the same loop.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "node/agent.h"
#include "node/containerd/supervisor.h"
#include "node/cri/client.h"
#include "node/cri/grpc_channel.h"
#include "node/image/image_store.h"
#include "node/image/pause_image.h"
#include "node/machine.h"
#include "node/pod_worker.h"
#include "node/streams/node_streams.h"
#include "node/teardown.h"
#include "object/json.h"
#include "object/meta.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::node {
namespace {

using client::FakeClient;
using object::Document;
using object::Value;
using object::View;
namespace fs = std::filesystem;

/// Waits on the test's thread for something that happens on the loop's.
class Signal {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool wait(int seconds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(seconds), [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class RealNode : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = missing_prerequisites(); !missing.empty()) GTEST_SKIP() << missing.front();
    if (!runtime::file_exists("/usr/bin/busybox")) GTEST_SKIP() << "busybox-static is not installed";
    std::string name = testing::TempDir() + "proa-node-XXXXXX";
    dir_ = ::mkdtemp(name.data());
    loop_.start();
    on_loop([&] { client_ = std::make_unique<FakeClient>(loop_); });
    start_node();
  }

  void TearDown() override {
    if (dir_.empty()) return;
    Signal stopped;
    on_loop([&] { agent_->stop_all_pods([&] { supervisor_->stop([&] { stopped.set(); }); }); });
    EXPECT_TRUE(stopped.wait(30));
    drop_node();
    on_loop([&] { client_.reset(); });
    loop_.stop();
    loop_.join();
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
  }

  void on_loop(std::function<void()> what) {
    Signal done;
    loop_.post([&] {
      what();
      done.set();
    });
    ASSERT_TRUE(done.wait(60));
  }

  /// Lets the loop run on for a while.
  void pause(int milliseconds) {
    Signal over;
    on_loop([&] { loop_.after(milliseconds * runtime::kMillisecond, [&] { over.set(); }); });
    ASSERT_TRUE(over.wait(60));
  }

  void start_node() {
    Signal ready;
    std::string error;
    on_loop([&] {
      SupervisorOptions options;
      options.data_dir = dir_;
      options.network = {"proa-test", pods_ + "0/24", dir_ + "/cni/leases", 0};
      supervisor_ = std::make_unique<Supervisor>(loop_, options);
      supervisor_->start([&](Result<void> how) {
        if (!how) error = how.error().message;
        ready.set();
      });
    });
    ASSERT_TRUE(ready.wait(30));
    ASSERT_EQ(error, "");
    Signal up;
    on_loop([&] {
      NodeSettings settings = settings_of_this_machine();
      settings.name = "node";
      settings.pods_dir = dir_ + "/pods";
      settings.logs_dir = dir_ + "/logs";
      runtime_ = cri::make_client(loop_, supervisor_->socket_path());
      network_ = make_probe_network(loop_);
      agent_ = std::make_unique<Agent>(settings, AgentParts{*client_, loop_, *runtime_, *network_, nullptr});
      agent_->start([&](Result<void> how) {
        if (!how) error = how.error().message;
        up.set();
      });
    });
    ASSERT_TRUE(up.wait(30));
    ASSERT_EQ(error, "");
  }

  /// What a kill -9 of Proa leaves: containerd and its containers.
  void drop_node() {
    on_loop([&] {
      agent_.reset();
      network_.reset();
      runtime_.reset();
      supervisor_.reset();
    });
  }

  void import_busybox() {
    Signal done;
    std::string error;
    on_loop([&] {
      channel_ = std::make_unique<cri::GrpcChannel>(loop_, supervisor_->socket_path());
      channel_->set_namespace("k8s.io");
      import_image(*channel_, single_file_image("bin/busybox", *runtime::read_file("/usr/bin/busybox"), "amd64"),
                   full_image_name("bb"), [&](Result<void> how) {
                     if (!how) error = how.error().message;
                     done.set();
                   });
    });
    ASSERT_TRUE(done.wait(30));
    ASSERT_EQ(error, "");
    on_loop([&] { channel_.reset(); });
  }

  void put_pod(const std::string& name, const std::string& container, const std::string& more = "") {
    const auto parsed = object::parse_json(fmt::format(
        R"({{"metadata":{{"name":"{0}","namespace":"default","uid":"uid-{0}","generation":1}},"spec":{{"nodeName":"node",
        "terminationGracePeriodSeconds":2,"enableServiceLinks":true,{2}"containers":[{{"name":"main","image":"bb",
        "imagePullPolicy":"Always","terminationMessagePath":"/dev/termination-log",{1}}}]}}}})",
        name, container, more));
    ASSERT_TRUE(parsed) << parsed.error().message;
    on_loop([&] { client_->put(client::resources::kPods, *parsed); });
  }

  /// Polls the object as a user would; the node itself is driven by events.
  bool wait_for(const std::string& name, const std::function<bool(View)>& good, int seconds = 20) {
    for (int i = 0; i < seconds * 50; ++i) {
      bool yes = false;
      on_loop([&] { yes = good(client_->find(client::resources::kPods, "default", name).root()); });
      if (yes) return true;
      pause(20);
    }
    on_loop([&] {
      const Document pod = client_->find(client::resources::kPods, "default", name);
      ADD_FAILURE() << (pod ? object::to_json(pod.root()) : "no such pod");
      for (const Document& event : client_->all(client::resources::kEvents))
        ADD_FAILURE() << event["reason"].as_string() << ": " << event["message"].as_string();
    });
    return false;
  }

  static bool is_ready(View pod) {
    for (View each : pod["status"]["conditions"].items())
      if (each["type"].as_string() == "Ready") return each["status"].as_string() == "True";
    return false;
  }
  static View main_status(View pod) { return pod["status"]["containerStatuses"].at(0); }

  runtime::EventLoop loop_{"node-test"};
  std::string dir_;
  // Of this process: the same test may run in another checkout.
  const std::string pods_ = fmt::format("10.{}.{}.", 192 + ::getpid() / 250 % 64, ::getpid() % 250);
  std::unique_ptr<FakeClient> client_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<cri::Runtime> runtime_;
  std::unique_ptr<ProbeNetwork> network_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<cri::GrpcChannel> channel_;
};

TEST_F(RealNode, runs_probes_restarts_and_ends_pods) {
  import_busybox();
  put_pod("web", R"("command":["/bin/busybox","sh","-c","trap 'exit 0' TERM; /bin/busybox httpd -f -p 80 -h / & wait"],
          "readinessProbe":{"httpGet":{"path":"/bin/busybox","port":80},"periodSeconds":1})");
  ASSERT_TRUE(wait_for("web", is_ready));
  on_loop([&] {
    const Document pod = client_->find(client::resources::kPods, "default", "web");
    EXPECT_EQ(pod["status"]["phase"].as_string(), "Running");
    EXPECT_TRUE(pod["status"]["podIP"].as_string().starts_with(pods_)) << object::to_json(pod.root());
    EXPECT_TRUE(main_status(pod.root())["containerID"].as_string().starts_with("containerd://"));
  });

  put_pod("failing", R"("command":["/bin/busybox","sh","-c","echo last words > /dev/termination-log; exit 3"])",
          R"("restartPolicy":"Never",)");
  ASSERT_TRUE(wait_for("failing", [](View pod) { return pod["status"]["phase"].as_string() == "Failed"; }));
  on_loop([&] {
    const Document pod = client_->find(client::resources::kPods, "default", "failing");
    const View ended = main_status(pod.root())["state"]["terminated"];
    EXPECT_EQ(ended["exitCode"].as_int(), 3);
    EXPECT_EQ(ended["reason"].as_string(), "Error");
    EXPECT_EQ(ended["message"].as_string(), "last words\n");
  });

  on_loop([&] {
    client::DeleteOptions soon;
    soon.grace_period_seconds = 1;
    client_->remove(client::resources::kPods, "default", "web", soon, [](Result<Document>) {});
  });
  ASSERT_TRUE(wait_for("web", [](View pod) { return !pod.exists(); }));
}

TEST_F(RealNode, gives_logs_and_runs_commands) {
  import_busybox();
  put_pod("talker",
          R"("command":["/bin/busybox","sh","-c","echo one; echo two; echo three; exec /bin/busybox sleep 1000"])");
  ASSERT_TRUE(wait_for("talker", is_ready));
  std::unique_ptr<client::PodStreams> streams;
  Document pod;
  on_loop([&] {
    streams = make_node_streams(loop_, *agent_);
    pod = client_->find(client::resources::kPods, "default", "talker");
  });
  pause(200);
  std::string text;
  Signal ended;
  client::LogOptions tail;
  tail.container = "main";
  tail.tail_lines = 2;
  auto logs = streams->logs(
      pod, tail, [&](std::string piece) { text += piece; },
      [&](Result<void> how) {
        EXPECT_TRUE(how);
        ended.set();
      });
  ASSERT_TRUE(ended.wait(5));
  EXPECT_EQ(text, "two\nthree\n");

  std::string out, err;
  int code = -1;
  Signal done;
  client::ExecOptions exec{
      "main", {"/bin/busybox", "sh", "-c", "/bin/busybox cat; echo no >&2; exit 7"}, true, true, true, false};
  auto session = streams->exec(
      pod, exec,
      [&](client::Channel channel, std::string piece) { (channel == client::Channel::kOut ? out : err) += piece; },
      [&](Result<int> how) {
        EXPECT_TRUE(how) << how.error().message;
        code = how.value_or(-1);
        done.set();
      });
  session->write("hello ");
  session->write("there\n");
  session->write("");
  ASSERT_TRUE(done.wait(10));
  EXPECT_EQ(out, "hello there\n");
  EXPECT_EQ(err, "no\n");
  EXPECT_EQ(code, 7);
  logs.reset();
  session.reset();
  on_loop([&] { streams.reset(); });
}

TEST_F(RealNode, builds_images_that_pods_run) {
  if (!runtime::file_exists("/usr/bin/buildah")) GTEST_SKIP() << "buildah is not installed";
  const std::string context = dir_ + "/context";
  ASSERT_TRUE(runtime::make_dirs(context));
  fs::copy("/usr/bin/busybox", context + "/busybox");
  ASSERT_TRUE(runtime::write_file_atomic(context + "/Dockerfile",
                                         "FROM scratch\nCOPY busybox /bin/busybox\nARG WORD=none\nENV WORD=$WORD\nCMD "
                                         "[\"/bin/busybox\", \"sleep\", \"1000\"]\n"));
  auto store = ImageStore::open(dir_);
  ASSERT_TRUE(store) << store.error().message;
  BuildRequest request;
  request.tags = {"bb"};
  request.context = context;
  request.build_args = {"WORD=built"};
  const auto built = store->build(request);
  ASSERT_TRUE(built) << built.error().message;
  const auto rows = store->list();
  ASSERT_TRUE(rows);
  EXPECT_TRUE(
      std::ranges::any_of(*rows, [](const ImageRow& row) { return row.repository == "bb" && row.tag == "latest"; }));
  put_pod("built", R"("stdin":false)");
  ASSERT_TRUE(wait_for("built", is_ready));
}

TEST_F(RealNode, adopts_running_containers_after_a_restart) {
  import_busybox();
  put_pod("steady", R"("command":["/bin/busybox","sleep","1000"])");
  ASSERT_TRUE(wait_for("steady", is_ready));
  std::string before;
  int containerd = 0;
  on_loop([&] {
    before = main_status(client_->find(client::resources::kPods, "default", "steady").root())["containerID"].str();
    containerd = supervisor_->pid();
  });
  drop_node();
  start_node();
  on_loop([&] {
    EXPECT_TRUE(supervisor_->adopted());
    EXPECT_EQ(supervisor_->pid(), containerd);
  });
  pause(500);
  on_loop([&] {
    const Document pod = client_->find(client::resources::kPods, "default", "steady");
    EXPECT_EQ(main_status(pod.root())["containerID"].str(), before);
    EXPECT_EQ(main_status(pod.root())["restartCount"].as_int(), 0);
    EXPECT_TRUE(is_ready(pod.root()));
  });
}

TEST(TearDown, ends_a_shim_that_no_containerd_knows_any_more) {
  std::string dir = testing::TempDir() + "proa-shim-XXXXXX";
  ASSERT_NE(::mkdtemp(dir.data()), nullptr);
  const std::string running = dir + "/running";
  ASSERT_EQ(::mkfifo(running.c_str(), 0600), 0);
  runtime::Command command;
  command.argv = {
      "sh",   "-c", "echo >\"$3\"; sleep 60; :", "containerd-shim-runc-v2", "-address", containerd_paths(dir).socket,
      running};
  command.new_session = true;
  auto shim = runtime::Child::start(command);
  ASSERT_TRUE(shim) << shim.error().message;
  ASSERT_TRUE(runtime::read_file(running)) << "blocks until the shell is there, with its arguments";
  ASSERT_TRUE(tear_down_node({.data_dir = dir}));
  int status = 0;
  ASSERT_EQ(::waitpid((*shim)->pid(), &status, 0), (*shim)->pid());
  EXPECT_TRUE(WIFSIGNALED(status));
  fs::remove_all(dir);
}

TEST(MissingPrerequisites, name_each_program_and_its_package) {
  const char* given = std::getenv("PATH");
  const std::string before = given != nullptr ? given : "";
  ::setenv("PATH", "/nowhere", 1);
  const auto missing = missing_prerequisites("/nowhere");
  ::setenv("PATH", before.c_str(), 1);
  const auto says = [&](const std::string& line) { return std::ranges::find(missing, line) != missing.end(); };
  EXPECT_TRUE(says("containerd is not installed: apt-get install containerd"));
  EXPECT_TRUE(says("runc is not installed: apt-get install runc"));
  EXPECT_TRUE(says("nft is not installed: apt-get install nftables"));
  EXPECT_TRUE(says("ip is not installed: apt-get install iproute2"));
  EXPECT_TRUE(says("the CNI plugin ptp is not in /nowhere: apt-get install containernetworking-plugins"));
}

}  // namespace
}  // namespace proa::node
