#include "node/volumes/host_path.h"

#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "runtime/file.h"

namespace proa::node {

namespace fs = std::filesystem;

namespace {

Result<void> wrong_type(const std::string& path, std::string_view what) {
  return Error(base::bad_request(fmt::format("hostPath type check failed: {} is not {}", path, what)));
}

}  // namespace

Result<void> check_host_path(const std::string& path, const std::string& type) {
  std::error_code failed;
  if (type.empty()) {
    if (!fs::exists(path, failed)) return runtime::make_dirs(path, 0755);
    return {};
  }
  if (type == "DirectoryOrCreate" && !fs::exists(path, failed)) return runtime::make_dirs(path, 0755);
  if (type == "FileOrCreate" && !fs::exists(path, failed)) {
    std::ofstream made(path);
    if (!made) return Error(base::internal_error(fmt::format("can't make the file {}", path)));
    return {};
  }
  const fs::file_status status = fs::status(path, failed);
  if (type.starts_with("Directory") && !fs::is_directory(status)) return wrong_type(path, "a directory");
  if (type.starts_with("File") && !fs::is_regular_file(status)) return wrong_type(path, "a file");
  if (type == "Socket" && !fs::is_socket(status)) return wrong_type(path, "a socket file");
  if (type == "CharDevice" && !fs::is_character_file(status)) return wrong_type(path, "a character device");
  if (type == "BlockDevice" && !fs::is_block_file(status)) return wrong_type(path, "a block device");
  return {};
}

Result<std::string> safe_sub_path(const std::string& volume, const std::string& sub_path, const std::string& mount,
                                  const std::string& container) {
  const fs::path relative(sub_path);
  if (relative.is_absolute())
    return Error(base::bad_request(fmt::format("error SubPath `{}` must not be an absolute path", sub_path)));
  for (const fs::path& part : relative)
    if (part == "..")
      return Error(base::bad_request(fmt::format("unable to provision SubPath `{}`: must not contain '..'", sub_path)));
  const fs::path whole = fs::path(volume) / relative;
  std::error_code failed;
  if (!fs::exists(whole, failed)) {
    fs::create_directories(whole, failed);
    if (failed)
      return Error(base::bad_request(fmt::format(
          "failed to create subPath directory for volumeMount \"{}\" of container \"{}\"", mount, container)));
    struct stat above{};
    if (::stat(volume.c_str(), &above) == 0) ::chmod(whole.c_str(), above.st_mode & 07777);
  }
  const fs::path real = fs::canonical(whole, failed), base = failed ? fs::path() : fs::canonical(volume, failed);
  const auto [end, ignored] = std::mismatch(base.begin(), base.end(), real.begin(), real.end());
  if (failed || end != base.end())
    return Error(base::bad_request(
        fmt::format("failed to prepare subPath for volumeMount \"{}\" of container \"{}\"", mount, container)));
  return real.string();
}

std::string log_tail(const std::string& log_path) {
  constexpr size_t kLines = 80, kBytes = 2048;
  std::ifstream in(log_path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    size_t at = 0;  // time, stream, tag
    for (int i = 0; i < 3 && at != std::string::npos; ++i) at = line.find(' ', at == 0 ? 0 : at + 1);
    lines.push_back(at == std::string::npos ? line : line.substr(at + 1));
    if (lines.size() > kLines) lines.pop_front();
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out.size() > kBytes ? out.substr(out.size() - kBytes) : out;
}

}  // namespace proa::node
