#include "cli/kubectl/failure.h"

#include <algorithm>

#include <fmt/format.h>

#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

bool from_transport(const Status& status) { return status.code == 0; }

/// `* cause` lines, or the one cause on the line of the title.
std::string with_causes(const std::string& title, const std::vector<base::StatusCause>& causes) {
  std::vector<std::string> lines;
  for (const auto& cause : causes) {
    std::string line = cause.field + ": " + cause.message;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
  }
  if (lines.size() == 1) return title + lines[0] + "\n";
  std::string out = title + "\n";
  for (const auto& line : lines) out += "* " + line + "\n";
  return out;
}

std::string invalid_text(const Status& status) {
  const auto& details = status.details;
  const bool has_details =
      !details.kind.empty() || !details.name.empty() || !details.causes.empty() || !details.group.empty();
  std::string title = "The request is invalid";
  if (!has_details) return title + (status.message.empty() ? "" : ": " + status.message) + "\n";
  if (!details.kind.empty() || !details.name.empty())
    title = fmt::format("The {} {} is invalid", details.kind, object::go_quoted(details.name));
  else if (!status.message.empty() && details.causes.empty())
    title += ": " + status.message;
  return details.causes.empty() ? title + "\n" : with_causes(title + ": ", details.causes);
}

}  // namespace

Failure Failure::text(std::string message) {
  Failure made;
  made.text_ = std::move(message);
  return made;
}

Failure Failure::verbatim(std::string message) {
  Failure made = text(std::move(message));
  made.verbatim_ = true;
  return made;
}

Failure Failure::of(Status status) {
  if (from_transport(status)) {
    Failure made = verbatim(status.message);
    made.unreachable_ = true;
    return made;
  }
  Failure made;
  made.status_ = std::move(status);
  return made;
}

Failure Failure::usage(const std::string& command_path, const std::string& message) {
  return text(fmt::format("{}\nSee '{} -h' for help and examples", message, command_path));
}

Failure Failure::quiet(int exit_code) {
  Failure made = verbatim("");
  made.exit_code_ = exit_code;
  return made;
}

Failure Failure::all(std::vector<Failure> failures) {
  if (failures.size() == 1) return std::move(failures[0]);
  Failure made;
  made.parts_ = std::move(failures);
  return made;
}

Failure Failure::with_exit_code(int code) const {
  Failure copy = *this;
  copy.exit_code_ = code;
  return copy;
}

std::string Failure::message() const {
  if (status_) return status_->message;
  if (parts_.empty()) return text_;
  std::string out;
  for (const auto& part : parts_) out += (out.empty() ? "[" : ", ") + part.message();
  return out + "]";
}

Failure Failure::at_source(const std::string& verb, const std::string& source) const {
  if (source.empty()) return *this;
  Failure copy = *this;
  copy.parts_.clear();
  std::string words = fmt::format("error when {} {}: {}", verb, object::go_quoted(source), message());
  if (copy.status_)
    copy.status_->message = std::move(words);
  else
    copy.text_ = std::move(words), copy.verbatim_ = false;
  return copy;
}

std::string Failure::single_line() const {
  if (!status_) {
    if (verbatim_ || text_.starts_with("error: ")) return text_;
    return "error: " + text_;
  }
  if (status_->is("Unauthorized")) return "error: You must be logged in to the server (" + status_->message + ")";
  if (!status_->reason.empty()) return "Error from server (" + status_->reason + "): " + status_->message;
  return "Error from server: " + status_->message;
}

std::string Failure::for_user() const {
  std::string out;
  if (!parts_.empty()) {
    // Among others, own words stand without a prefix.
    for (const auto& part : parts_) out += (part.is_status() ? part.single_line() : part.message()) + "\n";
    return out;
  }
  if (status_ && status_->is("Invalid")) return invalid_text(*status_);
  out = single_line();
  if (!out.empty() && !out.ends_with('\n')) out += "\n";
  return out;
}

}  // namespace proa::cli::kubectl
