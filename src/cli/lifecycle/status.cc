#include <unistd.h>

#include <ctime>
#include <sstream>

#include <fmt/format.h>

#include "cli/lifecycle/lifecycle.h"
#include "object/time.h"
#include "runtime/file.h"

namespace proa::cli {
namespace {

struct Usage {
  double rss_mib = 0;
  double cpu_seconds = 0;
};

Usage usage_of(int pid) {
  Usage usage;
  const std::string proc = "/proc/" + std::to_string(pid);
  if (const auto statm = runtime::read_file(proc + "/statm")) {
    long size = 0, resident = 0;
    std::istringstream(*statm) >> size >> resident;
    usage.rss_mib = static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
  }
  if (const auto stat = runtime::read_file(proc + "/stat")) {
    // Fields after the command's closing bracket: state is 3, utime 14, stime 15.
    std::istringstream fields(stat->substr(stat->rfind(')') + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    usage.cpu_seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return usage;
}

}  // namespace

int run_status(const std::vector<std::string>& args) {
  auto config = parse_cluster_flags(args, "status");
  if (!config) {
    fmt::print(stderr, "error: {}\n", config.error().message);
    return 1;
  }
  const DataDir dir{config->data_dir};
  const auto state = read_state(dir);
  if (!state || !is_running(*state)) {
    const std::string hint = dir.root == default_data_dir() ? "" : " --data-dir " + dir.root;
    fmt::print("Proa is not running on {}. Start it with `proa up{}`.\n", dir.root, hint);
    return 1;
  }
  const Usage usage = usage_of(state->pid);
  const int64_t up = std::time(nullptr) - state->started;
  fmt::print("Proa runs on {}, process {}, for {}.\n", dir.root, state->pid,
             object::human_duration(up * object::kSecondNs));
  fmt::print("  api         {} (Kubernetes {})\n", state->server_url, state->version);
  if (!state->node.empty()) fmt::print("  node        {}\n", state->node);
  fmt::print("  kubeconfig  {}\n", state->kubeconfig);
  fmt::print("  memory      {:.1f} MiB resident\n", usage.rss_mib);
  fmt::print("  cpu         {:.2f} s since the start ({:.2f} % of a core)\n", usage.cpu_seconds,
             up > 0 ? 100.0 * usage.cpu_seconds / static_cast<double>(up) : 0.0);
  return 0;
}

}  // namespace proa::cli
