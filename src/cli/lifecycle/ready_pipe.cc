#include <unistd.h>

#include <utility>

#include "cli/lifecycle/lifecycle.h"

namespace proa::cli {

void ReadyPipe::line(const std::string& text) {
  if (fd_ < 0) return;
  std::string out;
  for (const char c : text) out += c == '\n' ? '\x1f' : c;  // one event is one line
  out += '\n';
  if (write(fd_, out.data(), out.size()) < 0) fd_ = -1;
}

void ReadyPipe::ready() {
  line("ready");
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void ReadyPipe::error(const std::string& text) {
  line("error " + text);
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

}  // namespace proa::cli
