// Failure is what ends a command with an exit code other than 0: words of our own, a Status of the server, or
// several of both. It knows how kubectl shows each: with `error: `, with `Error from server (NotFound): `, causes
// on lines of their own.
// Source: k8s.io/kubectl pkg/cmd/util (CheckErr and its texts).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace proa::cli::kubectl {

class [[nodiscard]] Failure {
 public:
  /// Our own words; `error: ` comes before them.
  static Failure text(std::string message);
  /// Our own words, shown as they are.
  static Failure verbatim(std::string message);
  /// What the server answered, or why it can't be reached.
  static Failure of(Status status);
  /// `WORDS`, then where to find help, as for a wrong use of the command.
  static Failure usage(const std::string& command_path, const std::string& message);
  /// Nothing is shown; the process ends with `exit_code`.
  static Failure quiet(int exit_code);
  /// All of them; one alone is itself. REQUIRES: at least one.
  static Failure all(std::vector<Failure> failures);

  /// The words alone, for use within other words.
  std::string message() const;
  /// What stderr shows, line end included; empty for quiet ones.
  std::string for_user() const;
  int exit_code() const { return exit_code_; }
  Failure with_exit_code(int code) const;
  bool is(std::string_view reason) const { return status_ && status_->reason == reason; }
  bool is_status() const { return status_.has_value(); }
  /// The server was not reached, or the connection to it broke.
  bool is_unreachable() const { return unreachable_; }
  const Status* status() const { return status_ ? &*status_ : nullptr; }

  /// `error when VERB "SOURCE": WORDS`; unchanged where there is no source.
  Failure at_source(const std::string& verb, const std::string& source) const;

 private:
  std::string single_line() const;

  std::optional<Status> status_;
  std::string text_;
  bool verbatim_ = false;
  bool unreachable_ = false;
  int exit_code_ = 1;
  std::vector<Failure> parts_;
};

template <class T>
using Try = std::expected<T, Failure>;
using Failed = std::unexpected<Failure>;

/// `return fail("no objects passed to {}", name)`.
inline Failed fail(std::string message) { return Failed(Failure::text(std::move(message))); }

/// A Result of another room, as ours.
template <class T>
Try<T> checked(Result<T> result) {
  if (!result) return Failed(Failure::of(std::move(result.error())));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

}  // namespace proa::cli::kubectl
