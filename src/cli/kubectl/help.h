// What `--help` and wrong command words show: how commands are used, their flags by name, what is like them.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/flags.h"

namespace proa::cli {
/// Every command's words: "get", "rollout status".
std::vector<std::string> command_words();
}  // namespace proa::cli

namespace proa::cli::kubectl {

class Session;

/// The commands of a group (or of the program, for ""), one a line with what each does.
std::string command_list(const std::string& group);
/// Of the command at `path`, which begins with the program's name.
std::string command_help(const std::string& called_as, const std::string& path, const FlagSet& flags);
/// Of the program itself.
std::string overview(const std::string& called_as);
/// What a group of commands prints when it is called without one of them, or with a wrong one. Returns the exit code.
int group_help(Session& session, const std::string& group);
/// Top-level commands that a mistyped word may mean.
std::vector<std::string> similar_commands(const std::string& word);

}  // namespace proa::cli::kubectl
