// The log of a running process: one line per entry on stderr, for people and for grep.
//
//   2026-05-01T10:00:00.123Z WARN store: commit is slow ms=250 path="/a b"
//
// Any thread may log; a line is written by one write(2), so lines never mix. Simulated worlds and tests take the
// lines with set_log_sink(). What a user must act on is an answer, an event or a condition, not a log line.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace proa::base {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };

/// One `key=value` at the end of a line. Values with blanks, quotes or `=` are quoted.
struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view text) : key(k), value(text) {}
  LogField(std::string_view k, const char* text) : key(k), value(text) {}
  LogField(std::string_view k, const std::string& text) : key(k), value(text) {}
  LogField(std::string_view k, bool flag) : key(k), value(flag ? "true" : "false") {}
  template <class Number>
    requires(std::integral<Number> || std::floating_point<Number>) && (!std::same_as<Number, bool>)
  LogField(std::string_view k, Number number) : key(k), value(std::to_string(number)) {}
};

/// Entries below `level` are left out. At start: kInfo, or what the environment's PROA_LOG says (debug, info,
/// warn, error).
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

/// Takes each finished line (without its line end) instead of stderr; an empty function gives stderr back.
/// Call it before other threads log.
void set_log_sink(std::function<void(std::string_view line)> sink);

/// `room` is the folder that speaks ("store", "node/cri").
void log(LogLevel level, std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
  if (log_enabled(LogLevel::kDebug)) log(LogLevel::kDebug, room, message, fields);
}
inline void log_info(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, room, message, fields);
}
inline void log_warn(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarn, room, message, fields);
}
inline void log_error(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, room, message, fields);
}

}  // namespace proa::base
