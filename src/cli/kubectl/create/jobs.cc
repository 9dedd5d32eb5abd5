// kubectl create job, cronjob.
#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// The template of a pod with one container, called as the object is.
Value pod_template(const CreateOptions& o, const std::string& image, const std::string& restart) {
  Value container = Value::object({{"name", o.name}, {"image", image}});
  if (!o.command.empty()) container["command"] = words(o.command);
  container["resources"] = Value::object();
  Value spec = Value::object({{"containers", Value::array({std::move(container)})}, {"restartPolicy", restart}});
  return Value::object({{"metadata", template_metadata({})}, {"spec", std::move(spec)}});
}

/// Gives the job what the CronJob's template says; the CronJob controls it.
void take_from(Value& job, View cron) {
  const View inner = cron["spec"]["jobTemplate"];
  Value& metadata = job["metadata"];
  if (inner["metadata"]["labels"].exists()) metadata["labels"] = inner["metadata"]["labels"].to_value();
  Value annotations = Value::object({{"cronjob.kubernetes.io/instantiate", "manual"}});
  for (auto [name, value] : inner["metadata"]["annotations"].members()) annotations.set(name, value.to_value());
  metadata["annotations"] = std::move(annotations);
  metadata["ownerReferences"] = Value::array({Value::object({{"apiVersion", "batch/v1"},
                                                             {"kind", "CronJob"},
                                                             {"name", cron["metadata"]["name"].str()},
                                                             {"uid", cron["metadata"]["uid"].str()},
                                                             {"controller", true}})});
  job["spec"] = inner["spec"].to_value();
}

}  // namespace

Try<void> create_job(Session& session) {
  CreateOptions o;
  std::string image, from;
  FlagSet flags = session.flags();
  flags.text("image", 0, &image);
  flags.text("from", 0, &from);
  if (auto ok = begin_create(session, o, flags, true); !ok) return ok;
  if (image.empty() == from.empty()) return fail("either --image or --from must be specified");
  if (!o.command.empty() && !from.empty()) return fail("cannot specify --from and command");
  Value job = new_object(session, o, "batch/v1", "Job");
  if (!from.empty()) {
    Request request;
    request.args = {from};
    auto found = find(session, request);
    if (!found) return Failed(found.error());
    if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
    const Info& cron = found->infos[0];
    if (cron.mapping.kind != "CronJob") return fail("unknown object type " + cron.mapping.go_type());
    take_from(job, cron.object);
  } else {
    job["spec"] = Value::object({{"template", pod_template(o, image, "Never")}});
  }
  job["status"] = Value::object();
  return finish_create(session, o, std::move(job), "job:");
}

Try<void> create_cron_job(Session& session) {
  CreateOptions o;
  std::string image, schedule, restart;
  FlagSet flags = session.flags();
  flags.text("image", 0, &image);
  flags.text("schedule", 0, &schedule);
  flags.text("restart", 0, &restart);
  o.required = {"image", "schedule"};
  if (auto ok = begin_create(session, o, flags, true); !ok) return ok;
  Value cron = new_object(session, o, "batch/v1", "CronJob");
  Value metadata = Value::object({{"name", o.name}, {"creationTimestamp", nullptr}});
  Value job = Value::object({{"template", pod_template(o, image, restart.empty() ? "OnFailure" : restart)}});
  cron["spec"] =
      Value::object({{"schedule", schedule},
                     {"jobTemplate", Value::object({{"metadata", std::move(metadata)}, {"spec", std::move(job)}})}});
  cron["status"] = Value::object();
  return finish_create(session, o, std::move(cron), "cronjob:");
}

}  // namespace proa::cli::kubectl
