#include <charconv>
#include <mutex>

#include <fmt/format.h>

#include "api/pod_access.h"
#include "api/subresources.h"

namespace proa::api {
namespace {

constexpr size_t kQueueLimit = 4 * 1024 * 1024;

std::optional<int64_t> number(const http::Query& query, std::string_view name) {
  const std::string* text = query.find(name);
  int64_t out = 0;
  if (text == nullptr || std::from_chars(text->data(), text->data() + text->size(), out).ec != std::errc())
    return std::nullopt;
  return out;
}

Result<client::LogOptions> log_options(const http::Query& query, std::string_view pod) {
  client::LogOptions out;
  out.follow = query_flag(query, "follow");
  out.previous = query_flag(query, "previous");
  out.timestamps = query_flag(query, "timestamps");
  out.since_seconds = number(query, "sinceSeconds");
  out.tail_lines = number(query, "tailLines");
  out.limit_bytes = number(query, "limitBytes");
  out.since_time = query.get("sinceTime");
  const auto invalid = [pod](std::string field, int64_t value, std::string_view why) {
    return Error(
        base::invalid("", "PodLogOptions", pod,
                      {{"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, why), std::move(field)}}));
  };
  if (out.tail_lines && *out.tail_lines < 0)
    return invalid("tailLines", *out.tail_lines, "must be greater than or equal to 0");
  if (out.limit_bytes && *out.limit_bytes < 1) return invalid("limitBytes", *out.limit_bytes, "must be greater than 0");
  if (out.since_seconds && *out.since_seconds < 1)
    return invalid("sinceSeconds", *out.since_seconds, "must be greater than 0");
  return out;
}

/// Holds the stream for as long as the answer lasts. Callbacks come on the node's thread, the end on the I/O thread.
struct LogStream {
  explicit LogStream(ExchangePtr the_exchange) : exchange(std::move(the_exchange)) {}
  ExchangePtr exchange;
  std::mutex mutex;
  std::unique_ptr<client::PodStream> stream;
  bool begun = false, over = false;

  void begin() {
    if (std::exchange(begun, true)) return;
    exchange->answered = 200;
    exchange->writer->begin(200, exchange->headers("text/plain"));
  }
  void data(std::string bytes) {
    std::unique_ptr<client::PodStream> gone;
    const std::lock_guard lock(mutex);
    if (over) return;
    begin();
    // A reader who never reads loses the stream rather than fill our memory.
    if (exchange->writer->queued() > kQueueLimit) {
      gone = std::move(stream);
      return finish_locked();
    }
    exchange->writer->write(http::share(std::move(bytes)));
  }
  void end(const Result<void>& result) {
    const std::lock_guard lock(mutex);
    if (over) return;
    if (!begun && !result) {
      over = true;
      return exchange->fail(result.error());
    }
    begin();
    finish_locked();
  }
  void finish_locked() {
    over = true;
    exchange->writer->finish();
  }
  void drop() {
    std::unique_ptr<client::PodStream> gone;
    const std::lock_guard lock(mutex);
    over = true;
    gone = std::move(stream);
  }
};

}  // namespace

void serve_pod_log(const ExchangePtr& exchange) {
  auto access = find_pod(*exchange);
  if (!access) return exchange->fail(access.error());
  auto options = log_options(exchange->query(), exchange->target.name);
  if (!options) return exchange->fail(options.error());
  auto container = choose_container(*access, exchange->query().get("container"));
  if (!container) return exchange->fail(container.error());
  if (access->streams == nullptr) return exchange->fail(no_node());
  options->container = *container;
  auto log = std::make_shared<LogStream>(exchange);
  exchange->writer->on_abandoned([log] { log->drop(); });
  auto stream = access->streams->logs(
      access->pod, *options, [log](std::string bytes) { log->data(std::move(bytes)); },
      [log](Result<void> result) { log->end(result); });
  const std::lock_guard lock(log->mutex);
  if (!log->over) log->stream = std::move(stream);
}

}  // namespace proa::api
