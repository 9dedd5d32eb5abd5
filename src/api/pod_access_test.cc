#include "api/api_testing.h"

namespace proa::api {
namespace {

/// A node's streams: one log that the test writes, and whether anybody still listens to it.
class OneLog : public client::PodStreams {
 public:
  struct Handle : client::PodStream {
    explicit Handle(bool& is_open) : open(is_open) { open = true; }
    ~Handle() override { open = false; }
    bool& open;
  };
  std::unique_ptr<client::PodStream> logs(const object::Document&, const client::LogOptions&,
                                          std::function<void(std::string)> to,
                                          std::function<void(Result<void>)>) override {
    data = std::move(to);
    return std::make_unique<Handle>(open);
  }
  std::unique_ptr<client::PodStream> exec(const object::Document&, const client::ExecOptions&,
                                          std::function<void(client::Channel, std::string)>,
                                          std::function<void(Result<int>)>) override {
    return nullptr;
  }
  std::unique_ptr<client::PodStream> port_forward(const object::Document&, int, std::function<void(std::string)>,
                                                  std::function<void(Result<void>)>) override {
    return nullptr;
  }

  std::function<void(std::string)> data;
  bool open = false;
};

class PodAccessTest : public ApiTest {
 protected:
  void make_pod() {
    ask("POST", kPods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  }
};

TEST_F(PodAccessTest, logs_of_a_simulated_node_s_pod_are_refused_with_the_reason) {
  make_pod();
  const Answer answer = ask("GET", "/api/v1/namespaces/default/pods/p/log");
  EXPECT_EQ(answer.code, 503) << answer.text;
  EXPECT_EQ(answer.message(), "this server reaches no node: it runs without one, or its nodes are simulated");
}

TEST_F(PodAccessTest, a_reader_who_never_reads_loses_the_stream_and_the_node_is_told) {
  OneLog log;
  api_->set_pod_streams(&log);
  make_pod();
  auto reader = std::make_shared<TestWriter>(executor_);
  api_->handle(request("GET", "/api/v1/namespaces/default/pods/p/log?follow=true"), reader);
  executor_.settle();
  log.data("a line\n");
  EXPECT_EQ(reader->text, "a line\n");
  EXPECT_TRUE(log.open);
  reader->backlog = 5 << 20;
  log.data("one too many\n");
  EXPECT_TRUE(reader->finished);
  EXPECT_FALSE(log.open);
  EXPECT_EQ(reader->text, "a line\n");
}

}  // namespace
}  // namespace proa::api
