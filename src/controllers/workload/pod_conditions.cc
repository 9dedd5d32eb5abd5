#include "controllers/workload/pod_conditions.h"

#include "object/meta.h"

namespace proa::controllers {

using object::Value;
using object::View;

void set_pod_condition(Value& pod, std::string_view type, std::string_view status, std::string_view reason,
                       std::string_view message, object::TimeNs now) {
  Value condition = Value::object({{"type", type}});
  if (const int64_t generation = object::generation_of(pod); generation != 0)
    condition.set("observedGeneration", generation);
  condition.set("status", status);
  condition.set("lastProbeTime", nullptr);
  condition.set("lastTransitionTime", object::format_time(now));
  if (!reason.empty()) condition.set("reason", reason);
  if (!message.empty()) condition.set("message", message);
  Value& conditions = pod["status"]["conditions"];
  if (conditions.is_null()) conditions = Value::array();
  for (Value& old : conditions.items()) {
    if (View(old)["type"].as_string() != type) continue;
    if (View(old)["status"].as_string() == status && old.find("lastTransitionTime"))
      condition.set("lastTransitionTime", View(old)["lastTransitionTime"].to_value());
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

}  // namespace proa::controllers
