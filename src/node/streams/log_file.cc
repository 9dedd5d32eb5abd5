#include "node/streams/log_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "object/time.h"

namespace proa::node {

LogFilter::LogFilter(const client::LogOptions& options, runtime::TimeNs now)
    : timestamps_(options.timestamps), left_(options.limit_bytes) {
  if (options.since_seconds) since_ = now - *options.since_seconds * runtime::kSecond;
  if (!options.since_time.empty()) since_ = object::parse_time(options.since_time).value_or(0);
}

void LogFilter::give(std::string_view text, std::string& out) {
  if (left_) {
    text = text.substr(0, static_cast<size_t>(std::max<int64_t>(*left_, 0)));
    *left_ -= static_cast<int64_t>(text.size());
  }
  out += text;
}

void LogFilter::record(std::string_view line, std::string_view end, std::string& usual, std::string* errors) {
  const size_t stream = line.find(' ');
  const size_t tag = stream == line.npos ? line.npos : line.find(' ', stream + 1);
  const size_t text = tag == line.npos ? line.npos : line.find(' ', tag + 1);
  if (text == line.npos) return;  // damaged: passed over, as upstream does
  if (since_ > 0 && object::parse_time(line.substr(0, stream)).value_or(0) < since_) return;
  const bool is_error = errors != nullptr && line.substr(stream + 1, tag - stream - 1) == "stderr";
  std::string& out = is_error ? *errors : usual;
  const bool partial = line.substr(tag + 1, text - tag - 1).starts_with('P');
  if (timestamps_ && at_line_start_) {
    give(line.substr(0, stream), out);
    give(" ", out);
  }
  give(line.substr(text + 1), out);
  if (!partial) give(end, out);
  at_line_start_ = !partial;
}

std::string LogFilter::feed(std::string_view bytes, std::string* errors) {
  std::string out;
  rest_ += bytes;
  size_t at = 0;
  for (size_t end = 0; !full() && (end = rest_.find('\n', at)) != std::string::npos; at = end + 1)
    record(std::string_view(rest_).substr(at, end - at), "\n", out, errors);
  rest_.erase(0, at);
  return out;
}

std::string LogFilter::finish(std::string* errors) {
  std::string out;
  if (!full()) record(std::exchange(rest_, {}), "", out, errors);
  return out;
}

int64_t tail_offset(int fd, int64_t lines) {
  struct stat about{};
  if (::fstat(fd, &about) != 0) return 0;
  if (lines <= 0) return about.st_size;
  std::array<char, 4096> block{};
  int64_t found = 0;
  for (int64_t end = about.st_size; end > 0;) {
    const int64_t begin = std::max<int64_t>(end - static_cast<int64_t>(block.size()), 0);
    const ssize_t n = ::pread(fd, block.data(), static_cast<size_t>(end - begin), begin);
    for (ssize_t i = n - 1; i >= 0; --i) {
      if (block[static_cast<size_t>(i)] != '\n' || begin + i == about.st_size - 1) continue;
      if (++found == lines) return begin + i + 1;
    }
    end = begin;
  }
  return 0;
}

}  // namespace proa::node
