// `proa server`: the cluster in the foreground, until SIGTERM or SIGINT.
#pragma once

#include <string>
#include <vector>

namespace proa {

/// Returns the process's exit code.
int run_server(const std::vector<std::string>& args);

}  // namespace proa
