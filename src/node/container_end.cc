#include "node/container_end.h"

#include <algorithm>
#include <memory>

#include "node/container_start.h"
#include "node/hook.h"
#include "node/pod_state.h"

namespace proa::node {

using object::View;
using runtime::kSecond;

namespace {

constexpr int64_t kLeastGrace = 2;  // seconds: also after a hook that took all of them

/// A preStop hook under way: it ends, or its time does, whichever comes first.
struct Ending {
  NodeContext& context;
  ContainerEnd what;
  std::function<void(Result<void>)> done;
  runtime::TimeNs since;
  std::weak_ptr<void> alive;
  bool stopping = false;

  void stop() {
    if (alive.expired() || std::exchange(stopping, true)) return;
    const int64_t used = (context.executor.clock().wall() - since) / kSecond;
    context.runtime.stop_container(what.id, std::max(what.grace_seconds - used, kLeastGrace), std::move(done));
  }
};

}  // namespace

void end_container(NodeContext& context, ContainerEnd what, std::function<void(Result<void>)> done) {
  const View spec = container_spec(what.pod.root(), what.container);
  const View hook = spec["lifecycle"]["preStop"];
  const runtime::TimeNs now = context.executor.clock().wall();
  auto ending = std::make_shared<Ending>(Ending{context, std::move(what), std::move(done), now, context.alive});
  if (!ending->what.run_hook || !hook.exists()) return ending->stop();
  context.executor.after(ending->what.grace_seconds * kSecond, [ending] { ending->stop(); });
  run_hook(context, ending->what.pod.root(), spec, hook, ending->what.id, ending->what.pod_ip,
           [ending](const Result<void>& ran) {
             if (ending->alive.expired()) return;
             const View pod = ending->what.pod.root();
             if (!ran)
               ending->context.events.record(pod, "Warning", "FailedPreStopHook", "PreStopHook failed",
                                             field_path(pod, ending->what.container));
             ending->stop();
           });
}

}  // namespace proa::node
