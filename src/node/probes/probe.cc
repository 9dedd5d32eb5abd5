#include "node/probes/probe.h"

#include <algorithm>

#include <fmt/format.h>

namespace proa::node {

using object::View;
using runtime::kSecond;

Result<int> resolve_port(View port, View container) {
  if (port.is_int()) return static_cast<int>(port.as_int());
  for (View each : container["ports"].items())
    if (each["name"].as_string() == port.as_string()) return static_cast<int>(each["containerPort"].as_int());
  const std::string text = port.str();
  if (!text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }))
    return std::stoi(text);
  return Error(
      base::bad_request(fmt::format("couldn't find port: {} in container {}", text, container["name"].as_string())));
}

Result<HttpRequest> http_request(View http_get, View container, const std::string& pod_ip, std::string_view agent) {
  const auto port = resolve_port(http_get["port"], container);
  if (!port) return Error(port.error());
  HttpRequest out;
  out.tls = http_get["scheme"].as_string() == "HTTPS";
  out.host = http_get["host"].as_string().empty() ? pod_ip : http_get["host"].str();
  out.port = *port;
  out.path = http_get["path"].as_string().empty() ? "/" : http_get["path"].str();
  if (!out.path.starts_with('/')) out.path.insert(out.path.begin(), '/');
  bool agent_given = false, accept_given = false;
  for (View header : http_get["httpHeaders"].items()) {
    std::string name = header["name"].str();
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    agent_given = agent_given || lower == "user-agent";
    accept_given = accept_given || lower == "accept";
    if (!header["value"].as_string().empty() || (lower != "user-agent" && lower != "accept"))
      out.headers.emplace_back(std::move(name), header["value"].str());
  }
  if (!agent_given)
    out.headers.emplace_back("User-Agent", agent == "probe" ? "kube-probe/1.36" : fmt::format("kube-{}/1.36", agent));
  if (!accept_given) out.headers.emplace_back("Accept", "*/*");
  return out;
}

ProbeTiming probe_timing(View probe) {
  const auto seconds = [&](const char* field, int64_t otherwise) {
    return std::max<int64_t>(probe[object::Key(std::string_view(field))].as_int(otherwise), 0) * kSecond;
  };
  ProbeTiming out;
  out.initial_delay = seconds("initialDelaySeconds", 0);
  out.period = std::max<runtime::DurationNs>(seconds("periodSeconds", 10), kSecond);
  out.timeout = std::max<runtime::DurationNs>(seconds("timeoutSeconds", 1), kSecond);
  out.success_threshold = static_cast<int>(probe["successThreshold"].as_int(1));
  out.failure_threshold = static_cast<int>(probe["failureThreshold"].as_int(3));
  return out;
}

namespace {

class SimulatedNetwork : public ProbeNetwork {
 public:
  explicit SimulatedNetwork(runtime::Executor& executor) : executor_(executor) {}
  void http(const HttpRequest&, runtime::DurationNs, ProbeDone done) override {
    executor_.post([done = std::move(done)] { done({}); });
  }
  void tcp(const std::string&, int, runtime::DurationNs, ProbeDone done) override {
    executor_.post([done = std::move(done)] { done({}); });
  }

 private:
  runtime::Executor& executor_;
};

}  // namespace

std::unique_ptr<ProbeNetwork> make_simulated_probe_network(runtime::Executor& executor) {
  return std::make_unique<SimulatedNetwork>(executor);
}

}  // namespace proa::node
