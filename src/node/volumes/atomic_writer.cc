#include "node/volumes/atomic_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>

namespace proa::node {

namespace fs = std::filesystem;

namespace {

Status io_error(std::string_view what, const std::string& path) {
  return base::internal_error(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

Result<void> write_one(const std::string& path, const VolumeFile& file, int64_t group) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << file.bytes;
  out.close();
  if (!out) return Error(io_error("can't write", path));
  if (group >= 0 && ::chown(path.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(group)) != 0)
    return Error(io_error("can't change the group of", path));
  const int mode = group >= 0 ? file.mode | 0440 : file.mode;
  if (::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) return Error(io_error("can't change the mode of", path));
  return {};
}

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool holds(const fs::path& data, const VolumeFiles& files) {
  std::error_code failed;
  if (!fs::is_directory(data, failed)) return false;
  size_t found = 0;
  for (fs::recursive_directory_iterator at(data, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file(failed)) continue;
    const auto wanted = files.find(fs::relative(at->path(), data).string());
    if (wanted == files.end() || read_all(at->path()) != wanted->second.bytes) return false;
    ++found;
  }
  return !failed && found == files.size();
}

Result<void> replace_link(const std::string& target, const std::string& link) {
  const std::string temporary = link + "_tmp";
  (void)::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0) return Error(io_error("can't link", temporary));
  if (::rename(temporary.c_str(), link.c_str()) != 0) return Error(io_error("can't link", link));
  return {};
}

/// One link for each top name of the files; links to names that are gone are taken away.
Result<void> link_names(const std::string& dir, const VolumeFiles& files) {
  std::set<std::string> names;
  for (const auto& [path, file] : files) names.insert(path.substr(0, path.find('/')));
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, failed)) {
    const std::string name = entry.path().filename();
    if (entry.is_symlink() && !name.starts_with("..") && !names.contains(name)) (void)::unlink(entry.path().c_str());
  }
  for (const std::string& name : names) {
    const std::string link = dir + "/" + name;
    if (fs::is_symlink(link, failed)) continue;
    if (::symlink(("..data/" + name).c_str(), link.c_str()) != 0) return Error(io_error("can't link", link));
  }
  return {};
}

}  // namespace

Result<bool> write_volume(const std::string& dir, const VolumeFiles& files, int64_t group, const std::string& unique) {
  std::error_code failed;
  fs::create_directories(dir, failed);
  if (failed) return Error(base::internal_error(fmt::format("can't make {}: {}", dir, failed.message())));
  ::chmod(dir.c_str(), 0777);
  const std::string data = dir + "/..data";
  if (holds(data, files)) return false;
  const fs::path old = fs::read_symlink(data, failed);
  const std::string fresh = ".." + unique;
  for (const auto& [path, file] : files)
    if (auto written = write_one(dir + "/" + fresh + "/" + path, file, group); !written) return Error(written.error());
  fs::create_directories(dir + "/" + fresh, failed);
  if (auto linked = replace_link(fresh, data); !linked) return Error(linked.error());
  if (auto linked = link_names(dir, files); !linked) return Error(linked.error());
  if (!old.empty()) fs::remove_all(dir + "/" + old.string(), failed);
  return true;
}

}  // namespace proa::node
