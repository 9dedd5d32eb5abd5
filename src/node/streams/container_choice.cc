#include "node/streams/container_choice.h"

#include <fmt/format.h>

#include "object/meta.h"

namespace proa::node {

using object::View;

Result<std::string> container_for_logs(View pod, std::string_view container, bool previous) {
  const std::string_view name = object::name_of(pod);
  const auto none = [&](std::string_view form) -> Result<std::string> {
    return Error(
        base::bad_request(fmt::format(fmt::runtime(form), fmt::arg("container", container), fmt::arg("pod", name))));
  };
  View status;
  for (const char* list : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
    for (View each : pod["status"][object::Key(std::string_view(list))].items())
      if (!status.exists() && each["name"].as_string() == container) status = each;
  if (!status.exists()) return none("container \"{container}\" in pod \"{pod}\" is not available");
  const View last = status["lastState"]["terminated"], state = status["state"];
  const std::string before = last["containerID"].str();
  if (previous)
    return before.empty() ? none("previous terminated container \"{container}\" in pod \"{pod}\" not found") : before;
  if (state["running"].exists()) return status["containerID"].str();
  if (const View ended = state["terminated"]; ended.exists()) {
    const std::string id = ended["containerID"].str();
    if (!id.empty()) return id;
    return before.empty() ? none("container \"{container}\" in pod \"{pod}\" is terminated") : before;
  }
  if (last.exists()) return before.empty() ? none("container \"{container}\" in pod \"{pod}\" is terminated") : before;
  const std::string_view reason = state["waiting"]["reason"].as_string();
  if (!state["waiting"].exists())
    return none("container \"{container}\" in pod \"{pod}\" is waiting to start - no logs yet");
  if (reason == "ErrImagePull")
    return none("container \"{container}\" in pod \"{pod}\" is waiting to start: image can't be pulled");
  if (reason == "ImagePullBackOff")
    return none("container \"{container}\" in pod \"{pod}\" is waiting to start: trying and failing to pull image");
  return Error(base::bad_request(
      fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", container, name, reason)));
}

}  // namespace proa::node
