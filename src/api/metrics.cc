#include "api/metrics.h"

#include <iterator>

#include <fmt/format.h>

namespace proa::api {

void Metrics::observe(std::string_view verb, std::string_view group, std::string_view version,
                      std::string_view resource, std::string_view subresource, int code, double seconds) {
  fmt::memory_buffer labels;
  fmt::format_to(std::back_inserter(labels), R"(group="{}",resource="{}",subresource="{}",verb="{}",version="{}")",
                 group, resource, subresource, verb, version);
  const std::string_view key(labels.data(), labels.size());
  const std::lock_guard lock(mutex_);
  auto found = series_.find(key);
  if (found == series_.end()) found = series_.emplace(std::string(key), Series()).first;
  Series& series = found->second;
  ++series.codes[code];
  if (verb == "WATCH") return;
  size_t bucket = 0;
  while (bucket < kBuckets.size() && seconds > kBuckets[bucket]) ++bucket;
  ++series.buckets[bucket];
  ++series.count;
  series.sum += seconds;
}

void Metrics::write(std::string& out) const {
  const std::lock_guard lock(mutex_);
  auto add = std::back_inserter(out);
  out += "# TYPE apiserver_request_total counter\n";
  for (const auto& [labels, series] : series_)
    for (const auto& [code, count] : series.codes)
      fmt::format_to(add, "apiserver_request_total{{code=\"{}\",{}}} {}\n", code, labels, count);
  out += "# TYPE apiserver_request_duration_seconds histogram\n";
  for (const auto& [labels, series] : series_) {
    if (series.count == 0) continue;
    int64_t sum = 0;
    for (size_t i = 0; i < kBuckets.size(); ++i) {
      sum += series.buckets[i];
      fmt::format_to(add, "apiserver_request_duration_seconds_bucket{{{},le=\"{}\"}} {}\n", labels, kBuckets[i], sum);
    }
    fmt::format_to(add, "apiserver_request_duration_seconds_bucket{{{},le=\"+Inf\"}} {}\n", labels, series.count);
    fmt::format_to(add, "apiserver_request_duration_seconds_sum{{{}}} {}\n", labels, series.sum);
    fmt::format_to(add, "apiserver_request_duration_seconds_count{{{}}} {}\n", labels, series.count);
  }
  out += "# TYPE apiserver_current_inflight_requests gauge\n";
  fmt::format_to(add, "apiserver_current_inflight_requests{{request_kind=\"mutating\"}} {}\n",
                 inflight_mutating.load());
  fmt::format_to(add, "apiserver_current_inflight_requests{{request_kind=\"readOnly\"}} {}\n",
                 inflight_read_only.load());
  out += "# TYPE apiserver_longrunning_requests gauge\n";
  fmt::format_to(add, "apiserver_longrunning_requests{{verb=\"WATCH\"}} {}\n", watchers.load());
}

}  // namespace proa::api
