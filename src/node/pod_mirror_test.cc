// No look is lost, and nothing that the owner did is undone by what was asked before.
#include "node/pod_mirror.h"

#include <gmock/gmock.h>

#include "client/fake_executor.h"
#include "node/cri/fake.h"

namespace proa::node {
namespace {

using cri::ContainerState;
using runtime::kSecond;
using testing::IsEmpty;
using testing::SizeIs;

class PodMirrorTest : public testing::Test {
 protected:
  PodMirrorTest() {
    mirror_.start({}, {.seen = [this] { ++seen_; },
                       .last_words = [](const cri::ContainerStatus& ended) { return "last words of " + ended.name; }});
    runtime_.run_pod_sandbox(box_, [this](const Result<std::string>& got) { sandbox_ = *got; });
    executor_.settle();
    cri::ContainerConfig config;
    config.name = "web";
    config.labels = {{"io.kubernetes.pod.uid", "u1"}};
    runtime_.create_container(sandbox_, config, box_, [this](const Result<std::string>& got) { container_ = *got; });
    executor_.settle();
    runtime_.start_container(container_, [](const Result<void>&) {});
    mirror_.look(true);
    executor_.settle();
    EXPECT_EQ(seen_, 1);
  }

  const PodRuntimeState& state() const { return mirror_.state(); }
  bool runs() const {
    return !state().containers.empty() && state().containers.front().state == ContainerState::kRunning;
  }

  client::FakeExecutor executor_;
  cri::FakeRuntime runtime_{executor_};
  cri::SandboxConfig box_{.name = "web", .uid = "u1"};
  std::string sandbox_, container_;
  PodMirror mirror_{executor_, runtime_, "u1"};
  int seen_ = 0;
};

TEST_F(PodMirrorTest, shows_what_the_runtime_has_with_the_last_words_of_what_ended) {
  EXPECT_TRUE(runs());
  EXPECT_TRUE(mirror_.owns(container_));
  EXPECT_TRUE(mirror_.owns(sandbox_));
  runtime_.kill(container_, 1);
  mirror_.look(false);
  executor_.settle();
  EXPECT_FALSE(runs());
  EXPECT_EQ(state().containers.front().message, "last words of web");
}

TEST_F(PodMirrorTest, looks_again_in_a_second_when_the_runtime_did_not_answer) {
  runtime_.set_down("connection refused");
  mirror_.look(false);
  executor_.settle();
  EXPECT_EQ(seen_, 1);
  EXPECT_TRUE(runs()) << "what was known stays";
  runtime_.set_down("");
  runtime_.kill(container_, 1);
  executor_.advance(kSecond);
  EXPECT_EQ(seen_, 2);
  EXPECT_FALSE(runs());
}

TEST_F(PodMirrorTest, looks_again_at_once_when_something_happens_while_it_asks) {
  mirror_.look(false);
  runtime_.kill(container_, 1);
  mirror_.look(false);
  executor_.settle();
  EXPECT_EQ(seen_, 2) << "told once, when all is known";
  EXPECT_FALSE(runs());
}

TEST_F(PodMirrorTest, still_looks_at_everything_when_that_failed_and_something_else_happened_meanwhile) {
  runtime_.set_down("connection refused");
  mirror_.look(true);
  mirror_.look(false);
  runtime_.set_down("");
  runtime_.remove_pod_sandbox(sandbox_, [](const Result<void>&) {});
  executor_.settle();
  EXPECT_THAT(state().sandboxes, IsEmpty());
}

TEST_F(PodMirrorTest, forgets_what_the_runtime_lost_even_the_sandbox_that_it_was_told_of_last) {
  cri::SandboxStatus made = state().sandboxes.front();
  mirror_.made_sandbox(made);
  runtime_.remove_pod_sandbox(sandbox_, [](const Result<void>&) {});
  mirror_.look(true);
  executor_.settle();
  EXPECT_THAT(state().sandboxes, IsEmpty());
  EXPECT_THAT(state().containers, IsEmpty());
}

TEST_F(PodMirrorTest, a_sandbox_that_a_look_came_upon_before_it_was_told_of_is_there_once) {
  mirror_.made_sandbox(cri::SandboxStatus(state().sandboxes.front()));
  EXPECT_THAT(state().sandboxes, SizeIs(1));
}

TEST_F(PodMirrorTest, keeps_a_sandbox_that_was_made_while_it_asked) {
  mirror_.look(true);
  cri::SandboxStatus made;
  made.id = "new";
  made.created_at = executor_.wall() + kSecond;
  mirror_.made_sandbox(made);
  executor_.settle();
  ASSERT_THAT(state().sandboxes, SizeIs(2));
  EXPECT_EQ(state().sandboxes.front().id, "new");
}

TEST_F(PodMirrorTest, statuses_on_their_way_do_not_undo_a_stop_or_a_removal) {
  for (const bool all : {false, true}) {
    mirror_.look(all);
    executor_.post([this] { mirror_.stopped_sandbox(sandbox_); });
    executor_.settle();
    EXPECT_FALSE(state().sandboxes.front().ready);
  }
  mirror_.look(true);
  mirror_.forget(container_);
  executor_.settle();
  EXPECT_THAT(state().containers, IsEmpty());
}

}  // namespace
}  // namespace proa::node
