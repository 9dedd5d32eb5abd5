#include "cli/kubectl/kubectl.h"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/help.h"
#include "cli/kubectl/summaries.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"

namespace proa::cli {
namespace {

using namespace kubectl;

struct Entry {
  const char* words;  // "rollout status"
  Command command;    // nullptr: a group, its members begin with its words
};

constexpr Entry kCommands[] = {
#include "cli/kubectl/command_table.inc"
};

const Entry* find_command(const std::string& words) {
  for (const auto& entry : kCommands)
    if (words == entry.words) return &entry;
  return nullptr;
}

/// A command's own name where it was called by a shorter one: messages name that.
std::string full_name(const std::string& word) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"cj", "cronjob"},        {"cm", "configmap"},     {"deploy", "deployment"},       {"ing", "ingress"},
      {"ns", "namespace"},      {"pc", "priorityclass"}, {"pdb", "poddisruptionbudget"}, {"resourcequota", "quota"},
      {"sa", "serviceaccount"}, {"svc", "service"}};
  for (const auto& [shorter, full] : kShort)
    if (word == shorter) return std::string(full);
  return word;
}

/// Do words that begin a flag take the next word with them? Asked before the command is known.
bool takes_value(const std::string& word, const FlagSet& flags) {
  if (word.find('=') != std::string::npos) return false;
  const FlagSet::Flag* flag = nullptr;
  if (word.starts_with("--"))
    flag = flags.find(std::string_view(word).substr(2));
  else if (word.size() == 2)
    flag = flags.find(word[1]);
  return flag != nullptr && !flag->optional_value;
}

/// The place of the next word that is no flag; words.size() when there is none.
size_t next_word(const std::vector<std::string>& words, const FlagSet& flags) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") return words.size();
    if (words[i].size() < 2 || words[i][0] != '-') return i;
    if (takes_value(words[i], flags)) ++i;
  }
  return words.size();
}

int shown(const Session& session, const Failure& failure) {
  session.err(failure.for_user());
  return failure.exit_code();
}

int unknown(const Session& session, const std::string& word) {
  session.err(fmt::format("error: unknown command {} for {}\n", object::go_quoted(word),
                          object::go_quoted(session.called_as())));
  const auto near = similar_commands(word);
  if (!near.empty()) session.err("\nDid you mean this?\n\t" + join(near, "\n\t") + "\n");
  return 1;
}

int lacking(const Session& session, const std::string& words) {
  session.err(fmt::format("error: this client has no {} yet: use a kubectl of Kubernetes, with the same kubeconfig{}\n",
                          object::go_quoted(words),
                          words.starts_with("create ") ? ", or write a manifest for create -f" : ""));
  return 1;
}

int dispatch(Session& session, std::vector<std::string> words) {
  Session probe("", {});
  const FlagSet common = probe.flags();
  std::string name;
  const Entry* entry = nullptr;
  for (;;) {
    const size_t at = next_word(words, common);
    if (at == words.size()) break;
    const std::string longer = name.empty() ? words[at] : name + " " + words[at];
    const Entry* next = find_command(longer);
    if (entry == nullptr && longer == "help") {
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
      words.emplace_back("--help");
      continue;
    }
    if (next == nullptr) {
      if (is_lacking(longer)) return lacking(session, longer);
      if (entry == nullptr) return unknown(session, words[at]);
      break;
    }
    entry = next;
    name = longer;
    session.enter(full_name(words[at]), {});
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (entry == nullptr) {
    session.out(overview(session.called_as()));
    return 0;
  }
  session.set_rest(std::move(words));
  if (entry->command == nullptr) return group_help(session, name);
  auto done = entry->command(session);
  return done ? 0 : shown(session, done.error());
}

}  // namespace

std::vector<std::string> command_words() {
  std::vector<std::string> out;
  for (const auto& entry : kCommands) out.emplace_back(entry.words);
  return out;
}

int run_kubectl(const std::vector<std::string>& args, const std::string& called_as) {
  std::signal(SIGPIPE, SIG_IGN);
  Session session(called_as, args);
  session.enter(called_as, {});
  return dispatch(session, args);
}

}  // namespace proa::cli
