#include "runtime/fd.h"

#include <unistd.h>

namespace proa::runtime {

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace proa::runtime
