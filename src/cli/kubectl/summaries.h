// One line about each command, for the lists that help shows.
// Source: k8s.io/kubectl pkg/cmd, the `Short` texts.
#pragma once

#include <string_view>

namespace proa::cli::kubectl {

/// Of "get", "rollout status"; empty for other names of the same command, which lists leave out.
std::string_view summary_of(std::string_view words);
/// Does kubectl have it, and this client not? "cp", "create quota".
bool is_lacking(std::string_view words);

}  // namespace proa::cli::kubectl
