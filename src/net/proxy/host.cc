#include "net/proxy/host.h"

#include <unistd.h>

#include <array>
#include <fstream>

#include <fmt/format.h>

#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::net {
namespace {

// Forward between pods and the world; let 127.0.0.1 be rewritten to a pod (guarded against outsiders by a rule).
constexpr std::array<const char*, 2> kSysctls = {"net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet"};

std::string record_of(const HostSettings& settings, std::string name) {
  for (char& c : name)
    if (c == '/') c = '.';
  return settings.record_folder + "/" + name;
}

std::string read_sysctl(const std::string& name) {
  std::string value;
  std::getline(std::ifstream("/proc/sys/" + name), value);
  return value;
}

Result<void> write_sysctl(const std::string& name, const std::string& value) {
  std::ofstream file("/proc/sys/" + name);
  file << value << std::flush;
  if (file) return {};
  return Error(base::internal_error(fmt::format("cannot set sysctl {} to {}: root is needed", name, value)));
}

Result<void> run(std::vector<std::string> argv, std::string input = {}) {
  runtime::Command command;
  command.argv = std::move(argv);
  command.stdin_text = std::move(input);
  const auto ended = runtime::run_process(command);
  if (!ended) return Error(ended.error());
  if (ended->exit_code == 0) return {};
  return Error(base::internal_error(fmt::format("{}: {}", command.argv.front(), ended->err)));
}

bool another_cluster_runs() {
  runtime::Command command;
  command.argv = {"nft", "list", "tables", "ip"};
  const auto listed = runtime::run_process(command);
  return listed && listed->out.find("table ip proa-") != std::string::npos;
}

Result<void> restore_sysctls(const HostSettings& settings) {
  Result<void> out;
  for (const char* name : kSysctls) {
    const std::string record = record_of(settings, name);
    const auto before = runtime::read_file(record);
    if (!before) continue;
    if (auto put = write_sysctl(name, *before); !put) out = put;
    ::unlink(record.c_str());
  }
  return out;
}

}  // namespace

Result<void> set_up_host(const HostSettings& settings) {
  if (auto made = runtime::make_dirs(settings.record_folder); !made) return made;
  for (const char* name : kSysctls) {
    const std::string before = read_sysctl(name);
    if (before == "1") continue;
    const std::string record = record_of(settings, name);
    // An older record holds the value from before any cluster: it stays.
    if (!runtime::file_exists(record))
      if (auto put = runtime::write_file_atomic(record, before); !put) return put;
    if (auto put = write_sysctl(name, "1"); !put) return put;
  }
  if (settings.gateway.empty()) return {};
  return run({"ip", "address", "replace", settings.gateway + "/32", "dev", "lo"});
}

Result<void> tear_down_host(const HostSettings& settings) {
  Result<void> out = run({"nft", "-f", "-"}, removal_text(settings.proxy));
  if (!settings.gateway.empty()) (void)run({"ip", "address", "delete", settings.gateway + "/32", "dev", "lo"});
  if (another_cluster_runs()) return out;
  if (auto restored = restore_sysctls(settings); !restored && out) out = restored;
  return out;
}

}  // namespace proa::net
