// Writing a condition into a pod's status. Pure.
#pragma once

#include <string_view>

#include "object/time.h"
#include "object/value.h"

namespace proa::controllers {

/// Sets or adds the condition, True, with the pod's generation; the time of transition stays while the status does.
void set_pod_condition(object::Value& pod, std::string_view type, std::string_view status, std::string_view reason,
                       std::string_view message, object::TimeNs now);

}  // namespace proa::controllers
