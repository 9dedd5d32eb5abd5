// Status is the one error type of Proa: Kubernetes' own metav1.Status of a failure. Whatever a user, a peer or
// the disk can cause travels as Result<T> and reaches the client in these words; no exception crosses a room's
// border. Status is a plain value: copy it, move it, use it from any thread.
//
// Source of the reasons, codes and message forms: k8s.io/apimachinery api/errors.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace proa::base {

/// One cause of a failure, as in `status.details.causes`. `reason` is e.g. "FieldValueInvalid".
struct StatusCause {
  std::string reason;
  std::string message;
  std::string field;
};

struct StatusDetails {
  std::string name;
  std::string group;
  std::string kind;  // resource (plural) in most errors, Kind in Invalid: as upstream does
  std::string uid;
  std::vector<StatusCause> causes;
  int retry_after_seconds = 0;
};

struct [[nodiscard]] Status {
  int code = 500;
  std::string reason;  // "NotFound", "Conflict", "Invalid", ...; empty for Unknown
  std::string message;
  StatusDetails details;

  bool is(std::string_view wanted_reason) const { return reason == wanted_reason; }
};

template <class T>
using Result = std::expected<T, Status>;
using Error = std::unexpected<Status>;

/// Names a resource in messages: `deployments.apps "web"`; the core group prints as `pods "web"`.
struct GroupResource {
  std::string group;
  std::string resource;
  std::string to_string() const { return group.empty() ? resource : resource + "." + group; }
};

Status not_found(const GroupResource& resource, std::string_view name);
Status already_exists(const GroupResource& resource, std::string_view name);
/// `Operation cannot be fulfilled on deployments.apps "web": REASON`
Status conflict(const GroupResource& resource, std::string_view name, std::string_view why);
/// The conflict every optimistic writer knows: the object has been modified; please apply your changes...
Status modified_conflict(const GroupResource& resource, std::string_view name);
Status bad_request(std::string message);
Status unauthorized(std::string message);
Status forbidden(const GroupResource& resource, std::string_view name, std::string_view why);
/// 422 `Deployment.apps "web" is invalid: [cause, cause]`; causes' messages already hold the field's path.
Status invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<StatusCause> causes);
/// 410 Expired: a resourceVersion or continue token is too old.
Status expired(std::string message);
/// 504 Timeout with cause ResourceVersionTooLarge: `Timeout: Too large resource version: 9, current: 3`.
Status too_large_resource_version(long long asked, long long current);
Status method_not_supported(const GroupResource& resource, std::string_view verb);
Status not_acceptable(std::string message);
Status unsupported_media_type(std::string message);
Status request_entity_too_large(std::string message);
Status too_many_requests(std::string message, int retry_after_seconds);
Status server_timeout(const GroupResource& resource, std::string_view verb, int retry_after_seconds);
Status service_unavailable(std::string message);
/// 500 `Internal error occurred: WHY`
Status internal_error(std::string_view why);
/// The path is not served at all: `the server could not find the requested resource`.
Status no_such_endpoint();

}  // namespace proa::base

namespace proa {
using base::Error;
using base::Result;
using base::Status;
}  // namespace proa
