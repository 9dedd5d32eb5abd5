// The kubectl-compatible client: commands, flags, texts and exit codes of kubectl 1.32.
#pragma once

#include <string>
#include <vector>

namespace proa::cli {

/// Runs one command and returns the process's exit code. `args` are the words after the program's name.
/// `called_as` is how the user called us ("kubectl" or "proa kubectl"): it stands in messages and in the
/// annotation kubernetes.io/change-cause. Writes to the process's stdout and stderr; may block.
int run_kubectl(const std::vector<std::string>& args, const std::string& called_as);

}  // namespace proa::cli
