// How process.cc starts a program: posix_spawn with a clean signal mask, no inherited descriptors, and input and
// output as anonymous files, so that nobody has to pump pipes and no grandchild can hold one open. Any thread.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/status.h"
#include "runtime/fd.h"
#include "runtime/process.h"

namespace proa::runtime {

struct Spawned {
  pid_t pid = -1;
  Fd pidfd;     // readable when the process has ended
  Fd out, err;  // what it writes, unless to Command::log_file
};

/// Error names the program and what is missing.
Result<Spawned> spawn(const Command& command);

/// A descriptor that is readable once the process has ended; empty, with errno set, when there is none.
Fd open_pidfd(pid_t pid);
void send_signal(const Fd& pidfd, int signal);

/// Collects the ended child's exit code (128 + signal when it died by one); -1 when it is no child of ours.
/// Blocks until it has ended.
int reap(pid_t pid);

/// All that was written to an anonymous file.
std::string read_back(const Fd& file);

}  // namespace proa::runtime
