// Session is one run of a command: what was typed, the flags that every command has, and, made when first needed,
// the cluster's access, client and mapper. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/kubectl/api.h"
#include "cli/kubectl/flags.h"
#include "cli/kubectl/kubeconfig.h"
#include "cli/kubectl/mapping.h"

namespace proa::cli::kubectl {

class Session {
 public:
  Session(std::string called_as, std::vector<std::string> all_words)
      : called_as_(std::move(called_as)), all_words_(std::move(all_words)) {}

  /// A FlagSet that holds the flags of every command; it refers to this session.
  FlagSet flags();
  /// Parses what stands after the command's own words. Shows warnings of deprecated flags; for --help and wrong
  /// flags a Failure.
  Try<std::vector<std::string>> parse(FlagSet& flags);

  /// Of the command in question: `kubectl rollout`, and what follows it.
  const std::string& path() const { return path_; }
  /// `kubectl`.
  const std::string& called_as() const { return called_as_; }
  void enter(const std::string& command, std::vector<std::string> rest);
  void set_rest(std::vector<std::string> rest) { rest_ = std::move(rest); }
  const std::vector<std::string>& rest() const { return rest_; }
  Failed usage(const std::string& message) const { return Failed(Failure::usage(path_, message)); }

  /// Errors when there is no usable kubeconfig.
  Try<const Access*> access();
  const AccessFlags& access_flags() const { return access_flags_; }
  /// REQUIRES: access() gave no error.
  Api& api();
  Mapper& mapper();
  const std::string& name_space() const { return access_->name_space; }
  bool namespace_given() const { return access_->namespace_given; }

  /// Text for kubernetes.io/change-cause: the command as typed, flags last.
  static std::string change_cause(const FlagSet& flags, const std::vector<std::string>& command,
                                  const std::vector<std::string>& args);

  void out(std::string_view text) const;
  void err(std::string_view text) const;

 private:
  std::string called_as_;
  std::vector<std::string> all_words_;
  std::string path_;
  std::vector<std::string> rest_;
  AccessFlags access_flags_;
  std::optional<Access> access_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<Mapper> mapper_;
};

/// All of stdin.
std::string read_stdin();

}  // namespace proa::cli::kubectl
