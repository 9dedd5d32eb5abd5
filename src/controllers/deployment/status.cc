#include "controllers/deployment/status.h"

#include <algorithm>
#include <utility>

namespace proa::controllers::deployment {

using object::Value;
using object::View;

namespace {

std::optional<int64_t> optional_int(View view) { return view.is_int() ? std::optional(view.as_int()) : std::nullopt; }

}  // namespace

Condition make_condition(std::string_view type, std::string_view status, std::string_view reason, std::string message,
                         object::TimeNs now) {
  const std::string time = object::format_time(now);
  return {std::string(type), std::string(status), std::string(reason), std::move(message), time, time};
}

DeploymentStatus DeploymentStatus::read(View status) {
  DeploymentStatus s;
  s.observed_generation = status["observedGeneration"].as_int();
  s.replicas = status["replicas"].as_int();
  s.updated = status["updatedReplicas"].as_int();
  s.ready = status["readyReplicas"].as_int();
  s.available = status["availableReplicas"].as_int();
  s.unavailable = status["unavailableReplicas"].as_int();
  s.terminating = optional_int(status["terminatingReplicas"]);
  s.collision_count = optional_int(status["collisionCount"]);
  for (const View c : status["conditions"].items())
    s.conditions.push_back({c["type"].str(), c["status"].str(), c["reason"].str(), c["message"].str(),
                            c["lastUpdateTime"].str(), c["lastTransitionTime"].str()});
  return s;
}

Value DeploymentStatus::write() const {
  Value out = Value::object();
  const auto set_number = [&out](object::Key name, int64_t n) {
    if (n != 0) out.set(name, n);
  };
  set_number("observedGeneration", observed_generation);
  set_number("replicas", replicas);
  set_number("updatedReplicas", updated);
  set_number("readyReplicas", ready);
  set_number("availableReplicas", available);
  set_number("unavailableReplicas", unavailable);
  if (terminating) out.set("terminatingReplicas", *terminating);
  for (const Condition& c : conditions) {
    Value condition = Value::object({{"type", c.type}, {"status", c.status}});
    if (!c.last_update.empty()) condition.set("lastUpdateTime", c.last_update);
    if (!c.last_transition.empty()) condition.set("lastTransitionTime", c.last_transition);
    if (!c.reason.empty()) condition.set("reason", c.reason);
    if (!c.message.empty()) condition.set("message", c.message);
    out["conditions"].push_back(std::move(condition));
  }
  if (collision_count) out.set("collisionCount", *collision_count);
  return out;
}

const Condition* DeploymentStatus::condition(std::string_view type) const {
  const auto at =
      std::find_if(conditions.begin(), conditions.end(), [type](const Condition& c) { return c.type == type; });
  return at == conditions.end() ? nullptr : &*at;
}

void DeploymentStatus::set(Condition wanted) {
  if (const Condition* current = condition(wanted.type)) {
    if (current->status == wanted.status && current->reason == wanted.reason) return;
    if (current->status == wanted.status) wanted.last_transition = current->last_transition;
  }
  remove(wanted.type);
  conditions.push_back(std::move(wanted));
}

void DeploymentStatus::remove(std::string_view type) {
  std::erase_if(conditions, [type](const Condition& c) { return c.type == type; });
}

}  // namespace proa::controllers::deployment
