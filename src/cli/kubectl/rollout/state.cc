#include <charconv>

#include <fmt/format.h>

#include "cli/kubectl/rollout/history.h"
#include "object/go_text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

Try<RolloutState> deployment_state(View d, int64_t revision) {
  const std::string name = object::go_quoted(object::name_of(d));
  if (revision > 0) {
    int64_t own = 0;
    const auto text = object::annotations_of(d)["deployment.kubernetes.io/revision"].as_string();
    std::from_chars(text.data(), text.data() + text.size(), own);
    if (own != revision)
      return fail(fmt::format("desired revision ({}) is different from the running revision ({})", revision, own));
  }
  const View status = d["status"];
  if (object::generation_of(d) > status["observedGeneration"].as_int())
    return RolloutState{"Waiting for deployment spec update to be observed...\n", false};
  for (View condition : status["conditions"].items())
    if (condition["type"].as_string() == "Progressing" && condition["reason"].as_string() == "ProgressDeadlineExceeded")
      return fail(fmt::format("deployment {} exceeded its progress deadline", name));
  const int64_t wanted = d["spec"]["replicas"].as_int(), updated = status["updatedReplicas"].as_int();
  const int64_t all = status["replicas"].as_int(), available = status["availableReplicas"].as_int();
  const std::string waiting = fmt::format("Waiting for deployment {} rollout to finish: ", name);
  if (updated < wanted)
    return RolloutState{waiting + fmt::format("{} out of {} new replicas have been updated...\n", updated, wanted),
                        false};
  if (all > updated)
    return RolloutState{waiting + fmt::format("{} old replicas are pending termination...\n", all - updated), false};
  if (available < updated)
    return RolloutState{waiting + fmt::format("{} of {} updated replicas are available...\n", available, updated),
                        false};
  return RolloutState{fmt::format("deployment {} successfully rolled out\n", name), true};
}

Try<RolloutState> daemon_set_state(View d) {
  const std::string name = object::go_quoted(object::name_of(d));
  if (d["spec"]["updateStrategy"]["type"].as_string() != "RollingUpdate")
    return fail("rollout status is only available for RollingUpdate strategy type");
  const View status = d["status"];
  if (object::generation_of(d) > status["observedGeneration"].as_int())
    return RolloutState{"Waiting for daemon set spec update to be observed...\n", false};
  const int64_t desired = status["desiredNumberScheduled"].as_int();
  const int64_t updated = status["updatedNumberScheduled"].as_int(), available = status["numberAvailable"].as_int();
  const std::string waiting = fmt::format("Waiting for daemon set {} rollout to finish: ", name);
  if (updated < desired)
    return RolloutState{waiting + fmt::format("{} out of {} new pods have been updated...\n", updated, desired), false};
  if (available < desired)
    return RolloutState{waiting + fmt::format("{} of {} updated pods are available...\n", available, desired), false};
  return RolloutState{fmt::format("daemon set {} successfully rolled out\n", name), true};
}

Try<RolloutState> stateful_set_state(View s) {
  const View strategy = s["spec"]["updateStrategy"], status = s["status"];
  if (strategy["type"].as_string() != "RollingUpdate")
    return fail("rollout status is only available for RollingUpdate strategy type");
  const int64_t observed = status["observedGeneration"].as_int();
  if (observed == 0 || object::generation_of(s) > observed)
    return RolloutState{"Waiting for statefulset spec update to be observed...\n", false};
  const int64_t wanted = s["spec"]["replicas"].as_int(), ready = status["readyReplicas"].as_int();
  const int64_t updated = status["updatedReplicas"].as_int();
  if (ready < wanted) return RolloutState{fmt::format("Waiting for {} pods to be ready...\n", wanted - ready), false};
  if (const View rolling = strategy["rollingUpdate"]; rolling.exists()) {
    const int64_t due = wanted - rolling["partition"].as_int();
    if (rolling["partition"].exists() && updated < due)
      return RolloutState{
          fmt::format("Waiting for partitioned roll out to finish: {} out of {} new pods have been updated...\n",
                      updated, due),
          false};
    return RolloutState{fmt::format("partitioned roll out complete: {} new pods have been updated...\n", updated),
                        true};
  }
  const auto newest = status["updateRevision"].as_string(), current = status["currentRevision"].as_string();
  if (newest != current)
    return RolloutState{
        fmt::format("waiting for statefulset rolling update to complete {} pods at revision {}...\n", updated, newest),
        false};
  return RolloutState{fmt::format("statefulset rolling update complete {} pods at revision {}...\n",
                                  status["currentReplicas"].as_int(), current),
                      true};
}

}  // namespace

Try<RolloutState> rollout_state(View workload, const Mapping& mapping, int64_t revision) {
  if (mapping.group == "apps" && mapping.kind == "Deployment") return deployment_state(workload, revision);
  if (mapping.group == "apps" && mapping.kind == "DaemonSet") return daemon_set_state(workload);
  if (mapping.group == "apps" && mapping.kind == "StatefulSet") return stateful_set_state(workload);
  return fail(fmt::format("no status viewer has been implemented for {}",
                          mapping.group.empty() ? mapping.kind : mapping.kind + "." + mapping.group));
}

}  // namespace proa::cli::kubectl
