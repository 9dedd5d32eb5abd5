#include "node/probes/probe.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace proa::node {

using object::View;
using runtime::kSecond;

Result<int> resolve_port(View port, View container) {
  const auto checked = [](int64_t number) -> Result<int> {
    if (number > 0 && number < 65536) return static_cast<int>(number);
    return Error(base::bad_request(fmt::format("invalid port number: {}", number)));
  };
  if (port.is_int()) return checked(port.as_int());
  for (View each : container["ports"].items())
    if (each["name"].as_string() == port.as_string()) return checked(each["containerPort"].as_int());
  const std::string text = port.str();
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && failed == std::errc() && end == text.data() + text.size()) return checked(number);
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

namespace {

/// `HOST`, `HOST:PORT` or `[V6]:PORT`; false when the port is none.
bool take_authority(std::string_view text, HttpRequest& out) {
  if (const size_t at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  const size_t bracket = text.rfind(']'), colon = text.rfind(':');
  const bool has_port = colon != text.npos && (bracket == text.npos || colon > bracket);
  std::string_view host = has_port ? text.substr(0, colon) : text;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  out.port = out.tls ? 443 : 80;
  if (!has_port || colon + 1 == text.size()) return true;
  const auto [end, failed] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), out.port);
  return failed == std::errc() && end == text.data() + text.size() && out.port > 0 && out.port < 65536;
}

}  // namespace

std::optional<HttpRequest> redirected(const HttpRequest& from, std::string_view location) {
  location = location.substr(0, location.find('#'));
  if (location.empty()) return std::nullopt;
  HttpRequest out = from;
  bool absolute = location.starts_with("//");
  if (const size_t scheme = location.find("://"); scheme != location.npos && scheme < location.find_first_of("/?")) {
    const std::string_view name = location.substr(0, scheme);
    if (name != "http" && name != "https") return std::nullopt;
    out.tls = name == "https";
    std::erase_if(out.headers, [](const auto& each) { return each.first == "Host"; });
    location.remove_prefix(scheme + 1);
    absolute = true;
  }
  if (absolute) {
    location.remove_prefix(2);
    const size_t end = std::min(location.find_first_of("/?"), location.size());
    if (!take_authority(location.substr(0, end), out) || out.host != from.host) return std::nullopt;
    location.remove_prefix(end);
    out.path = location.starts_with('/') ? std::string(location) : "/" + std::string(location);
    return out;
  }
  const std::string path = from.path.substr(0, from.path.find('?'));
  if (location.starts_with('/'))
    out.path = location;
  else if (location.starts_with('?'))
    out.path = path + std::string(location);
  else
    out.path = path.substr(0, path.rfind('/') + 1) + std::string(location);
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
  void grpc(const std::string&, int, const std::string&, runtime::DurationNs, ProbeDone done) override {
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
