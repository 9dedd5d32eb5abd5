#include "cli/kubectl/rollout/history.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/tab_writer.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/selector.h"
#include "schema/strategic_merge.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr const char* kRevision = "deployment.kubernetes.io/revision";
constexpr const char* kHash = "pod-template-hash";

/// Annotations of a Deployment that a rollback leaves alone.
bool stays(std::string_view name) {
  return name == kLastApplied || name == kRevision || name == "deployment.kubernetes.io/revision-history" ||
         name == "deployment.kubernetes.io/desired-replicas" || name == "deployment.kubernetes.io/max-replicas" ||
         name == "deprecated.deployment.rollback.to";
}

Try<Value> owned(Session& session, const Info& info, const char* group_resource) {
  auto mapping = session.mapper().of_resource(group_resource);
  if (!mapping) return Failed(mapping.error());
  const auto selector = object::LabelSelector::from_object(View(info.object)["spec"]["selector"]);
  auto list = session.api().get(mapping->path(info.name_space), {{"labelSelector", selector.to_string()}});
  if (!list) return Failed(list.error());
  Value out = Value::array();
  for (View item : View(*list)["items"].items())
    if (object::is_controlled_by(item, object::uid_of(info.object))) out.push_back(item.to_value());
  return out;
}

Try<History> deployment_history(Session& session, const Info& info) {
  auto sets = owned(session, info, "replicasets.apps");
  if (!sets)
    return fail(
        fmt::format("failed to retrieve replica sets from deployment {}: {}", info.name, sets.error().message()));
  History history;
  for (View set : View(*sets).items()) {
    int64_t revision = 0;
    const auto text = object::annotations_of(set)[std::string_view(kRevision)].as_string();
    if (std::from_chars(text.data(), text.data() + text.size(), revision).ec != std::errc() || revision == 0) continue;
    Revision one{set["spec"]["template"].to_value(), object::annotations_of(set)[std::string_view(kChangeCause)].str(),
                 set.to_value()};
    if (!one.change_cause.empty()) record_cause(one.pod_template, one.change_cause);
    history[revision] = std::move(one);
  }
  return history;
}

Try<History> controller_history(Session& session, const Info& info) {
  auto revisions = owned(session, info, "controllerrevisions.apps");
  if (!revisions)
    return fail(fmt::format("unable to find history controlled by {} {}: {}", info.mapping.kind, info.name,
                            revisions.error().message()));
  History history;
  for (View item : View(*revisions).items()) {
    auto applied = schema::strategic_merge(info.object, item["data"], info.mapping.type);
    if (!applied) return fail("unable to parse history " + std::string(object::name_of(item)));
    history[item["revision"].as_int()] = {View(*applied)["spec"]["template"].to_value(),
                                          object::annotations_of(item)[std::string_view(kChangeCause)].str(),
                                          item.to_value()};
  }
  return history;
}

/// The revision to go back to; 0 means the one before the newest.
Try<History::const_iterator> target(const History& history, int64_t to_revision, const Info& info, bool deployment) {
  if (to_revision > 0) {
    const auto found = history.find(to_revision);
    if (found == history.end())
      return fail(fmt::format("unable to find specified revision {} in history", to_revision));
    return found;
  }
  if (history.size() < 2)
    return fail(deployment ? fmt::format("no rollout history found for deployment {}", object::go_quoted(info.name))
                           : std::string("no last revision to roll back to"));
  return std::prev(history.end(), 2);
}

void drop_hash(Value& pod_template) {
  Value* metadata = pod_template.find("metadata");
  Value* labels = metadata ? metadata->find("labels") : nullptr;
  if (labels != nullptr) labels->erase(std::string_view(kHash));
}

Try<std::string> roll_back_deployment(Session& session, const Info& info, const Revision& revision, int64_t to_revision,
                                      const WriteFlags& write) {
  const View live = info.object;
  if (live["spec"]["paused"].as_bool())
    return fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  const View set = revision.holder;
  Value wanted = set["spec"]["template"].to_value();
  drop_hash(wanted);
  Value current = live["spec"]["template"].to_value();
  drop_hash(current);
  if (View(wanted) == View(current))
    return fmt::format("skipped rollback (current template already matches revision {})", to_revision);
  Value annotations = Value::object();
  for (auto [name, value] : object::annotations_of(live).members())
    if (stays(name)) annotations.set(name, value.to_value());
  for (auto [name, value] : object::annotations_of(set).members())
    if (!stays(name)) annotations.set(name, value.to_value());
  const Value patch = Value::array(
      {Value::object({{"op", "replace"}, {"path", "/spec/template"}, {"value", std::move(wanted)}}),
       Value::object({{"op", "replace"}, {"path", "/metadata/annotations"}, {"value", std::move(annotations)}})});
  auto done = patch_object(session, info, kJsonPatch, object::to_json(patch), write);
  if (!done) return fail(fmt::format("failed restoring revision {}: {}", to_revision, done.error().message()));
  return std::string("rolled back");
}

Try<std::string> roll_back_controller(Session& session, const Info& info, const Revision& revision, int64_t to_revision,
                                      const WriteFlags& write) {
  const View data = View(revision.holder)["data"];
  Value recorded = data["spec"]["template"].to_value();
  recorded.erase("$patch");
  if (View(recorded) == View(info.object)["spec"]["template"])
    return fmt::format("skipped rollback (current template already matches revision {})", to_revision);
  auto done = patch_object(session, info, kStrategicPatch, object::to_json(data), write);
  if (!done) return fail(fmt::format("failed restoring revision {}: {}", to_revision, done.error().message()));
  return std::string("rolled back");
}

bool is_apps(const Mapping& mapping, std::string_view kind) { return mapping.group == "apps" && mapping.kind == kind; }

}  // namespace

Try<History> read_history(Session& session, const Info& info) {
  if (is_apps(info.mapping, "Deployment")) return deployment_history(session, info);
  if (is_apps(info.mapping, "DaemonSet") || is_apps(info.mapping, "StatefulSet"))
    return controller_history(session, info);
  const std::string kind =
      info.mapping.group.empty() ? info.mapping.kind : info.mapping.kind + "." + info.mapping.group;
  constexpr std::string_view kVisited[] = {"Pod", "ReplicationController", "ReplicaSet", "Job", "CronJob"};
  if (std::ranges::find(kVisited, info.mapping.kind) != std::end(kVisited))
    return fail(fmt::format("no history viewer has been implemented for {}", object::go_quoted(kind)));
  return fail(fmt::format("error retrieving history for {}, no visitor method exists for {{{} {}}}",
                          object::go_quoted(kind), info.mapping.group, info.mapping.kind));
}

Try<std::string> history_text(const History& history, int64_t revision) {
  if (history.empty()) return std::string("No rollout history found.");
  if (revision > 0) {
    const auto found = history.find(revision);
    if (found == history.end()) return fail("unable to find the specified revision");
    return pod_template_text(found->second.pod_template);
  }
  std::string out = "REVISION\tCHANGE-CAUSE\n";
  for (const auto& [number, one] : history)
    out += fmt::format("{}\t{}\n", number, one.change_cause.empty() ? "<none>" : one.change_cause);
  return aligned(out, kTextStyle);
}

Try<std::string> roll_back(Session& session, const Info& info, int64_t to_revision, const std::string& dry_run) {
  if (to_revision < 0) return fail(fmt::format("unable to find specified revision {} in history", to_revision));
  const bool deployment = is_apps(info.mapping, "Deployment");
  if (!deployment && !is_apps(info.mapping, "DaemonSet") && !is_apps(info.mapping, "StatefulSet")) {
    const std::string kind =
        info.mapping.group.empty() ? info.mapping.kind : info.mapping.kind + "." + info.mapping.group;
    return fail(fmt::format("no rollbacker has been implemented for {}", object::go_quoted(kind)));
  }
  auto history = read_history(session, info);
  if (!history) return Failed(history.error());
  auto found = target(*history, to_revision, info, deployment);
  if (!found) return Failed(found.error());
  const Revision& revision = (*found)->second;
  if (dry_run == "client") {
    if (deployment) return pod_template_text(View(revision.holder)["spec"]["template"]);
    return "will roll back to " + pod_template_text(revision.pod_template);
  }
  WriteFlags write;
  write.dry_run = dry_run;
  write.validate.clear();
  return deployment ? roll_back_deployment(session, info, revision, to_revision, write)
                    : roll_back_controller(session, info, revision, to_revision, write);
}

}  // namespace proa::cli::kubectl
