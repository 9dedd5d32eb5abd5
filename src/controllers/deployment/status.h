// A Deployment's status as the plan works on it: read, changed, compared, written. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "object/time.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::deployment {

struct Condition {
  std::string type, status, reason, message;
  std::string last_update, last_transition;  // as written
  bool operator==(const Condition&) const = default;
};

struct DeploymentStatus {
  int64_t observed_generation = 0;
  int64_t replicas = 0, updated = 0, ready = 0, available = 0, unavailable = 0;
  std::optional<int64_t> terminating, collision_count;
  std::vector<Condition> conditions;
  bool operator==(const DeploymentStatus&) const = default;

  static DeploymentStatus read(object::View status);
  object::Value write() const;

  const Condition* condition(std::string_view type) const;
  /// Sets or replaces, and moves to the end; nothing when status and reason are the same already. The time of
  /// transition stays while the status does.
  void set(Condition condition);
  void remove(std::string_view type);
};

Condition make_condition(std::string_view type, std::string_view status, std::string_view reason, std::string message,
                         object::TimeNs now);

}  // namespace proa::controllers::deployment
