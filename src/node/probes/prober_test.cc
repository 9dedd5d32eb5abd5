// When probes are made, what counts, and what is told of it; time passes as the test says.
#include "node/probes/prober.h"

#include <gmock/gmock.h>

#include "client/fake_executor.h"
#include "node/cri/fake.h"
#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using runtime::kMillisecond;
using runtime::kSecond;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = ProbeOutcome::Result;

/// Notes each try with its time and answers as `answer` says, a task later.
class FakeNetwork : public ProbeNetwork {
 public:
  explicit FakeNetwork(client::FakeExecutor& executor) : executor_(executor) {}
  void http(const HttpRequest& request, runtime::DurationNs, ProbeDone done) override {
    tried(fmt::format("http {}:{}{}", request.host, request.port, request.path), std::move(done));
  }
  void tcp(const std::string& host, int port, runtime::DurationNs, ProbeDone done) override {
    tried(fmt::format("tcp {}:{}", host, port), std::move(done));
  }
  void grpc(const std::string& host, int port, const std::string& service, runtime::DurationNs,
            ProbeDone done) override {
    tried(fmt::format("grpc {}:{} {}", host, port, service), std::move(done));
  }
  std::vector<std::string> targets() { return std::exchange(targets_, {}); }
  /// Milliseconds of the tries since the last call.
  std::vector<int64_t> times() { return std::exchange(times_, {}); }

  ProbeOutcome answer;

 private:
  void tried(std::string what, ProbeDone done) {
    targets_.push_back(std::move(what));
    times_.push_back(executor_.monotonic() / kMillisecond);
    executor_.post([done = std::move(done), now = answer] { done(now); });
  }
  client::FakeExecutor& executor_;
  std::vector<std::string> targets_;
  std::vector<int64_t> times_;
};

class ProberTest : public testing::Test {
 protected:
  /// One container `web` that starts now, with these probes.
  void begin(const std::string& probes, runtime::DurationNs age = 0) {
    pod_ = pod_with(R"("containers":[{"name":"web","ports":[{"name":"http","containerPort":8080}],)" + probes + "}]");
    state_.sandboxes = {sandbox()};
    state_.containers = {running("web")};
    state_.containers[0].started_at = executor_.wall() - age;
    update();
  }
  void update(bool terminating = false) { prober_.update(pod_, state_, terminating); }
  ProbeResults results() const {
    const auto at = prober_.results().find(state_.containers[0].id);
    return at == prober_.results().end() ? ProbeResults{} : at->second;
  }

  client::FakeExecutor executor_;
  FakeNetwork network_{executor_};
  cri::FakeRuntime runtime_{executor_};
  int changes_ = 0;
  std::vector<std::string> events_;
  Prober prober_{
      executor_,
      runtime_,
      network_,
      {.changed = [this] { ++changes_; },
       .event = [this](const std::string& container, const char* reason,
                       const std::string& message) { events_.push_back(container + " " + reason + " " + message); }}};

 private:
  object::Value pod_;

 protected:
  PodRuntimeState state_;
};

const char* const kLiveness = R"("livenessProbe":{"httpGet":{"port":"http","path":"/live"},"periodSeconds":5})";
const char* const kReadiness = R"("readinessProbe":{"tcpSocket":{"port":80},"periodSeconds":5})";

TEST_F(ProberTest, asks_the_pod_at_the_named_port) {
  begin(kLiveness);
  executor_.advance(kSecond);
  EXPECT_THAT(network_.targets(), ElementsAre("http 10.244.0.5:8080/live"));
}

TEST_F(ProberTest, asks_the_host_that_a_probe_names) {
  begin(R"("livenessProbe":{"tcpSocket":{"port":80,"host":"192.0.2.7"}})");
  executor_.advance(kSecond);
  EXPECT_THAT(network_.targets(), ElementsAre("tcp 192.0.2.7:80"));
}

TEST_F(ProberTest, asks_the_health_service_of_grpc) {
  begin(R"("livenessProbe":{"grpc":{"port":50051,"service":"cart"}})");
  executor_.advance(kSecond);
  EXPECT_THAT(network_.targets(), ElementsAre("grpc 10.244.0.5:50051 cart"));
}

TEST_F(ProberTest, waits_for_the_initial_delay_and_then_keeps_to_the_period) {
  begin(R"("livenessProbe":{"tcpSocket":{"port":80},"initialDelaySeconds":7,"periodSeconds":3})");
  executor_.advance(15 * kSecond);
  EXPECT_THAT(network_.times(), ElementsAre(7000, 10'000, 13'000));
}

TEST_F(ProberTest, tries_liveness_a_second_after_the_start) {
  begin(kLiveness);
  executor_.advance(12 * kSecond);
  EXPECT_THAT(network_.times(), ElementsAre(1000, 6000, 11'000));
}

TEST_F(ProberTest, tries_readiness_quietly_in_the_first_second) {
  network_.answer = {Kind::kFailure, "dial tcp: connection refused"};
  begin(kReadiness);
  executor_.advance(kSecond - 1);
  EXPECT_THAT(network_.times(), ElementsAre(15, 50, 120, 300, 600));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_FALSE(results().readiness.has_value());
  executor_.advance(1);
  EXPECT_THAT(events_, ElementsAre("web Unhealthy Readiness probe failed: dial tcp: connection refused"));
  EXPECT_THAT(network_.times(), ElementsAre(1000));
}

TEST_F(ProberTest, is_ready_at_the_first_success) {
  begin(kReadiness);
  executor_.advance(20 * kMillisecond);
  EXPECT_EQ(results().readiness, true);
  EXPECT_EQ(changes_, 1);
  executor_.advance(20 * kSecond);
  EXPECT_EQ(changes_, 1) << "the same verdict again is no news";
}

TEST_F(ProberTest, needs_failureThreshold_failures_in_a_row) {
  begin(R"("livenessProbe":{"tcpSocket":{"port":80},"periodSeconds":1,"failureThreshold":3})");
  executor_.advance(kSecond);
  for (const bool good : {false, false, true, false, false}) {
    network_.answer = {good ? Kind::kSuccess : Kind::kFailure, "no"};
    executor_.advance(kSecond);
    EXPECT_EQ(results().liveness, true);
  }
  executor_.advance(kSecond);
  EXPECT_EQ(results().liveness, false);
  EXPECT_THAT(events_, SizeIs(5));
  network_.times();
  executor_.advance(10 * kSecond);
  EXPECT_THAT(network_.times(), IsEmpty()) << "it will be killed: nobody asks any more";
}

TEST_F(ProberTest, needs_successThreshold_successes_in_a_row) {
  network_.answer = {Kind::kFailure, "no"};
  begin(R"("readinessProbe":{"tcpSocket":{"port":80},"periodSeconds":1,"successThreshold":2,"failureThreshold":1})");
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, false);
  network_.answer = {};
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, false);
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, true);
}

TEST_F(ProberTest, holds_the_others_back_until_the_startup_probe_succeeds) {
  network_.answer = {Kind::kFailure, "not yet"};
  begin(std::string(R"("startupProbe":{"tcpSocket":{"port":1},"periodSeconds":2,"failureThreshold":5},)") + kLiveness +
        "," + kReadiness);
  executor_.advance(4 * kSecond);
  for (const std::string& target : network_.targets()) EXPECT_EQ(target, "tcp 10.244.0.5:1");
  EXPECT_EQ(events_.back(), "web Unhealthy Startup probe failed: not yet");
  network_.answer = {};
  executor_.advance(kSecond);
  EXPECT_EQ(results().startup, true);
  EXPECT_EQ(results().readiness, true) << "it does not wait for its next turn";
  network_.targets();
  executor_.advance(6 * kSecond);
  EXPECT_THAT(network_.targets(), testing::Not(testing::Contains("tcp 10.244.0.5:1"))) << "once is enough";
  EXPECT_EQ(results().liveness, true);
}

TEST_F(ProberTest, gives_up_on_a_container_that_does_not_start) {
  network_.answer = {Kind::kFailure, "no"};
  begin(R"("startupProbe":{"tcpSocket":{"port":1},"periodSeconds":2,"failureThreshold":2})");
  executor_.advance(3 * kSecond);
  EXPECT_EQ(results().startup, false);
  network_.times();
  executor_.advance(10 * kSecond);
  EXPECT_THAT(network_.times(), IsEmpty());
}

TEST_F(ProberTest, takes_a_warning_for_a_success_and_tells_it) {
  network_.answer = {Kind::kWarning, "Probe terminated redirects, Response body: x"};
  begin(R"("livenessProbe":{"httpGet":{"port":1}})");
  executor_.advance(kSecond);
  EXPECT_EQ(results().liveness, true);
  EXPECT_THAT(events_,
              ElementsAre("web ProbeWarning Liveness probe warning: Probe terminated redirects, Response body: x"));
}

TEST_F(ProberTest, tells_of_a_probe_that_can_not_be_made_and_counts_it_not) {
  begin(R"("livenessProbe":{"httpGet":{"port":"none"},"failureThreshold":1})");
  executor_.advance(kSecond);
  EXPECT_THAT(events_, ElementsAre("web Unhealthy Liveness probe errored and resulted in unknown state: couldn't find "
                                   "port: none in container web"));
  EXPECT_FALSE(results().liveness.has_value());
}

TEST_F(ProberTest, tries_three_times_in_a_row_where_it_learned_nothing) {
  network_.answer = {Kind::kError, "what?"};
  begin(kLiveness);
  executor_.advance(kSecond);
  EXPECT_THAT(network_.times(), ElementsAre(1000, 1000, 1000));
  EXPECT_THAT(events_, SizeIs(1));
}

TEST_F(ProberTest, judges_a_command_by_its_exit_code) {
  cri::ExecResult result{"out ", "err", 0};
  std::vector<std::string> command;
  runtime_.on_exec([&](const std::string&, const std::vector<std::string>& argv) {
    command = argv;
    return result;
  });
  begin(R"("readinessProbe":{"exec":{"command":["test","-f","x"]},"periodSeconds":1,"failureThreshold":1})");
  executor_.advance(kSecond);
  EXPECT_THAT(command, ElementsAre("test", "-f", "x"));
  EXPECT_EQ(results().readiness, true);
  result.exit_code = 2;
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, false);
  EXPECT_THAT(events_, ElementsAre("web Unhealthy Readiness probe failed: out err"));
}

TEST_F(ProberTest, keeps_ten_kibibytes_of_what_a_command_says) {
  runtime_.on_exec([&](const std::string&, const auto&) { return cri::ExecResult{std::string(50'000, 'x'), "", 1}; });
  begin(R"("livenessProbe":{"exec":{"command":["x"]}})");
  executor_.advance(kSecond);
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].size(), std::string("web Unhealthy Liveness probe failed: ").size() + 10 * 1024);
}

TEST_F(ProberTest, a_runtime_that_does_not_answer_is_no_failure_of_the_container) {
  runtime_.set_down("connection refused");
  begin(R"("livenessProbe":{"exec":{"command":["x"]},"failureThreshold":1})");
  executor_.advance(2 * kSecond);
  EXPECT_FALSE(results().liveness.has_value());
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_THAT(events_[0], testing::StartsWith("web Unhealthy Liveness probe errored and resulted in unknown state: rpc "
                                              "error: "));
}

TEST_F(ProberTest, asks_a_pod_that_ends_for_readiness_only) {
  begin(std::string(kLiveness) + "," + kReadiness);
  executor_.advance(2 * kSecond);
  EXPECT_EQ(results().liveness, true);
  network_.targets();
  network_.answer = {Kind::kFailure, "ending"};
  update(true);
  EXPECT_FALSE(results().liveness.has_value());
  executor_.advance(20 * kSecond);
  for (const std::string& target : network_.targets()) EXPECT_EQ(target, "tcp 10.244.0.5:80");
  EXPECT_EQ(results().readiness, false);
}

TEST_F(ProberTest, begins_anew_with_a_new_container_and_forgets_the_old_one) {
  begin(kReadiness);
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, true);
  state_.containers = {ended("web", 1)};
  update();
  EXPECT_THAT(prober_.results(), IsEmpty());
  network_.times();
  executor_.advance(20 * kSecond);
  EXPECT_THAT(network_.times(), IsEmpty()) << "one that has ended is not asked";
  state_.containers = {running("web", 1), ended("web", 1)};
  state_.containers[0].started_at = executor_.wall();
  update();
  EXPECT_FALSE(results().readiness.has_value());
  executor_.advance(kSecond);
  EXPECT_EQ(results().readiness, true);
}

TEST_F(ProberTest, asks_one_that_it_took_over_soon_and_aloud) {
  network_.answer = {Kind::kFailure, "no"};
  begin(R"("readinessProbe":{"tcpSocket":{"port":80},"initialDelaySeconds":30})", 25 * kSecond);
  executor_.advance(5 * kSecond);
  EXPECT_THAT(network_.times(), ElementsAre(5000));
  EXPECT_THAT(events_, SizeIs(1));
}

TEST_F(ProberTest, a_late_answer_of_a_container_that_is_gone_means_nothing) {
  begin(kLiveness);
  executor_.advance(kSecond - 1);
  executor_.post([this] {
    state_.containers.clear();
    update();
  });
  executor_.advance(kSecond);
  EXPECT_EQ(changes_, 0);
}

}  // namespace
}  // namespace proa::node
