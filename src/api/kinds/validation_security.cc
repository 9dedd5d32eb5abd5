// Security contexts of containers.
#include "api/kinds/validation.h"

namespace proa::api::validation {
namespace {

using object::View;

void id(View context, std::string_view member, const Path& path, ErrorList& errors) {
  const View value = context[member];
  if (value.is_int() && (value.as_int() < 0 || value.as_int() > INT32_MAX))
    errors.invalid_number(path.child(member), value.as_int(), "must be between 0 and 2147483647, inclusive");
}

}  // namespace

void container_security(View context, const Path& path, ErrorList& errors) {
  for (const std::string_view member : {"runAsUser", "runAsGroup"}) id(context, member, path, errors);
  const View escalation = context["allowPrivilegeEscalation"];
  if (escalation.as_bool(true)) return;
  if (context["privileged"].as_bool())
    errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  for (View capability : context["capabilities"]["add"].items())
    if (capability.as_string() == "CAP_SYS_ADMIN")
      errors.invalid(path, context,
                     "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
}

}  // namespace proa::api::validation
