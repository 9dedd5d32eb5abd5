#include "api/pod_access.h"

#include <fmt/format.h>

#include "object/meta.h"

namespace proa::api {
namespace {

using object::View;

std::string names_of(View containers) {
  std::string out;
  for (const View container : containers.items()) {
    if (!out.empty()) out += ' ';
    out += container["name"].as_string();
  }
  return out;
}

bool has_container(View pod, std::string_view name) {
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
    for (const View container : pod["spec"][std::string_view(list)].items())
      if (container["name"].as_string() == name) return true;
  return false;
}

}  // namespace

Result<PodAccess> find_pod(Exchange& exchange) {
  const store::EntryPtr entry = exchange.core.store.snapshot()->get(exchange.target.key());
  if (entry == nullptr) return Error(base::not_found(exchange.target.resource(), exchange.target.name));
  PodAccess access{entry->document, exchange.core.streams.load()};
  if (access.pod["spec"]["nodeName"].as_string().empty())
    return Error(base::bad_request(fmt::format("pod {} does not have a host assigned", exchange.target.name)));
  return access;
}

Status no_node() {
  return base::service_unavailable("this server reaches no node: it runs without one, or its nodes are simulated");
}

Result<std::string> choose_container(const PodAccess& access, const std::string& asked) {
  const View pod = access.pod.root();
  const std::string_view name = object::name_of(pod);
  if (!asked.empty()) {
    if (has_container(pod, asked)) return asked;
    return Error(base::bad_request(fmt::format("container {} is not valid for pod {}", asked, name)));
  }
  const View containers = pod["spec"]["containers"];
  if (containers.size() == 1) return containers.at(0)["name"].str();
  const std::string annotated = object::annotations_of(pod)["kubectl.kubernetes.io/default-container"].str();
  if (!annotated.empty() && has_container(pod, annotated)) return annotated;
  const View init = pod["spec"]["initContainers"];
  std::string choices = fmt::format("choose one of: [{}]", names_of(containers));
  if (!init.empty()) choices += fmt::format(" or one of the init containers: [{}]", names_of(init));
  return Error(base::bad_request(fmt::format("a container name must be specified for pod {}, {}", name, choices)));
}

}  // namespace proa::api
