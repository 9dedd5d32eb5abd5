#include "api/convert.h"

#include <string_view>
#include <utility>

namespace proa::api {
namespace {

using object::Value;

void rename(Value& object, object::Key from, object::Key to) {
  Value* member = object.find(from);
  if (member == nullptr) return;
  Value taken = std::move(*member);
  object.erase(from);
  object.set(to, std::move(taken));
}

/// events.k8s.io/v1 and the core group's Event are one thing under two sets of names.
struct EventName {
  object::Key core, events;
};

const EventName kEventNames[] = {{"message", "note"},
                                 {"involvedObject", "regarding"},
                                 {"reportingComponent", "reportingController"},
                                 {"source", "deprecatedSource"},
                                 {"firstTimestamp", "deprecatedFirstTimestamp"},
                                 {"lastTimestamp", "deprecatedLastTimestamp"},
                                 {"count", "deprecatedCount"}};

void convert_event(Value& object, bool to_core) {
  for (const EventName& name : kEventNames)
    to_core ? rename(object, name.events, name.core) : rename(object, name.core, name.events);
}

/// autoscaling/v1 knows only the processor's average; v2 lists metrics.
void autoscaler_to_v2(Value& object) {
  Value* spec = object.find("spec");
  Value* target = spec == nullptr ? nullptr : spec->find("targetCPUUtilizationPercentage");
  if (target == nullptr) return;
  Value percent = std::move(*target);
  spec->erase("targetCPUUtilizationPercentage");
  Value metric = Value::object({{"type", "Resource"}});
  metric["resource"].set("name", "cpu");
  metric["resource"]["target"] = Value::object({{"type", "Utilization"}, {"averageUtilization", std::move(percent)}});
  (*spec)["metrics"].push_back(std::move(metric));
}

void autoscaler_to_v1(Value& object) {
  Value* spec = object.find("spec");
  if (spec == nullptr) return;
  for (const object::View metric : object::View(*spec)["metrics"].items()) {
    const object::View resource = metric["resource"];
    if (metric["type"].as_string() == "Resource" && resource["name"].as_string() == "cpu" &&
        resource["target"]["averageUtilization"].exists())
      spec->set("targetCPUUtilizationPercentage", resource["target"]["averageUtilization"].to_value());
  }
  spec->erase("metrics");
  spec->erase("behavior");
  if (Value* status = object.find("status")) {
    status->erase("currentMetrics");
    status->erase("conditions");
  }
}

}  // namespace

void convert(Value& object, const schema::KindInfo& from, const schema::KindInfo& to) {
  if (&from == &to || (from.group == to.group && from.version == to.version)) return;
  if (from.kind == "Event") convert_event(object, to.group.empty());
  if (from.kind == "HorizontalPodAutoscaler") to.version == "v2" ? autoscaler_to_v2(object) : autoscaler_to_v1(object);
  object.set("apiVersion", to.api_version());
}

}  // namespace proa::api
