// This process's terminal: raw mode while a remote program has it, and its size.
#pragma once

#include <termios.h>

#include <optional>

namespace proa::cli::kubectl {

bool stdin_is_terminal();

/// Raw from construction to destruction.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  std::optional<termios> before_;
};

struct TerminalSize {
  int columns = 0, rows = 0;
};
TerminalSize terminal_size();

}  // namespace proa::cli::kubectl
