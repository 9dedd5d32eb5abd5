#include "node/pod_gather.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/log.h"

namespace proa::node {

namespace {

/// Status calls under way; what is gone by the time it is asked for is left out.
struct Gathering : std::enable_shared_from_this<Gathering> {
  PodRuntimeState state;
  std::function<void(Result<PodRuntimeState>)> done;
  size_t open = 1;  // the one who starts the calls

  void container(cri::Runtime& runtime, const std::string& id) {
    ++open;
    runtime.container_status(id, [self = shared_from_this()](Result<cri::ContainerStatus> got) {
      if (got) self->state.containers.push_back(std::move(*got));
      self->arrived(got ? Result<void>() : Error(got.error()));
    });
  }
  void sandbox(cri::Runtime& runtime, const std::string& id) {
    ++open;
    runtime.sandbox_status(id, [self = shared_from_this()](Result<cri::SandboxStatus> got) {
      if (got) self->state.sandboxes.push_back(std::move(*got));
      self->arrived(got ? Result<void>() : Error(got.error()));
    });
  }
  void arrived(const Result<void>& how) {
    --open;
    if (!done) return;
    if (!how && !how.error().is("NotFound")) return std::exchange(done, nullptr)(Error(how.error()));
    if (open > 0) return;
    sort_newest_first(state);
    std::exchange(done, nullptr)(std::move(state));
  }
};

}  // namespace

void sort_newest_first(PodRuntimeState& state) {
  std::ranges::stable_sort(state.sandboxes, [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
  std::ranges::stable_sort(state.containers, [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
}

void gather_all(cri::Runtime& runtime, const std::string& pod_uid, std::function<void(Result<PodRuntimeState>)> done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  ++gathering->open;
  runtime.list_sandboxes(pod_uid, [&runtime, gathering](Result<std::vector<cri::Sandbox>> got) {
    if (got)
      for (const cri::Sandbox& each : *got) gathering->sandbox(runtime, each.id);
    gathering->arrived(got ? Result<void>() : Error(got.error()));
  });
  runtime.list_containers(pod_uid, [&runtime, gathering](Result<std::vector<cri::Container>> got) {
    if (got)
      for (const cri::Container& each : *got) gathering->container(runtime, each.id);
    gathering->arrived(got ? Result<void>() : Error(got.error()));
  });
}

void gather_again(cri::Runtime& runtime, PodRuntimeState known, std::function<void(Result<PodRuntimeState>)> done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->state.sandboxes = known.sandboxes;
  for (cri::ContainerStatus& each : known.containers) {
    if (each.state == cri::ContainerState::kExited)
      gathering->state.containers.push_back(std::move(each));
    else
      gathering->container(runtime, each.id);
  }
  if (gathering->open == 1) {  // nothing to ask: still never call back inside the call
    ++gathering->open;
    runtime.version([gathering](const Result<cri::Version>&) { gathering->arrived({}); });
  }
  gathering->arrived({});
}

void remove_all(cri::Runtime& runtime, const PodRuntimeState& state) {
  auto open = std::make_shared<size_t>(state.containers.size() + 1);
  const auto then = [&runtime, open, sandboxes = state.sandboxes] {
    if (--*open > 0) return;
    for (const auto& each : sandboxes)
      runtime.remove_pod_sandbox(each.id, [id = each.id](const Result<void>& how) {
        if (!how) base::log_warn("node", "a sandbox stays", {{"id", id}, {"error", how.error().message}});
      });
  };
  for (const auto& each : state.containers) runtime.remove_container(each.id, [then](const Result<void>&) { then(); });
  then();
}

}  // namespace proa::node
