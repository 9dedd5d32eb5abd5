// Logs, and standard streams of containers over a WebSocket.
// Source: k8s.io/client-go tools/remotecommand (channels of v5.channel.k8s.io), k8s.io/kubectl pkg/cmd/{logs,exec,attach}.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

/// The container called `name` (any kind); absent when there is none.
object::View container_called(object::View pod, std::string_view name);
/// `a, b (ephem), c (init)`
std::string container_names(object::View pod);
/// The one that is meant when none is named: that of the default-container annotation, else the first; says so on
/// stderr when there are others and not `quiet`.
std::string default_container(Session& session, object::View pod, bool quiet);

/// The pod that a word means: `NAME`, `pod/NAME`, or one of a workload's pods (`deploy/NAME`).
struct ChosenPod {
  Info pod;
  size_t of = 1;  // how many there were to choose from
};
/// What for: the best of several to run something in is not the best to read the logs of.
enum class PodUse { kAttach, kLogs };
Try<ChosenPod> choose_pod(Session& session, const std::vector<std::string>& words, int64_t timeout_ms, PodUse use);

/// Pods that a workload's selector picks, the best first.
Try<object::Value> pods_of(Session& session, const Info& workload, PodUse use);

struct StreamRequest {
  Info pod;
  std::string subresource;  // exec, attach
  std::string container;
  std::vector<std::string> command;
  bool in = false, tty = false;
  bool quiet = false;
  size_t* received = nullptr;  // counts bytes of output, where given
};

/// Connects stdin, stdout and stderr of this process until the other end is done. The Failure holds the command's
/// exit code (`command terminated with exit code 3`).
Try<void> run_stream(Session& session, const StreamRequest& request);
/// Is stdin a terminal? Where it isn't, a wanted TTY is given up with a word on stderr.
bool can_use_tty(Session& session, bool wanted, bool in, bool quiet);

}  // namespace proa::cli::kubectl
