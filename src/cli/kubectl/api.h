// The API server as commands see it: paths and JSON in, JSON or a Failure out. Warnings that the server sends go to
// stderr, each once. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/kubectl/failure.h"
#include "http/client.h"
#include "object/value.h"

namespace proa::cli::kubectl {

using Params = std::vector<std::pair<std::string, std::string>>;

/// `path?name=value&...`, escaped; parameters with empty values are left out.
std::string target_of(const std::string& path, const Params& params);
std::string escape_query(std::string_view text);
/// A segment of a path.
std::string escape_path(std::string_view text);

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kJsonPatch = "application/json-patch+json";
inline constexpr const char* kMergePatch = "application/merge-patch+json";
inline constexpr const char* kStrategicPatch = "application/strategic-merge-patch+json";
inline constexpr const char* kApplyPatch = "application/apply-patch+yaml";
/// Asks for rows instead of objects.
inline constexpr const char* kAcceptTable =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

struct Call {
  std::string method = "GET";
  std::string path;
  Params params;
  std::string body;
  std::string content_type = kJson;
  std::string accept = kJson;
};

class Api {
 public:
  explicit Api(http::ClientOptions options) : options_(std::move(options)) {}

  Try<object::Value> send(const Call& call);
  Try<object::Value> get(const std::string& path, Params params = {}) {
    return send({.method = "GET", .path = path, .params = std::move(params)});
  }
  /// The body as text; the server's errors are Failures.
  Try<std::string> raw(const Call& call);
  /// The body as it comes. `piece` returns false to end.
  Try<void> stream(const Call& call, const std::function<bool(std::string_view)>& piece);
  /// WATCH: `event` gets type and object, and returns false to end. Ends also when the server ends it, and, with a
  /// Failure for which is_timeout() is true, after `timeout_ms` (0: never).
  Try<void> watch(Call call, int64_t timeout_ms, const std::function<bool(const std::string&, object::Value)>& event);
  Try<std::unique_ptr<http::ClientSocket>> websocket(const std::string& target,
                                                     const std::vector<std::string>& protocols);
  const http::ClientOptions& options() const { return options_; }
  static bool is_timeout(const Failure& failure);

 private:
  Try<http::Client*> client();
  Try<void> stream_with(http::Client& client, const Call& call, const std::function<bool(std::string_view)>& piece);
  void show_warnings(const http::Headers& headers);

  http::ClientOptions options_;
  std::unique_ptr<http::Client> client_;
  std::set<std::string> shown_;
};

}  // namespace proa::cli::kubectl
