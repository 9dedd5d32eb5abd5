// What log, exec, attach and port-forward begin with: the pod, its container, the way to its node.
#pragma once

#include "api/exchange.h"
#include "client/pod_streams.h"

namespace proa::api {

struct PodAccess {
  object::Document pod;
  client::PodStreams* streams = nullptr;
};

/// Errors: 404; 400 when the pod is on no node yet. `streams` is null where this server reaches no node: answer 503.
Result<PodAccess> find_pod(Exchange& exchange);

/// That answer.
Status no_node();

/// The container that is meant: the one named, the annotated default, the only one. Errors: 400 in upstream's words.
Result<std::string> choose_container(const PodAccess& access, const std::string& asked);

}  // namespace proa::api
