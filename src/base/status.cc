#include "base/status.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace proa::base {
namespace {

Status about(int code, std::string_view reason, std::string message, const GroupResource& resource,
             std::string_view name) {
  Status status{.code = code, .reason = std::string(reason), .message = std::move(message)};
  status.details.name = name;
  status.details.group = resource.group;
  status.details.kind = resource.resource;
  return status;
}

Status plain(int code, std::string_view reason, std::string message) {
  return {.code = code, .reason = std::string(reason), .message = std::move(message)};
}

}  // namespace

Status not_found(const GroupResource& resource, std::string_view name) {
  return about(404, "NotFound", fmt::format("{} \"{}\" not found", resource.to_string(), name), resource, name);
}

Status already_exists(const GroupResource& resource, std::string_view name) {
  return about(409, "AlreadyExists", fmt::format("{} \"{}\" already exists", resource.to_string(), name), resource,
               name);
}

Status conflict(const GroupResource& resource, std::string_view name, std::string_view why) {
  return about(409, "Conflict",
               fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", resource.to_string(), name, why), resource,
               name);
}

Status modified_conflict(const GroupResource& resource, std::string_view name) {
  return conflict(resource, name,
                  "the object has been modified; please apply your changes to the latest version and try again");
}

Status bad_request(std::string message) { return plain(400, "BadRequest", std::move(message)); }

Status unauthorized(std::string message) { return plain(401, "Unauthorized", std::move(message)); }

Status forbidden(const GroupResource& resource, std::string_view name, std::string_view why) {
  const std::string what = name.empty() ? resource.to_string() : fmt::format("{} \"{}\"", resource.to_string(), name);
  return about(403, "Forbidden", fmt::format("{} is forbidden: {}", what, why), resource, name);
}

Status invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<StatusCause> causes) {
  std::vector<std::string> said;
  for (const auto& cause : causes) {
    std::string text = cause.field.empty() ? cause.message : cause.field + ": " + cause.message;
    if (std::ranges::find(said, text) == said.end()) said.push_back(std::move(text));
  }
  std::string list = fmt::format("{}", fmt::join(said, ", "));
  if (said.size() > 1) list = "[" + list + "]";
  const std::string qualified = group.empty() ? std::string(kind) : fmt::format("{}.{}", kind, group);
  std::string message = fmt::format("{} \"{}\" is invalid", qualified, name);
  if (!list.empty()) message += ": " + list;
  Status status = plain(422, "Invalid", std::move(message));
  status.details.name = name;
  status.details.group = group;
  status.details.kind = kind;
  status.details.causes = std::move(causes);
  return status;
}

Status expired(std::string message) { return plain(410, "Expired", std::move(message)); }

Status too_large_resource_version(long long asked, long long current) {
  Status status =
      plain(504, "Timeout", fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current));
  status.details.retry_after_seconds = 1;
  status.details.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  return status;
}

Status method_not_supported(const GroupResource& resource, std::string_view verb) {
  return about(405, "MethodNotAllowed",
               fmt::format("{} is not supported on resources of kind \"{}\"", verb, resource.to_string()), resource,
               "");
}

Status not_acceptable(std::string message) { return plain(406, "NotAcceptable", std::move(message)); }

Status unsupported_media_type(std::string message) { return plain(415, "UnsupportedMediaType", std::move(message)); }

Status request_entity_too_large(std::string message) { return plain(413, "RequestEntityTooLarge", std::move(message)); }

Status too_many_requests(std::string message, int retry_after_seconds) {
  Status status = plain(429, "TooManyRequests", std::move(message));
  status.details.retry_after_seconds = retry_after_seconds;
  return status;
}

Status server_timeout(const GroupResource& resource, std::string_view verb, int retry_after_seconds) {
  Status status = about(500, "ServerTimeout",
                        fmt::format("The {} operation against {} could not be completed at this time, "
                                    "please try again.",
                                    verb, resource.to_string()),
                        resource, "");
  status.details.retry_after_seconds = retry_after_seconds;
  return status;
}

Status service_unavailable(std::string message) { return plain(503, "ServiceUnavailable", std::move(message)); }

Status internal_error(std::string_view why) {
  return plain(500, "InternalError", fmt::format("Internal error occurred: {}", why));
}

Status no_such_endpoint() { return plain(404, "NotFound", "the server could not find the requested resource"); }

}  // namespace proa::base
