// The gRPC health protocol, as far as a probe needs it: one call of grpc.health.v1.Health/Check over plain TCP.
// Source of the rules and texts: pkg/probe/grpc, Kubernetes 1.36.
#pragma once

#include <string>

#include "node/probes/probe.h"

namespace proa::node {

/// The loop's thread; `done` never runs inside the call. `service` may be empty: the server as a whole.
void check_grpc_health(runtime::EventLoop& loop, const std::string& host, int port, const std::string& service,
                       runtime::DurationNs timeout, ProbeDone done);

}  // namespace proa::node
