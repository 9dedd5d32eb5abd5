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

int restarts(View pod) {
  int64_t most = 0;
  for (View status : pod["status"]["containerStatuses"].items()) most = std::max(most, status["restartCount"].as_int());
  return static_cast<int>(most);
}

int phase_rank(View pod) {
  const auto phase = pod["status"]["phase"].as_string();
  return phase == "Pending" ? 0 : phase == "Unknown" ? 1 : phase == "Running" ? 2 : 3;
}

/// The order in which a pod is chosen to log, best first: assigned, running, ready, longest ready, fewest restarts,
/// oldest. For exec and attach the same states count.
bool better(View a, View b) {
  const bool assigned_a = !a["spec"]["nodeName"].as_string().empty();
  const bool assigned_b = !b["spec"]["nodeName"].as_string().empty();
  if (assigned_a != assigned_b) return assigned_a;
  if (phase_rank(a) != phase_rank(b)) return phase_rank(a) > phase_rank(b);
  if (is_ready(a) != is_ready(b)) return is_ready(a);
  if (restarts(a) != restarts(b)) return restarts(a) > restarts(b);
  const auto made_a = a["metadata"]["creationTimestamp"].as_string();
  const auto made_b = b["metadata"]["creationTimestamp"].as_string();
  return made_a < made_b;
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

Try<Value> pods_of(Session& session, const Info& workload) {
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
  std::stable_sort(out.items().begin(), out.items().end(), [](const Value& a, const Value& b) { return better(a, b); });
  return out;
}

Try<ChosenPod> choose_pod(Session& session, const std::vector<std::string>& words, int64_t timeout_ms, bool for_logs) {
  Request request;
  const bool typed = words[0].find('/') != std::string::npos || words.size() > 1;
  request.args = typed ? words : std::vector<std::string>{"pods/" + words[0]};
  request.continue_on_error = false;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  Info& named = found->infos[0];
  if (named.mapping.kind == "Pod") return ChosenPod{std::move(named), 1};
  auto pods = pods_of(session, named);
  if (!pods)
    return Failed(for_logs ? Failure::text(fmt::format("cannot get the logs from *v1.{}: {}", named.mapping.kind,
                                                       pods.error().message()))
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
