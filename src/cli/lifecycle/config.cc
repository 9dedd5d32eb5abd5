#include "cli/lifecycle/config.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "object/json.h"
#include "object/value.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::cli {
namespace {

using object::Value;
using object::View;

struct Flag {
  bool takes_value;
  std::function<bool(ClusterConfig&, const std::string&)> set;
  const char* form = "";  // what a refusal says about the values it takes
};

bool set_count(int& into, const std::string& text) {
  char* end = nullptr;
  const long count = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || count < 1 || count > 10000) return false;
  into = static_cast<int>(count);
  return true;
}

constexpr const char* kSwitchForm = ": it takes true or false";

bool set_switch(bool& into, const std::string& text) {
  into = text == "true";
  return text == "true" || text == "false";
}

bool set_listen(ClusterConfig& config, const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return false;
  for (size_t i = colon + 1; i < text.size(); ++i)
    if (text[i] < '0' || text[i] > '9') return false;
  const long port = std::strtol(text.c_str() + colon + 1, nullptr, 10);
  if (port < 1 || port > 65535) return false;
  config.listen = text;
  return true;
}

const std::map<std::string, Flag>& flags() {
  using C = ClusterConfig;
  using S = std::string;
  static const std::map<std::string, Flag> table = {
      {"--data-dir", {true, [](C& c, const S& v) { return !(c.data_dir = v).empty(); }}},
      {"--listen", {true, set_listen, ": it takes HOST:PORT, like 127.0.0.1:6443"}},
      {"--kubeconfig", {true, [](C& c, const S& v) { return !(c.kubeconfig = v).empty(); }}},
      {"--ephemeral", {false, [](C& c, const S& v) { return set_switch(c.ephemeral, v); }, kSwitchForm}},
      {"--no-node",
       {false,
        [](C& c, const S& v) {
          bool none = false;
          const bool known = set_switch(none, v);
          c.node = !none;
          return known;
        },
        kSwitchForm}},
      {"--simulate",
       {true, [](C& c, const S& v) { return set_count(c.simulated_nodes, v); }, ": it takes a number from 1 to 10000"}},
      {"--runtime-endpoint", {true, [](C& c, const S& v) { return !(c.runtime_endpoint = v).empty(); }}},
      {"--node-name", {true, [](C& c, const S& v) { return !(c.node_name = v).empty(); }}},
      {"--ready-fd", {true, [](C& c, const S& v) { return set_count(c.ready_fd, v); }}},
  };
  return table;
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "proa";
  return name;
}

Status flag_error(const std::string& what, const std::string& command) {
  return base::bad_request(fmt::format("{}\nSee `proa {} --help` for its flags.", what, command));
}

}  // namespace

std::string default_data_dir() {
  if (const char* chosen = std::getenv("PROA_DATA_DIR"); chosen != nullptr && *chosen != '\0') return chosen;
  if (geteuid() == 0) return "/var/lib/proa";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.local/share/proa";
}

Result<ClusterConfig> parse_cluster_flags(const std::vector<std::string>& args, const std::string& command) {
  ClusterConfig config;
  for (size_t i = 0; i < args.size(); ++i) {
    const size_t equals = args[i].find('=');
    const std::string name = args[i].substr(0, equals);
    const auto flag = flags().find(name);
    if (flag == flags().end())
      return Error(flag_error((name.starts_with('-') ? "unknown flag: " : "unexpected argument: ") + name, command));
    std::string value = equals == std::string::npos ? "true" : args[i].substr(equals + 1);
    if (flag->second.takes_value) {
      if (equals == std::string::npos && i + 1 == args.size())
        return Error(flag_error("flag needs an argument: " + name, command));
      if (equals == std::string::npos) value = args[++i];
    }
    if (!flag->second.set(config, value))
      return Error(
          flag_error(fmt::format("invalid argument \"{}\" for {}{}", value, name, flag->second.form), command));
  }
  if (config.data_dir.empty()) config.data_dir = default_data_dir();
  config.data_dir = std::filesystem::absolute(config.data_dir).lexically_normal().string();
  if (config.node_name.empty()) config.node_name = host_name();
  if (config.simulated_nodes > 0) config.node = false;
  return config;
}

std::string error_text(const Status& why) {
  constexpr std::string_view kPreamble = "Internal error occurred: ";
  return why.message.starts_with(kPreamble) ? why.message.substr(kPreamble.size()) : why.message;
}

std::vector<std::string> server_flags(const ClusterConfig& config) {
  std::vector<std::string> out = {"--data-dir",  config.data_dir, "--listen",
                                  config.listen, "--node-name",   config.node_name};
  if (!config.kubeconfig.empty()) out.insert(out.end(), {"--kubeconfig", config.kubeconfig});
  if (config.ephemeral) out.push_back("--ephemeral");
  if (config.simulated_nodes > 0) {
    out.insert(out.end(), {"--simulate", std::to_string(config.simulated_nodes)});
  } else if (!config.node) {
    out.push_back("--no-node");
  }
  if (!config.runtime_endpoint.empty()) out.insert(out.end(), {"--runtime-endpoint", config.runtime_endpoint});
  return out;
}

Result<void> write_state(const DataDir& dir, const ServerState& state) {
  const Value value = Value::object({{"pid", state.pid},
                                     {"startTime", static_cast<int64_t>(state.start_time)},
                                     {"server", state.server_url},
                                     {"kubeconfig", state.kubeconfig},
                                     {"node", state.node},
                                     {"version", state.version},
                                     {"started", state.started}});
  return runtime::write_file_atomic(dir.state(), object::to_json(value) + "\n");
}

Result<ServerState> read_state(const DataDir& dir) {
  auto text = runtime::read_file(dir.state());
  if (!text) return Error(text.error());
  auto value = object::parse_json(*text);
  if (!value) return Error(base::internal_error(dir.state() + ": " + value.error().message));
  const View view = *value;
  return ServerState{.pid = static_cast<int>(view["pid"].as_int()),
                     .start_time = static_cast<uint64_t>(view["startTime"].as_int()),
                     .server_url = view["server"].str(),
                     .kubeconfig = view["kubeconfig"].str(),
                     .node = view["node"].str(),
                     .version = view["version"].str(),
                     .started = view["started"].as_int()};
}

bool is_running(const ServerState& state) {
  return state.pid > 0 && state.start_time != 0 && runtime::process_start_time(state.pid) == state.start_time;
}

}  // namespace proa::cli
