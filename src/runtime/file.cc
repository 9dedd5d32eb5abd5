#include "runtime/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "runtime/fd.h"
#include "runtime/process.h"

namespace proa::runtime {
namespace {

/// What a person can do about it; empty where the error says it all.
std::string_view advice(int error) {
  switch (error) {
    case EACCES:
    case EPERM: return ": run as a user who may, or choose another place";
    case EROFS: return ": choose a place that can be written to";
    case ENOSPC:
    case EDQUOT: return ": free some space and try again";
    case EMFILE:
    case ENFILE: return ": raise the limit of open files (ulimit -n)";
    default: return "";
  }
}

Status file_error(std::string_view what, const std::string& path, int error) {
  Status status{.code = 500, .reason = "InternalError"};
  if (error == ENOENT) status = {.code = 404, .reason = "NotFound"};
  status.message = fmt::format("cannot {} {}: {}{}", what, path, strerror(error), advice(error));
  return status;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// As its holder wrote it; 0 where it has not done so yet.
int pid_in(int lock) {
  char text[32] = {};
  const ssize_t n = pread(lock, text, sizeof text - 1, 0);
  int pid = 0;
  std::from_chars(text, text + std::max<ssize_t>(n, 0), pid);
  return pid;
}

/// The last threads of a holder that was killed keep it for some milliseconds: they are waited for. What went wrong
/// is in errno.
bool lock_whole(int lock) {
  for (int tries = 0; flock(lock, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK) return false;
    const bool held = process_start_time(pid_in(lock)) != 0 || tries == 100;
    errno = EWOULDBLOCK;
    if (held) return false;
    usleep(10'000);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// A rename is on disk when its folder is.
bool sync_folder(const std::string& path) {
  Fd folder(open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && fsync(folder.get()) == 0;
}

/// Writes the new text beside `path` and puts it in place; what went wrong is in errno.
bool replace_file(const std::string& path, const std::string& beside, std::string_view text, mode_t mode) {
  {
    Fd file(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file) return false;
    if (fchmod(file.get(), mode) != 0 || !write_all(file.get(), text) || fsync(file.get()) != 0) return false;
  }
  return rename(beside.c_str(), path.c_str()) == 0 && sync_folder(path);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Error(file_error("read", path, errno));
  std::string text;
  struct stat about{};
  if (fstat(file.get(), &about) == 0 && about.st_size > 0) text.reserve(static_cast<size_t>(about.st_size));
  char part[16384];
  while (true) {
    const ssize_t n = read(file.get(), part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error(file_error("read", path, errno));
    if (n == 0) return text;
    text.append(part, static_cast<size_t>(n));
  }
}

Result<void> write_file_atomic(const std::string& path, std::string_view text, mode_t mode) {
  const std::string beside = fmt::format("{}.{}.tmp", path, gettid());
  unlink(beside.c_str());  // of a process that died here
  if (replace_file(path, beside, text, mode)) return {};
  const int error = errno;
  unlink(beside.c_str());
  return Error(file_error("write", path, error));
}

Result<void> make_dirs(const std::string& path, mode_t mode) {
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (part.empty() || mkdir(part.c_str(), mode) == 0) continue;
    const int error = errno;
    struct stat about{};
    if (stat(part.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) continue;
    return Error(file_error("make the directory", part, error == EEXIST ? ENOTDIR : error));
  }
  return {};
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return Error(file_error("remove", path, error.value()));
  return {};
}

bool file_exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

Result<LockFile> LockFile::acquire(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Error(file_error("lock", path, errno));
  LockFile lock(fd);
  if (!lock_whole(fd)) {
    const int error = errno;
    if (error != EWOULDBLOCK) return Error(file_error("lock", path, error));
    const int pid = pid_in(fd);
    return Error(Status{.code = 409,
                        .reason = "AlreadyExists",
                        .message = fmt::format("{} is held by the running process {}", path,
                                               pid == 0 ? "(unknown)" : std::to_string(pid))});
  }
  if (ftruncate(fd, 0) != 0 || !write_all(fd, fmt::format("{}\n", getpid())))
    return Error(file_error("write", path, errno));
  return lock;
}

int LockFile::holder(const std::string& path) {
  const Fd lock(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock || flock(lock.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return 0;
  return pid_in(lock.get());
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace proa::runtime
