// Kinds with one or two rules beyond their data: what may not change of them, who may overwrite them, their rows.
// Sources: the strategies and validations of k8s.io/kubernetes pkg/registry, and pkg/printers/internalversion.
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"

namespace proa::api::kinds {
namespace {

using object::TimeNs;
using object::Value;
using object::View;
using rows::Cells;
using schema::ErrorList;
using schema::Path;

constexpr const char* kNone = "<none>";

Value name_of_row(View object) { return object["metadata"]["name"].str(); }

std::string joined(View list, std::string_view member, const char* otherwise) {
  std::string out;
  for (const View item : list.items()) {
    if (!out.empty()) out += ',';
    out += member.empty() ? item.str() : item[member].str();
  }
  return out.empty() ? otherwise : out;
}

Value or_none(View value) { return value.exists() ? value.to_value() : Value(kNone); }

void driver_row(View driver, TimeNs now, Cells& cells) {
  const View spec = driver["spec"];
  cells = {name_of_row(driver),
           spec["attachRequired"].as_bool(true),
           spec["podInfoOnMount"].as_bool(),
           spec["storageCapacity"].as_bool(),
           joined(spec["tokenRequests"], "audience", "<unset>"),
           spec["requiresRepublish"].as_bool(),
           joined(spec["volumeLifecycleModes"], "", kNone),
           rows::created(driver, now)};
}

void node_row(View node, TimeNs now, Cells& cells) {
  cells = {name_of_row(node), static_cast<int64_t>(node["spec"]["drivers"].size()), rows::created(node, now)};
}

void flow_row(View flow, TimeNs now, Cells& cells) {
  std::string missing = "?";
  for (const View condition : flow["status"]["conditions"].items())
    if (condition["type"].as_string() == "Dangling") missing = condition["status"].str();
  const View spec = flow["spec"];
  cells = {name_of_row(flow),
           spec["priorityLevelConfiguration"]["name"].str(),
           spec["matchingPrecedence"].as_int(),
           rows::or_else(spec["distinguisherMethod"]["type"], kNone),
           rows::created(flow, now),
           missing};
}

void level_row(View level, TimeNs now, Cells& cells) {
  const View spec = level["spec"];
  const View limited = spec["limited"];
  const View queuing = limited["limitResponse"]["queuing"];
  cells = {name_of_row(level),         spec["type"].str(),           or_none(limited["nominalConcurrencyShares"]),
           or_none(queuing["queues"]), or_none(queuing["handSize"]), or_none(queuing["queueLengthLimit"]),
           rows::created(level, now)};
}

void service_range_row(View range, TimeNs now, Cells& cells) {
  cells = {name_of_row(range), joined(range["spec"]["cidrs"], "", ""), rows::created(range, now)};
}

void validate_driver_update(View driver, View old, ErrorList& errors) {
  const View now = driver["spec"], was = old["spec"];
  const Path path("spec");
  validation::immutable(now["attachRequired"], was["attachRequired"], path.child("attachedRequired"), errors);
  validation::immutable(now["volumeLifecycleModes"], was["volumeLifecycleModes"], path.child("volumeLifecycleModes"),
                        errors);
}

}  // namespace

KindBehaviour not_overwritten_blindly() {
  KindBehaviour behaviour;
  behaviour.allow_unconditional_update = false;
  return behaviour;
}

KindBehaviour webhook_configuration() {
  KindBehaviour behaviour = not_overwritten_blindly();
  behaviour.row = rows::webhook_configuration;
  return behaviour;
}

KindBehaviour controller_revision() {
  KindBehaviour behaviour;
  behaviour.row = rows::controller_revision;
  behaviour.validate_update = [](View object, View old, ErrorList& errors) {
    validation::immutable(object["data"], old["data"], Path("data"), errors);
  };
  return behaviour;
}

KindBehaviour ingress_class() {
  KindBehaviour behaviour;
  behaviour.row = rows::ingress_class;
  behaviour.validate_update = [](View object, View old, ErrorList& errors) {
    const Path path("spec");
    validation::immutable(object["spec"]["controller"], old["spec"]["controller"], path.child("controller"), errors);
  };
  return behaviour;
}

KindBehaviour runtime_class() {
  KindBehaviour behaviour = not_overwritten_blindly();
  behaviour.validate_update = [](View object, View old, ErrorList& errors) {
    validation::immutable(object["handler"], old["handler"], Path("handler"), errors);
  };
  return behaviour;
}

KindBehaviour csi_driver() {
  KindBehaviour behaviour = not_overwritten_blindly();
  behaviour.prepare_for_create = [](Value&, const WriteContext&) {};  // its first generation is none
  behaviour.returns_deleted_object = true;
  behaviour.validate_update = validate_driver_update;
  behaviour.row = driver_row;
  return behaviour;
}

KindBehaviour volume_attachment() {
  KindBehaviour behaviour = not_overwritten_blindly();
  behaviour.returns_deleted_object = true;
  return behaviour;
}

KindBehaviour csi_node() {
  KindBehaviour behaviour = volume_attachment();
  behaviour.row = node_row;
  return behaviour;
}

KindBehaviour csi_storage_capacity() {
  KindBehaviour behaviour = not_overwritten_blindly();
  behaviour.validate_update = [](View object, View old, ErrorList& errors) {
    validation::immutable(object["nodeTopology"], old["nodeTopology"], Path("nodeTopology"), errors);
    validation::immutable(object["storageClassName"], old["storageClassName"], Path("storageClassName"), errors);
  };
  return behaviour;
}

KindBehaviour flow_schema() {
  KindBehaviour behaviour;
  behaviour.row = flow_row;
  return behaviour;
}

KindBehaviour priority_level() {
  KindBehaviour behaviour;
  behaviour.row = level_row;
  return behaviour;
}

KindBehaviour service_cidr() {
  KindBehaviour behaviour;
  behaviour.row = service_range_row;
  return behaviour;
}

}  // namespace proa::api::kinds
