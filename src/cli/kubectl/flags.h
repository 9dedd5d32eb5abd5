// Flags as kubectl's parser (spf13/pflag) reads them: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-it`,
// in any order among the arguments; `--` ends them. Error texts are pflag's.
//
//   FlagSet flags;
//   flags.text("output", 'o', &output);
//   flags.boolean("watch", 'w', &watch);
//   auto args = flags.parse(words);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/kubectl/failure.h"

namespace proa::cli::kubectl {

class FlagSet {
 public:
  struct Flag {
    std::string name;
    char shorthand = 0;
    bool optional_value = false;  // bools, and those with a value for when none is given
    std::string no_value;         // that value
    std::string deprecated;       // shown on stderr when used
    bool changed = false;
    /// Takes a value; the error is what stands after the colon.
    std::function<std::expected<void, std::string>(const std::string&)> set;
  };

  Flag& text(const std::string& name, char shorthand, std::string* into);
  Flag& boolean(const std::string& name, char shorthand, bool* into);
  Flag& integer(const std::string& name, char shorthand, int64_t* into, int bits = 64);
  /// Go's duration, in nanoseconds.
  Flag& duration(const std::string& name, char shorthand, int64_t* ns);
  /// Comma-separated values, any number of times.
  Flag& list(const std::string& name, char shorthand, std::vector<std::string>* into);
  /// One value each time.
  Flag& array(const std::string& name, char shorthand, std::vector<std::string>* into);
  /// Taken and not used.
  Flag& ignored(const std::string& name, char shorthand = 0);
  Flag& ignored_boolean(const std::string& name, char shorthand = 0);

  /// The arguments that are no flags.
  Try<std::vector<std::string>> parse(const std::vector<std::string>& words);
  bool changed(std::string_view name) const;
  const Flag* find(std::string_view name) const;
  const Flag* find(char shorthand) const;
  /// Name and value of each flag in the order of the command line.
  const std::vector<std::pair<std::string, std::string>>& seen() const { return seen_; }
  /// How many arguments stood before `--`; -1 when there was none.
  int args_before_dashes() const { return args_before_dashes_; }
  bool help() const { return help_; }
  /// One line a flag, by name: `-o, --output=VALUE`.
  std::vector<std::string> describe() const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Flag& add(const std::string& name, char shorthand);
  Try<void> set(Flag& flag, const std::string& value);
  Try<void> parse_long(const std::vector<std::string>& words, size_t& at);
  Try<void> parse_short(const std::vector<std::string>& words, size_t& at);

  std::vector<std::unique_ptr<Flag>> flags_;
  std::vector<std::pair<std::string, std::string>> seen_;
  std::vector<std::string> warnings_;
  int args_before_dashes_ = -1;
  bool help_ = false;
};

/// strconv.ParseBool and ParseInt, errors in Go's words.
std::expected<bool, std::string> parse_go_bool(const std::string& text);
std::expected<int64_t, std::string> parse_go_int(const std::string& text, int bits);

}  // namespace proa::cli::kubectl
