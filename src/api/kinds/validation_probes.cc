#include <string>

#include "api/kinds/validation.h"

namespace proa::api::validation {
namespace {

using object::View;

void http_get(View action, const Path& path, ErrorList& errors) {
  if (action["path"].as_string().empty()) errors.required(path.child("path"), "");
  port_number_or_name(action["port"], path.child("port"), errors);
  const auto scheme = action["scheme"].as_string();
  if (scheme != "HTTP" && scheme != "HTTPS") errors.not_supported(path.child("scheme"), scheme, {"HTTP", "HTTPS"});
}

void action_of(View handler, std::string_view kind, const Path& path, ErrorList& errors) {
  const View action = handler[kind];
  if (kind == "exec") {
    if (action["command"].empty()) errors.required(path.child("command"), "");
  } else if (kind == "httpGet") {
    http_get(action, path, errors);
  } else if (kind == "tcpSocket") {
    port_number_or_name(action["port"], path.child("port"), errors);
  } else if (kind == "grpc") {
    port_number(action["port"], path.child("port"), errors);
  }
}

/// Exactly one kind of action.
void handler(View handler, const Path& path, ErrorList& errors) {
  int found = 0;
  for (const std::string_view kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    if (!handler[kind].is_object()) continue;
    const Path at = path.child(kind);
    if (++found > 1) {
      errors.forbidden(at, "may not specify more than 1 handler type");
    } else {
      action_of(handler, kind, at, errors);
    }
  }
  if (found == 0) errors.required(path, "must specify a handler type");
}

}  // namespace

void probe(View probe, bool success_threshold_is_one, const Path& path, ErrorList& errors) {
  if (!probe.is_object()) return;
  handler(probe, path, errors);
  for (const std::string_view member :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
    nonnegative(probe[member], path.child(member), errors);
  if (const View grace = probe["terminationGracePeriodSeconds"]; grace.is_int() && grace.as_int() <= 0)
    errors.invalid_number(path.child("terminationGracePeriodSeconds"), grace.as_int(), "must be greater than 0");
  if (success_threshold_is_one && probe["successThreshold"].as_int() != 1)
    errors.invalid_number(path.child("successThreshold"), probe["successThreshold"].as_int(), "must be 1");
}

void lifecycle(View lifecycle, const Path& path, ErrorList& errors) {
  for (const std::string_view hook : {"postStart", "preStop"})
    if (lifecycle[hook].is_object()) handler(lifecycle[hook], path.child(hook), errors);
}

}  // namespace proa::api::validation
