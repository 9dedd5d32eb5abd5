// A whole API server for tests: memory store, virtual time, requests as function calls, answers as trees.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "api/api.h"
#include "client/fake_executor.h"
#include "object/json.h"
#include "object/value.h"

namespace proa::api {

/// Collects an answer, or the pieces of a stream.
class TestWriter : public http::ResponseWriter, public std::enable_shared_from_this<TestWriter> {
 public:
  /// `io` stands for the connection's thread.
  explicit TestWriter(runtime::Executor& io) : io_(io) {}
  void send(int status, http::Headers headers, http::SharedBytes body) override {
    code = status;
    received = std::move(headers);
    text = *body;
    finished = true;
  }
  void begin(int status, http::Headers headers) override {
    code = status;
    received = std::move(headers);
  }
  void write(http::SharedBytes piece) override {
    pieces.push_back(piece);
    text += *piece;
  }
  void finish() override { finished = true; }
  size_t queued() const override { return backlog; }
  void on_drain(std::function<void()> callback) override { drained = std::move(callback); }
  void on_turn(std::function<void()> callback) override { turn = std::move(callback); }
  void ask_for_turn() override {
    if (std::exchange(turn_wanted_, true)) return;
    io_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || !std::exchange(self->turn_wanted_, false)) return;
      if (const auto now = self->turn) now();
    });
  }
  void on_abandoned(std::function<void()> callback) override { abandoned = std::move(callback); }
  void accept_websocket(const std::vector<std::string>&, std::function<void(std::shared_ptr<http::Socket>)>) override {}

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : received)
      if (key == name) return value;
    return "";
  }

  int code = 0;
  http::Headers received;
  std::string text;
  std::vector<http::SharedBytes> pieces;
  size_t backlog = 0;
  bool finished = false;
  std::function<void()> drained, abandoned, turn;

 private:
  runtime::Executor& io_;
  bool turn_wanted_ = false;
};

struct Answer {
  int code = 0;
  std::string text;
  object::Value body;
  std::string warning, content_type;
  object::View operator[](object::Key key) const { return object::View(body)[key]; }
  std::string message() const { return object::View(body)["message"].str(); }
};

class ApiTest : public testing::Test {
 protected:
  ApiTest() { start(); }

  void start() { start_on(store::make_memory_store()); }

  void start_on(std::unique_ptr<store::Store> store) {
    api_.reset();
    Options options;
    options.server_url = "https://127.0.0.1:6443";
    options.root_ca_pem = "CA";
    options.background = &executor_;
    store_ = std::move(store);
    api_ = std::move(*Api::make(options, *store_, executor_, executor_.random(), tokens_));
    api_->bootstrap([](Result<void> result) { ASSERT_TRUE(result) << result.error().message; });
    executor_.settle();
    api_->set_ready(true);
  }

  http::RequestPtr request(std::string_view method, std::string_view target, std::string body = "",
                           std::string_view content_type = "application/json", std::string_view accept = "") {
    auto out = std::make_shared<http::Request>();
    out->method = method;
    out->path = target.substr(0, target.find('?'));
    if (const size_t at = target.find('?'); at != std::string_view::npos)
      out->query = http::Query::parse(target.substr(at + 1));
    out->body = std::move(body);
    out->headers = {{"user-agent", "tester/1.0"}, {"content-type", std::string(content_type)}};
    if (!accept.empty()) out->headers.emplace_back("accept", accept);
    out->peer.certificate_common_name = user_;
    out->peer.certificate_organizations = groups_;
    out->peer.tls = true;
    return out;
  }

  Answer ask(std::string_view method, std::string_view target, std::string body = "",
             std::string_view content_type = "application/json", std::string_view accept = "") {
    auto writer = std::make_shared<TestWriter>(executor_);
    api_->handle(request(method, target, std::move(body), content_type, accept), writer);
    executor_.settle();
    Answer answer{.code = writer->code,
                  .text = writer->text,
                  .body = {},
                  .warning = writer->header("warning"),
                  .content_type = writer->header("content-type")};
    if (auto value = object::parse_json(writer->text)) answer.body = std::move(*value);
    return answer;
  }

  Answer merge(std::string_view target, std::string body) {
    return ask("PATCH", target, std::move(body), "application/merge-patch+json");
  }

  std::shared_ptr<TestWriter> watch(std::string_view target, std::string_view accept = "") {
    auto writer = std::make_shared<TestWriter>(executor_);
    api_->handle(request("GET", target, "", "", accept), writer);
    executor_.settle();
    return writer;
  }

  /// The frames of a JSON watch so far.
  static std::vector<object::Value> frames(const TestWriter& writer) {
    std::vector<object::Value> out;
    size_t at = 0;
    while (at < writer.text.size()) {
      const size_t end = writer.text.find('\n', at);
      out.push_back(std::move(*object::parse_json(std::string_view(writer.text).substr(at, end - at))));
      at = end + 1;
    }
    return out;
  }

  static std::string config_map(std::string_view name, std::string_view rest = "") {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + std::string(name) + "\"}" +
           std::string(rest) + "}";
  }
  static std::string pod(std::string_view name, std::string_view labels = "{}") {
    return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + std::string(name) + R"(","labels":)" +
           std::string(labels) + R"(},"spec":{"containers":[{"name":"c","image":"i"}]}})";
  }

  static constexpr std::string_view kMaps = "/api/v1/namespaces/default/configmaps";
  static constexpr std::string_view kPods = "/api/v1/namespaces/default/pods";
  static std::string at(std::string_view collection, std::string_view name) {
    return std::string(collection) + "/" + std::string(name);
  }

  client::FakeExecutor executor_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Api> api_;
  std::string user_ = "admin";
  std::vector<std::string> groups_{"system:masters"};
  const auth::TokenIssuer* tokens_ = nullptr;  // for those that set it and start anew
};

}  // namespace proa::api
