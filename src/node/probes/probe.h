// What a probe is, what it found, and who carries it out.
// Source of the rules and texts: pkg/probe/{http,tcp,exec}, pkg/kubelet/prober, Kubernetes 1.36.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "object/view.h"
#include "runtime/event_loop.h"

namespace proa::node {

struct ProbeOutcome {
  enum class Result { kSuccess, kWarning, kFailure, kError };
  Result result = Result::kSuccess;
  std::string output;  // of a failure: why; of a warning: what
};
using ProbeDone = std::function<void(ProbeOutcome)>;

struct HttpRequest {
  bool tls = false;
  std::string host;
  int port = 80;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;  // sent in this order
};

/// The network's side of probes and lifecycle hooks. The executor's thread; `done` never runs inside the call.
class ProbeNetwork {
 public:
  virtual ~ProbeNetwork() = default;
  /// GET; redirects on the same host are followed, ten at most; then a status from 200 to 299 is a success, to 399 a
  /// warning with the body, of which 10 KiB are kept.
  virtual void http(const HttpRequest& request, runtime::DurationNs timeout, ProbeDone done) = 0;
  virtual void tcp(const std::string& host, int port, runtime::DurationNs timeout, ProbeDone done) = 0;
  /// Asks the gRPC health service whether `service` serves.
  virtual void grpc(const std::string& host, int port, const std::string& service, runtime::DurationNs timeout,
                    ProbeDone done) = 0;
};

std::unique_ptr<ProbeNetwork> make_probe_network(runtime::EventLoop& loop);
/// For simulated nodes: everything answers at once.
std::unique_ptr<ProbeNetwork> make_simulated_probe_network(runtime::Executor& executor);

/// httpGet of a probe or lifecycle hook; the host is the pod's address where none is named. `agent`: "probe" or
/// "lifecycle". Error: the port has no such name.
Result<HttpRequest> http_request(object::View http_get, object::View container, const std::string& pod_ip,
                                 std::string_view agent);
/// The request that `location` (of a redirect) asks for; nullopt: on another host, or nowhere.
std::optional<HttpRequest> redirected(const HttpRequest& from, std::string_view location);
/// A number, or the name of one of the container's ports.
Result<int> resolve_port(object::View port, object::View container);

/// Times and thresholds with their defaults.
struct ProbeTiming {
  runtime::DurationNs initial_delay = 0, period = 0, timeout = 0;
  int success_threshold = 1, failure_threshold = 3;
};
ProbeTiming probe_timing(object::View probe);

/// Counts results in a row; a change of verdict needs `threshold` of them. Pure.
class Thresholds {
 public:
  Thresholds(int success, int failure) : success_(success), failure_(failure) {}
  /// The verdict that this result brings about, if it brings one.
  std::optional<bool> count(bool success) {
    run_ = run_ > 0 && last_ == success ? run_ + 1 : 1;
    last_ = success;
    if (run_ < (success ? success_ : failure_)) return std::nullopt;
    return success;
  }

 private:
  int success_, failure_, run_ = 0;
  bool last_ = false;
};

}  // namespace proa::node
