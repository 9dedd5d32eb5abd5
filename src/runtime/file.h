// Files, with every fault as a Status that names the path and what to do.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace proa::runtime {

Result<std::string> read_file(const std::string& path);
/// Write to a temporary file beside it, fsync, rename: readers see the old text or the new one.
Result<void> write_file_atomic(const std::string& path, std::string_view text, mode_t mode = 0644);
Result<void> make_dirs(const std::string& path, mode_t mode = 0755);
Result<void> remove_tree(const std::string& path);
bool file_exists(const std::string& path);

/// Holds an exclusive flock on PATH (made when missing) and writes the process id into it.
class LockFile {
 public:
  /// Error when another process holds it; its pid is in the message. One that is dying is waited for, up to a second.
  static Result<LockFile> acquire(const std::string& path);
  /// The process that holds it; 0: nobody does.
  static int holder(const std::string& path);
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace proa::runtime
