#include "cli/kubectl/pods/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace proa::cli::kubectl {

bool stdin_is_terminal() { return isatty(STDIN_FILENO) != 0; }

RawTerminal::RawTerminal() {
  termios now{};
  if (tcgetattr(STDIN_FILENO, &now) != 0) return;
  before_ = now;
  cfmakeraw(&now);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

RawTerminal::~RawTerminal() {
  if (before_) tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
}

TerminalSize terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace proa::cli::kubectl
