// HTTP: what the server's threads spend per request and per watch event, TLS included. The `server_us` counters are the
// CPU of the whole process without the client's thread.
#include <sys/resource.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "http/client_transport.h"
#include "http/server.h"
#include "http/test_certificate.h"

namespace {

using namespace proa;        // NOLINT
using namespace proa::http;  // NOLINT

double cpu_us(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return 1e6 * static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}
double server_cpu_us() { return cpu_us(RUSAGE_SELF) - cpu_us(RUSAGE_THREAD); }

class BenchServer : public Handler {
 public:
  BenchServer() {
    ServerOptions options;
    options.tls = test_certificates().server;
    options.threads = 1;
    for (int port = 23000; !server_; ++port) {
      options.listen = {"127.0.0.1:" + std::to_string(port)};
      auto made = Server::start(options, *this);
      if (made) server_ = std::move(*made);
      to_ = *parse_url("https://" + options.listen[0]);
    }
    tls_ = *TlsContext::client({.ca_pem = test_certificates().ca_pem});
  }
  ~BenchServer() override { server_->stop(0); }

  void handle(RequestPtr request, ResponseWriterPtr response) override {
    if (request->path != "/watch") return response->send(200, {{"content-type", "application/json"}}, answer);
    response->begin(200, {{"content-type", "application/json"}});
    const std::lock_guard lock(mutex_);
    watchers_.push_back(std::move(response));
    ++count;
  }
  std::unique_ptr<ClientTransport> connect() const { return std::move(*ClientTransport::connect(to_, tls_, "", 5000)); }
  void publish(const SharedBytes& event) {
    const std::lock_guard lock(mutex_);
    for (const auto& watcher : watchers_) watcher->write(event);
  }

  SharedBytes answer = share(std::string(2000, 'x'));
  std::atomic<int> count = 0;

 private:
  Endpoint to_;
  std::shared_ptr<const TlsContext> tls_;
  std::mutex mutex_;
  std::vector<ResponseWriterPtr> watchers_;
  std::unique_ptr<Server> server_;
};

void read_bytes(ClientTransport& from, size_t count, std::vector<char>& buffer) {
  while (count > 0) {
    auto got = from.read(buffer, 0);
    if (!got || *got == 0) abort();
    count -= std::min(count, *got);
  }
}

void get(benchmark::State& state) {
  BenchServer server;
  server.answer = share(std::string(static_cast<size_t>(state.range(0)), 'x'));
  auto client = server.connect();
  std::vector<char> buffer(64 * 1024);
  const std::string request =
      "GET /api/v1/namespaces/default/pods/web HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n";
  size_t answer = 0;
  (void)client->write(request, 0);
  answer = *client->read(buffer, 0);
  if (answer < server.answer->size()) read_bytes(*client, server.answer->size() + 120 - answer, buffer);
  const double before = server_cpu_us();
  for (auto _ : state) {
    (void)client->write(request, 0);
    for (size_t left = server.answer->size(); left > 0;) left -= std::min(left, *client->read(buffer, 0));
  }
  state.counters["server_us"] = (server_cpu_us() - before) / static_cast<double>(state.iterations());
}
BENCHMARK(get)->Arg(2000)->UseRealTime();

void handshake(benchmark::State& state) {
  BenchServer server;
  const double before = server_cpu_us();
  for (auto _ : state) benchmark::DoNotOptimize(server.connect());
  state.counters["server_us"] = (server_cpu_us() - before) / static_cast<double>(state.iterations());
}
BENCHMARK(handshake)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// One event of 1500 bytes to every watcher, in bursts of ten.
void watch(benchmark::State& state) {
  BenchServer server;
  const auto watchers = static_cast<size_t>(state.range(0));
  std::vector<std::unique_ptr<ClientTransport>> clients;
  std::vector<char> buffer(64 * 1024);
  for (size_t i = 0; i < watchers; ++i) {
    clients.push_back(server.connect());
    (void)clients.back()->write("GET /watch HTTP/1.1\r\nHost: bench\r\n\r\n", 0);
    (void)clients.back()->read(buffer, 0);
  }
  const SharedBytes event = share(std::string(1500, 'e'));
  constexpr size_t kBurst = 10;
  const double before = server_cpu_us();
  for (auto _ : state) {
    for (size_t i = 0; i < kBurst; ++i) server.publish(event);
    for (const auto& client : clients) read_bytes(*client, kBurst * event->size(), buffer);
  }
  const double events = static_cast<double>(state.iterations()) * static_cast<double>(watchers * kBurst);
  state.counters["server_us_per_event"] = (server_cpu_us() - before) / events;
}
BENCHMARK(watch)->Arg(100)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
