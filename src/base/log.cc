#include "base/log.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace proa::base {
namespace {

LogLevel level_from_environment() {
  const char* text = std::getenv("PROA_LOG");
  const std::string_view wanted = text == nullptr ? "" : text;
  if (wanted == "debug") return LogLevel::kDebug;
  if (wanted == "warn") return LogLevel::kWarn;
  if (wanted == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

std::atomic<LogLevel>& lowest() {
  static std::atomic<LogLevel> level = level_from_environment();
  return level;
}

std::function<void(std::string_view)>& sink() {
  static std::function<void(std::string_view)> taken;
  return taken;
}

std::string now_text() {
  timeval now{};
  gettimeofday(&now, nullptr);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_usec / 1000);
}

bool needs_quotes(std::string_view text) {
  const auto odd = [](unsigned char c) { return c <= ' ' || c == '"' || c == '=' || c == 0x7f; };
  return text.empty() || std::ranges::any_of(text, odd);
}

/// A line stays one line: control characters are shown by their escapes.
void append_escaped(std::string_view text, bool quoted, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      if (quoted && (c == '"' || c == '\\')) out += '\\';
      out += c;
    }
  }
}

void append_field(const LogField& field, std::string& out) {
  out += ' ';
  out += field.key;
  out += '=';
  const bool quoted = needs_quotes(field.value);
  if (quoted) out += '"';
  append_escaped(field.value, quoted, out);
  if (quoted) out += '"';
}

void write_all(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written <= 0) return;  // nobody to tell
    line.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

void set_log_level(LogLevel level) { lowest().store(level, std::memory_order_relaxed); }

bool log_enabled(LogLevel level) { return level >= lowest().load(std::memory_order_relaxed); }

void set_log_sink(std::function<void(std::string_view line)> taken) { sink() = std::move(taken); }

void log(LogLevel level, std::string_view room, std::string_view message, std::initializer_list<LogField> fields) {
  if (!log_enabled(level)) return;
  constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARN", "ERROR"};
  std::string line = fmt::format("{} {} {}: ", now_text(), kNames[static_cast<size_t>(level)], room);
  append_escaped(message, false, line);
  for (const LogField& field : fields) append_field(field, line);
  if (sink()) {
    sink()(line);
    return;
  }
  line += '\n';
  write_all(line);
}

}  // namespace proa::base
