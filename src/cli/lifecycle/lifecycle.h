// `proa up`, `proa down`, `proa status`: start, stop and look at a cluster whose server runs in the background.
//
// `up` starts the same program again as `proa server` in a session of its own and listens on a pipe (the "ready
// fd"), on which the server tells a line per event:
//   step TEXT    what it does now
//   ready        the API answers and the node is Ready
//   error TEXT   it gives up; TEXT is for the user
// The pipe's end without `ready` means that it died: the tail of its log is shown.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/lifecycle/config.h"

namespace proa::cli {

/// Stops and removes what a server left of its node: containers, containerd, network, mounts. Data is kept.
/// Handed in by main, because it belongs to rooms that the command line does not know.
using Teardown = std::function<Result<void>(const ClusterConfig&)>;

/// Each returns the process's exit code. `program` is the path of this binary.
int run_up(const std::string& program, const std::vector<std::string>& args);
int run_down(const std::vector<std::string>& args, const Teardown& teardown);
int run_status(const std::vector<std::string>& args);

/// Adds or replaces cluster, user and context `name` in the user's own kubeconfig and makes it current.
Result<void> merge_kubeconfig(const std::string& from_file, const std::string& into_file, const std::string& name);
/// Takes them out again.
Result<void> unmerge_kubeconfig(const std::string& file, const std::string& name);

/// The server's side of the ready pipe. Lines are passed over when there is none.
class ReadyPipe {
 public:
  explicit ReadyPipe(int fd) : fd_(fd) {}
  void step(const std::string& text) { line("step " + text); }
  void ready();
  void error(const std::string& text);

 private:
  void line(const std::string& text);
  int fd_;
};

}  // namespace proa::cli
