// Which pod and container a command means.
#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/pods/streams.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr const char* kLists[] = {"containers", "initContainers", "ephemeralContainers"};

bool is_ready(View pod) {
  for (View c : pod["status"]["conditions"].items())
    if (c["type"].as_string() == "Ready") return c["status"].as_string() == "True";
  return false;
}

std::string_view ready_since(View pod) {
  for (View c : pod["status"]["conditions"].items())
    if (c["type"].as_string() == "Ready") return c["lastTransitionTime"].as_string();
  return {};
}

/// The most that one of its containers was restarted, then the most of its sidecars.
std::pair<int64_t, int64_t> restarts(View pod) {
  std::pair<int64_t, int64_t> most{0, 0};
  for (View status : pod["status"]["containerStatuses"].items())
    most.first = std::max(most.first, status["restartCount"].as_int());
  for (View container : pod["spec"]["initContainers"].items()) {
    if (container["restartPolicy"].as_string() != "Always") continue;
    for (View status : pod["status"]["initContainerStatuses"].items())
      if (status["name"].as_string() == container["name"].as_string())
        most.second = std::max(most.second, status["restartCount"].as_int());
  }
  return most;
}

/// Best first. What has ended counts as pending for exec, and as running for logs.
int phase_rank(View pod, PodUse use) {
  const auto phase = pod["status"]["phase"].as_string();
  if (phase == "Unknown") return 1;
  if (use == PodUse::kLogs) return phase == "Pending" ? 2 : 0;
  return phase == "Running" ? 0 : 2;
}

/// The order in which a pod is chosen: assigned, running, ready, longest ready; then for exec those that are not being
/// deleted and were restarted least, for logs those that were restarted most; then the oldest.
/// Source: k8s.io/kubectl pkg/util/podutils (ActivePods, ByLogging).
bool better(View a, View b, PodUse use) {
  const bool assigned_a = !a["spec"]["nodeName"].as_string().empty();
  if (const bool assigned_b = !b["spec"]["nodeName"].as_string().empty(); assigned_a != assigned_b) return assigned_a;
  if (phase_rank(a, use) != phase_rank(b, use)) return phase_rank(a, use) < phase_rank(b, use);
  if (is_ready(a) != is_ready(b)) return is_ready(a);
  const auto deleted_a = a["metadata"]["deletionTimestamp"].as_string();
  const auto deleted_b = b["metadata"]["deletionTimestamp"].as_string();
  if (use == PodUse::kAttach && deleted_a != deleted_b)
    return deleted_a.empty() || (!deleted_b.empty() && deleted_a > deleted_b);
  if (is_ready(a) && ready_since(a) != ready_since(b)) return ready_since(a) < ready_since(b);
  if (restarts(a) != restarts(b)) return (restarts(a) > restarts(b)) == (use == PodUse::kLogs);
  return a["metadata"]["creationTimestamp"].as_string() < b["metadata"]["creationTimestamp"].as_string();
}

}  // namespace

View container_called(View pod, std::string_view name) {
  for (const char* list : kLists)
    for (View container : pod["spec"][std::string_view(list)].items())
      if (container["name"].as_string() == name) return container;
  return {};
}

std::string container_names(View pod) {
  std::vector<std::string> names;
  const View spec = pod["spec"];
  for (View c : spec["containers"].items()) names.push_back(c["name"].str());
  for (View c : spec["ephemeralContainers"].items()) names.push_back(c["name"].str() + " (ephem)");
  for (View c : spec["initContainers"].items()) names.push_back(c["name"].str() + " (init)");
  return join(names, ", ");
}

std::string default_container(Session& session, View pod, bool quiet) {
  const auto annotated = object::annotations_of(pod)["kubectl.kubernetes.io/default-container"].as_string();
  if (!annotated.empty() && container_called(pod, annotated).exists()) return std::string(annotated);
  const View spec = pod["spec"];
  const std::string first = spec["containers"].at(0)["name"].str();
  const bool others =
      spec["containers"].size() > 1 || !spec["initContainers"].empty() || !spec["ephemeralContainers"].empty();
  if (others && !quiet)
    session.err(fmt::format("Defaulted container {} out of: {}\n", object::go_quoted(first), container_names(pod)));
  return first;
}

Try<Value> pods_of(Session& session, const Info& workload, PodUse use) {
  const View spec = View(workload.object)["spec"];
  const std::string& kind = workload.mapping.kind;
  object::LabelSelector selector;
  if (kind == "Service" || kind == "ReplicationController") {
    if (spec["selector"].empty())
      return fail(kind == "Service"
                      ? fmt::format("invalid service '{}': Service is defined without a selector", workload.name)
                      : std::string("selector for *v1.ReplicationController not implemented"));
    selector = object::LabelSelector::from_map(spec["selector"]);
  } else if (spec["selector"].is_object()) {
    selector = object::LabelSelector::from_object(spec["selector"]);
  } else {
    return fail(fmt::format("selector for *unstructured.Unstructured not implemented"));
  }
  auto pods = session.mapper().of_resource("pods");
  if (!pods) return Failed(pods.error());
  auto list = session.api().get(pods->path(workload.name_space), {{"labelSelector", selector.to_string()}});
  if (!list) return Failed(list.error());
  Value* items = list->find("items");
  Value out = items != nullptr && items->is_array() ? std::move(*items) : Value::array();
  std::stable_sort(out.items().begin(), out.items().end(),
                   [use](const Value& a, const Value& b) { return better(a, b, use); });
  return out;
}

Try<ChosenPod> choose_pod(Session& session, const std::vector<std::string>& words, int64_t timeout_ms, PodUse use) {
  Request request;
  const bool typed = words[0].find('/') != std::string::npos || words.size() > 1;
  request.args = typed ? words : std::vector<std::string>{"pods/" + words[0]};
  request.continue_on_error = false;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  Info& named = found->infos[0];
  if (named.mapping.kind == "Pod") return ChosenPod{std::move(named), 1};
  auto pods = pods_of(session, named, use);
  if (!pods)
    return Failed(use == PodUse::kLogs ? Failure::text(fmt::format("cannot get the logs from *v1.{}: {}",
                                                                   named.mapping.kind, pods.error().message()))
                                       : Failure::text(fmt::format("cannot attach to *v1.{}: {}", named.mapping.kind,
                                                                   pods.error().message())));
  auto mapping = session.mapper().of_resource("pods");
  if (!mapping) return Failed(mapping.error());
  if (View(*pods).empty()) {
    if (timeout_ms >= 0) return fail(kTimedOut);
    return fail("no pods found");
  }
  const size_t count = View(*pods).size();
  Value& best = pods->items()[0];
  Info info{*mapping, named.name_space, std::string(object::name_of(best)), {}, {}};
  info.object = std::move(best);
  return ChosenPod{std::move(info), count};
}

}  // namespace proa::cli::kubectl
