#include "node/streams/log_rotation.h"

#include <algorithm>
#include <ctime>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace proa::node {

namespace fs = std::filesystem;

namespace {

constexpr uintmax_t kLargest = 10 << 20;
constexpr size_t kFiles = 5;
constexpr runtime::DurationNs kPeriod = 30 * runtime::kSecond;

/// All but the newest of a log's old files go.
void drop_old(const std::string& path) {
  std::error_code failed;
  std::vector<std::string> old;
  const fs::path log(path);
  for (const fs::directory_entry& each : fs::directory_iterator(log.parent_path(), failed))
    if (each.path().filename().string().starts_with(log.filename().string() + ".")) old.push_back(each.path());
  std::ranges::sort(old);
  for (size_t i = 0; i + (kFiles - 2) < old.size(); ++i) fs::remove(old[i], failed);
}

}  // namespace

LogRotation::LogRotation(runtime::Executor& executor, cri::Runtime& runtime,
                         std::function<std::vector<cri::ContainerStatus>()> running)
    : executor_(executor), runtime_(runtime), running_(std::move(running)), timer_(executor) {}

void LogRotation::start() {
  timer_.start(kPeriod, [this] {
    rotate();
    start();
  });
}

void LogRotation::rotate() {
  for (const cri::ContainerStatus& each : running_()) {
    std::error_code failed;
    if (each.log_path.empty() || fs::file_size(each.log_path, failed) <= kLargest || failed) continue;
    drop_old(each.log_path);
    const std::time_t now = executor_.clock().wall() / runtime::kSecond;
    const std::string aside = fmt::format("{}.{:%Y%m%d-%H%M%S}", each.log_path, fmt::gmtime(now));
    fs::rename(each.log_path, aside, failed);
    if (failed) continue;
    runtime_.reopen_log(each.id, [aside, path = each.log_path](const Result<void>& how) {
      std::error_code ignored;
      if (!how) fs::rename(aside, path, ignored);  // the runtime still writes to the old one
    });
  }
}

}  // namespace proa::node
