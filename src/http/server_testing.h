// What the tests of the whole server share: one that listens, a handler that a test gives, a client.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "http/client.h"
#include "http/server.h"
#include "http/test_certificate.h"

namespace proa::http {

/// Lets a test wait, with a limit, for what another thread does.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  void set() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::minutes(1), [&] { return open; });
  }
};

class FunctionHandler : public Handler {
 public:
  std::function<void(RequestPtr, ResponseWriterPtr)> on_request;
  void handle(RequestPtr request, ResponseWriterPtr response) override {
    on_request(std::move(request), std::move(response));
  }
};

class ServerTest : public testing::Test {
 protected:
  void SetUp() override { serve(test_certificates().server); }

  void serve(const TlsConfig& tls) {
    server_.reset();
    ServerOptions options;
    options.tls = tls;
    options.threads = 2;
    // A free port: the kernel's choice is not told by start(), so a few are tried.
    for (int port = 21000 + getpid() % 20000; !server_; ++port) {
      address_ = "127.0.0.1:" + std::to_string(port);
      options.listen = {address_};
      auto made = Server::start(options, handler_);
      if (made) server_ = std::move(*made);
    }
    handler_.on_request = [](RequestPtr request, ResponseWriterPtr response) {
      response->send(
          200, {{"content-type", "text/plain"}},
          share(request->method + " " + request->path + " " + request->query.get("q") + " " + request->body));
    };
  }

  std::unique_ptr<Client> client(std::string certificate = "", std::string key = "") {
    ClientOptions options;
    options.url = "https://" + address_;
    options.ca_pem = test_certificates().ca_pem;
    options.certificate_pem = std::move(certificate);
    options.key_pem = std::move(key);
    options.timeout_ms = 10'000;
    return std::move(*Client::make(options));
  }

  FunctionHandler handler_;
  std::string address_;
  std::unique_ptr<Server> server_;
};

}  // namespace proa::http
