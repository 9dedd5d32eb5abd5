#include "runtime/process.h"

#include <unistd.h>

#include <csignal>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/file.h"

namespace proa::runtime {
namespace {

using testing::HasSubstr;

TEST(Process, output_errors_and_exit_code_are_collected) {
  const auto result = run_process({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
}

TEST(Process, a_death_by_signal_is_128_and_the_signal) {
  EXPECT_EQ(run_process({.argv = {"sh", "-c", "kill -9 $$"}})->exit_code, 137);
}

TEST(Process, input_environment_and_directory_are_handed_over) {
  setenv("PROA_TEST_KEPT", "kept", 1);
  setenv("PROA_TEST_OLD", "old", 1);
  const std::string input(300'000, 'x');  // more than any pipe holds
  const auto result = run_process({.argv = {"sh", "-c", "pwd; echo $PROA_TEST_KEPT $PROA_TEST_OLD; wc -c"},
                                   .env = {"PROA_TEST_OLD=new"},
                                   .cwd = "/",
                                   .stdin_text = input});
  EXPECT_EQ(result->out, "/\nkept new\n300000\n");
}

TEST(Process, a_missing_program_is_named) {
  const auto result = run_process({.argv = {"proa-no-such-program"}});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("cannot start proa-no-such-program: there is no such program"));
}

TEST(Process, children_start_with_a_clean_signal_mask_and_no_descriptors_of_ours) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const int leak = dup(1);
  const auto result = run_process({.argv = {"sh", "-c", "grep SigBlk /proc/self/status; ls /proc/$$/fd"}});
  close(leak);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(result->out, "SigBlk:\t0000000000000000\n0\n1\n2\n");
}

TEST(Process, a_log_file_is_appended_with_both_streams) {
  char form[] = "/tmp/proa-process-XXXXXX";
  const std::string dir = mkdtemp(form);
  ASSERT_TRUE(write_file_atomic(dir + "/log", "before\n"));
  const auto result = run_process({.argv = {"sh", "-c", "echo out; echo err >&2"}, .log_file = dir + "/log"});
  EXPECT_EQ(result->out, "");
  EXPECT_EQ(*read_file(dir + "/log"), "before\nout\nerr\n");
  ASSERT_TRUE(remove_tree(dir));
}

struct OnLoop {
  EventLoop loop{"test"};
  OnLoop() { loop.start(); }

  Result<ProcessResult> run(const Command& command, DurationNs timeout = 0) {
    std::promise<Result<ProcessResult>> result;
    run_process_async(loop, command, timeout, [&](auto r) { result.set_value(std::move(r)); });
    return result.get_future().get();
  }
  int exit_code(Child& child) {
    std::promise<int> code;
    child.on_exit(loop, [&](int c) { code.set_value(c); });
    return code.get_future().get();
  }
};

TEST(Process, runs_on_a_loop_without_blocking_it) {
  OnLoop t;
  const auto result = t.run({.argv = {"sh", "-c", "cat; exit 2"}, .stdin_text = "hello"}, kMinute);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, 2);
  EXPECT_EQ(result->out, "hello");
  EXPECT_FALSE(t.run({.argv = {"proa-no-such-program"}}));
}

TEST(Process, a_process_that_takes_too_long_is_killed_and_told) {
  OnLoop t;
  const auto result = t.run({.argv = {"sleep", "60"}}, 10 * kMillisecond);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "Timeout");
}

TEST(Process, the_end_of_a_child_is_told_also_when_asked_late) {
  OnLoop t;
  auto child = Child::start({.argv = {"sh", "-c", "exit 7"}, .log_file = "/dev/null"});
  ASSERT_TRUE(child);
  EXPECT_EQ(t.exit_code(**child), 7);
  EXPECT_EQ(t.exit_code(**child), 7);
}

TEST(Process, a_child_can_be_killed_and_outlives_its_handle) {
  OnLoop t;
  auto child = Child::start({.argv = {"sleep", "60"}, .log_file = "/dev/null", .new_session = true});
  ASSERT_TRUE(child);
  const int pid = (*child)->pid();
  const uint64_t started = process_start_time(pid);
  EXPECT_NE(started, 0u);
  child->reset();
  EXPECT_EQ(::kill(pid, 0), 0);

  EXPECT_FALSE(Child::adopt(pid, started + 1)) << "another process under that number";
  auto adopted = Child::adopt(pid, started);
  ASSERT_TRUE(adopted);
  (*adopted)->kill(SIGTERM);
  EXPECT_EQ(t.exit_code(**adopted), -1);
}

TEST(Process, nobody_has_no_start_time) {
  EXPECT_EQ(process_start_time(0x3fffffff), 0u);
  EXPECT_FALSE(Child::adopt(0x3fffffff, 1));
}

}  // namespace
}  // namespace proa::runtime
