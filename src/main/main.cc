// proa: one binary, several commands. Called by the name `kubectl` (a link), it is the kubectl-compatible client.
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/kubectl/kubectl.h"
#include "cli/lifecycle/config.h"
#include "cli/lifecycle/lifecycle.h"
#include "main/cluster.h"
#include "main/server.h"
#include "main/version.h"
#include "node/image/image_command.h"

namespace {

constexpr const char* kUsage = R"(Proa: Kubernetes in one small binary.

Usage:
  proa up       Start a cluster in the background and wait until it is ready
  proa down     Stop it, containers too; data is kept
  proa status   What runs, where, since when
  proa server   The same as up in the foreground, for a service manager
  proa kubectl  The kubectl-compatible client; also when this program is called by the name kubectl
  proa image    build, load, ls, rm, save: images for this cluster, no registry needed
  proa version  Version of Proa, and of the Kubernetes it speaks

Flags of up, server, down and status:
  --data-dir DIR      where the cluster keeps its data (default: /var/lib/proa as root, else ~/.local/share/proa)
  --listen HOST:PORT  where the API answers (default: 127.0.0.1:6443)
  --kubeconfig FILE   write the kubeconfig here (default: in the data directory, and merged into ~/.kube/config)
  --ephemeral         keep the objects in memory only
  --no-node           control plane alone
  --simulate N        N simulated nodes instead of containers; needs no root
  --runtime-endpoint  a CRI v1 socket to use instead of a containerd of its own
  --node-name NAME    name of this machine's node (default: the host's name)
)";

std::string own_path() {
  char path[PATH_MAX] = {};
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "proa";
}

/// The system's own folders come last: after a mere `su`, PATH lacks those where nft and others lie.
void complete_path() {
  std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (const char* given = std::getenv("PATH"); given != nullptr && *given != '\0') path = given + (":" + path);
  setenv("PATH", path.c_str(), 1);
}

bool asks_for_help(const std::vector<std::string>& args) {
  for (const auto& arg : args)
    if (arg == "--help" || arg == "-h") return true;
  return false;
}

/// `--data-dir DIR` may stand anywhere; all else is the image command's own.
int run_image(std::vector<std::string> args) {
  proa::cli::DataDir dir{proa::cli::default_data_dir()};
  for (auto arg = args.begin(); arg != args.end(); ++arg) {
    if (arg->starts_with("--data-dir=")) {
      dir.root = arg->substr(arg->find('=') + 1);
      args.erase(arg);
      break;
    }
    if (*arg == "--data-dir" && arg + 1 != args.end()) {
      dir.root = *(arg + 1);
      args.erase(arg, arg + 2);
      break;
    }
  }
  return proa::node::run_image_command(args, dir.node());
}

int run(const std::string& command, const std::vector<std::string>& args) {
  if (command == "kubectl") return proa::cli::run_kubectl(args, "proa kubectl");
  if (command == "image") return run_image(args);
  if (command == "help" || command == "--help" || command == "-h" || asks_for_help(args)) {
    fmt::print("{}", kUsage);
    return 0;
  }
  if (command == "up") return proa::cli::run_up(own_path(), args);
  if (command == "down") return proa::cli::run_down(args, proa::teardown);
  if (command == "status") return proa::cli::run_status(args);
  if (command == "server") return proa::run_server(args);
  if (command == "version" || command == "--version") {
    fmt::print("proa {} (Kubernetes {})\n", proa::kVersion, proa::kKubernetesVersion);
    return 0;
  }
  fmt::print(stderr, "error: unknown command \"{}\" for \"proa\"\nRun 'proa --help' for usage.\n", command);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string called = argc > 0 ? argv[0] : "proa";
  const std::vector<std::string> args(argv + 1, argv + argc);
  complete_path();
  if (called.substr(called.rfind('/') + 1) == "kubectl") return proa::cli::run_kubectl(args, "kubectl");
  if (args.empty()) {
    fmt::print("{}", kUsage);
    return 0;
  }
  return run(args[0], {args.begin() + 1, args.end()});
}
