#include "cli/kubectl/help.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/kubectl/session.h"
#include "cli/kubectl/summaries.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {
namespace {

size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::vector<std::string> below(const std::string& group) {
  std::set<std::string> out;
  const std::string prefix = group.empty() ? "" : group + " ";
  for (const auto& words : command_words()) {
    if (!words.starts_with(prefix) || words == group) continue;
    const std::string rest = words.substr(prefix.size());
    out.insert(rest.substr(0, rest.find(' ')));
  }
  return {out.begin(), out.end()};
}

}  // namespace

std::string command_list(const std::string& group) {
  std::vector<std::pair<std::string, std::string_view>> shown;
  size_t width = 11;
  for (const auto& word : below(group)) {
    const auto summary = summary_of(group.empty() ? word : fmt::format("{} {}", group, word));
    if (summary.empty()) continue;
    shown.emplace_back(word, summary);
    width = std::max(width, word.size());
  }
  std::string out;
  for (const auto& [word, summary] : shown) out += fmt::format("  {:<{}}   {}\n", word, width, summary);
  return out;
}

std::string command_help(const std::string& called_as, const std::string& path, const FlagSet& flags) {
  const std::string list = path.size() > called_as.size() ? command_list(path.substr(called_as.size() + 1)) : "";
  std::string out = list.empty() ? "" : "Available Commands:\n" + list + "\n";
  out += "Usage:\n  " + path + " [flags] [options]\n\nOptions:\n";
  for (const auto& line : flags.describe()) out += "    " + line + "\n";
  return out;
}

std::string overview(const std::string& called_as) {
  std::string out = called_as + " controls the Kubernetes cluster manager.\n\nCommands:\n" + command_list("");
  return out + "\nUsage:\n  " + called_as + " [flags] [options]\n\nUse \"" + called_as +
         " <command> --help\" for more information about a given command.\n";
}

int group_help(Session& session, const std::string& group) {
  std::string out = "Available Commands:\n" + command_list(group);
  out += fmt::format(
      "\nUsage:\n  {0} SUBCOMMAND [options]\n\nUse \"{0} <command> --help\" for more information about a "
      "given command.\n",
      session.path());
  FlagSet flags = session.flags();
  auto args = flags.parse(session.rest());
  if (!args) {
    session.err(fmt::format("error: {}\nSee '{} --help' for usage.\n", args.error().message(), session.path()));
    return 1;
  }
  if (!args->empty()) {
    session.err(fmt::format("error: unknown command \"{}\"\nSee '{} -h' for help and examples\n", join(*args, " "),
                            session.path()));
    return 1;
  }
  session.out(out);
  return flags.help() ? 0 : 1;
}

std::vector<std::string> similar_commands(const std::string& word) {
  std::vector<std::string> out;
  for (const auto& command : below(""))
    if (distance(word, command) <= 2 || (!word.empty() && command.starts_with(word))) out.push_back(command);
  return out;
}

}  // namespace proa::cli::kubectl
