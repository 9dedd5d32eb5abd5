#include "node/container_start.h"

#include <fmt/format.h>

#include "node/cri/grpc_session.h"
#include "node/hook.h"
#include "node/image/image_name.h"
#include "node/runtime_config.h"
#include "object/meta.h"
#include "runtime/file.h"

namespace proa::node {

using object::View;

struct ContainerStart::State : std::enable_shared_from_this<State> {
  State(NodeContext& node, StartRequest what, std::function<void(StartResult)> call_back)
      : context(node), request(std::move(what)), done(std::move(call_back)) {}

  NodeContext& context;
  StartRequest request;
  std::function<void(StartResult)> done;
  StartResult result;
  cri::Image image;
  bool giving_up = false;

  View pod() const { return request.pod.root(); }
  View spec() const { return container_spec(pod(), request.container); }
  std::string image_name() const { return spec()["image"].str(); }

  void event(std::string_view type, std::string_view reason, const std::string& message) {
    context.events.record(pod(), type, reason, message, field_path(pod(), request.container));
  }

  void finish(std::optional<Waiting> waiting = std::nullopt) {
    result.waiting = std::move(waiting);
    if (auto call_back = std::exchange(done, nullptr)) call_back(std::move(result));
  }
  void fail(const std::string& reason, const std::string& message) {
    event("Warning", "Failed", "Error: " + message);
    finish(Waiting{reason, message});
  }
  /// True when the answer is no longer wanted.
  bool over() {
    if (done && giving_up) finish();
    return !done;
  }

  // ---- image

  void start() {
    result.image_back_off = request.image_back_off;
    result.last_pull_error = request.last_pull_error;
    if (const auto checked = check_image_name(image_name()); !checked)
      return context.executor.post([self = shared_from_this(), why = checked.error().message] {
        if (self->over()) return;
        self->inspect_failed(
            "InvalidImageName",
            fmt::format("Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": {1}",
                        self->image_name(), why));
      });
    context.runtime.image_status(with_default_tag(image_name()),
                                 [self = shared_from_this()](Result<std::optional<cri::Image>> got) {
                                   if (!self->over()) self->image_known(std::move(got));
                                 });
  }

  void inspect_failed(const char* reason, const std::string& message) {
    event("Warning", "InspectFailed", message);
    event("Warning", "Failed", std::string("Error: ") + reason);
    finish(Waiting{reason, message});
  }

  /// An image that was built here or loaded is in no registry: it counts as pulled, whatever the policy says.
  static bool came_from_registry(const cri::Image& known) { return !known.repo_digests.empty(); }

  void image_known(Result<std::optional<cri::Image>> got) {
    const std::string policy = spec()["imagePullPolicy"].str();
    if (!got) {
      return inspect_failed("ImageInspectError", fmt::format("Failed to inspect image \"{}\": {}", image_name(),
                                                             cri::rpc_text(got.error())));
    }
    if (*got && (policy != "Always" || !came_from_registry(**got))) {
      image = std::move(**got);
      event("Normal", "Pulled",
            fmt::format("Container image \"{}\" already present on machine and can be accessed by the pod",
                        image_name()));
      return fetch_environment();
    }
    if (policy == "Never") {
      const std::string message =
          fmt::format("Container image \"{}\" is not present with pull policy of Never", image_name());
      event("Warning", "ErrImageNeverPull", message);
      event("Warning", "Failed", "Error: ErrImageNeverPull");
      return finish(Waiting{"ErrImageNeverPull", message});
    }
    pull();
  }

  void pull() {
    const runtime::TimeNs now = context.executor.clock().wall();
    if (now < request.image_back_off.until(request.image_back_off.updated)) {
      const std::string message = fmt::format("Back-off pulling image \"{}\"", image_name());
      event("Normal", "BackOff", message);
      event("Warning", "Failed", "Error: ImagePullBackOff");
      return finish(Waiting{"ImagePullBackOff",
                            request.last_pull_error.empty() ? message : message + ": " + request.last_pull_error});
    }
    event("Normal", "Pulling", fmt::format("Pulling image \"{}\"", image_name()));
    context.runtime.pull_image(with_default_tag(image_name()),
                               [self = shared_from_this(), now](Result<std::string> got) {
                                 if (!self->over()) self->pulled(std::move(got), now);
                               });
  }

  void pulled(Result<std::string> got, runtime::TimeNs since) {
    const runtime::TimeNs now = context.executor.clock().wall();
    if (!got) {
      // The code of an unknown error says nothing: upstream leaves it out.
      const std::string why = got.error().is("InternalError") ? got.error().message : cri::rpc_text(got.error());
      event("Warning", "Failed", fmt::format("Failed to pull image \"{}\": {}", image_name(), why));
      event("Warning", "Failed", "Error: ErrImagePull");
      result.image_back_off.next(now, now);
      result.last_pull_error = "ErrImagePull: " + why;
      return finish(Waiting{"ErrImagePull", why});
    }
    result.last_pull_error.clear();
    context.runtime.image_status(*got, [self = shared_from_this(),
                                        took = now - since](Result<std::optional<cri::Image>> status) {
      if (self->over()) return;
      if (!status || !*status) return self->fail("ImageInspectError", "the image that was pulled can't be found");
      self->image = std::move(**status);
      const auto time = fmt::format("{}ms", took / runtime::kMillisecond);
      self->event("Normal", "Pulled",
                  fmt::format("Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} bytes.",
                              self->image_name(), time, time, self->image.size));
      self->fetch_environment();
    });
  }

  // ---- configuration

  void fetch_environment() {
    fetch_references(context.client, std::string(object::namespace_of(pod())), env_references(spec()),
                     [self = shared_from_this()](Result<References> got) {
                       if (self->over()) return;
                       if (!got) return self->fail("CreateContainerConfigError", got.error().message);
                       self->configure(*got);
                     });
  }

  void configure(const References& references) {
    const std::vector<object::Document> services = context.services();
    const EnvFacts facts{references,
                         services,
                         request.pod_ips.empty() ? "" : request.pod_ips.front(),
                         context.settings.ip,
                         context.settings.milli_cpu,
                         context.settings.memory_bytes};
    auto env = make_env(pod(), spec(), facts);
    if (!env) return fail("CreateContainerConfigError", env.error().message);
    auto mounts = context.volumes.mounts(pod(), spec(), request.attempt, *env, request.pod_ips);
    if (!mounts) return fail("CreateContainerConfigError", mounts.error().message);
    const ContainerFacts about{request.attempt, image, std::move(*env), std::move(*mounts), request.target_id};
    const auto config = container_config(pod(), spec(), about, context.settings);
    if (!config) return fail("CreateContainerConfigError", config.error().message);
    const std::string logs = pod_log_directory(pod(), context.settings) + "/" + request.container;
    if (!context.settings.simulated)
      if (auto made = runtime::make_dirs(logs); !made) return fail("CreateContainerConfigError", made.error().message);
    create(*config);
  }

  // ---- the runtime

  void create(const cri::ContainerConfig& config) {
    const cri::SandboxConfig sandbox = sandbox_config(pod(), context.settings, 0);
    context.runtime.create_container(request.sandbox_id, config, sandbox,
                                     [self = shared_from_this()](Result<std::string> got) {
                                       if (!self->done) return;
                                       if (!got) return self->fail("CreateContainerError", got.error().message);
                                       self->result.container_id = *got;
                                       if (self->request.created) self->request.created(*got);
                                       self->event("Normal", "Created", "Container created");
                                       if (!self->over()) self->run();
                                     });
  }

  void run() {
    context.runtime.start_container(result.container_id, [self = shared_from_this()](Result<void> got) {
      if (!self->done) return;
      if (!got) return self->fail("RunContainerError", got.error().message);
      self->event("Normal", "Started", "Container started");
      const View hook = self->spec()["lifecycle"]["postStart"];
      if (!hook.exists()) return self->finish();
      run_hook(self->context, self->pod(), self->spec(), hook, self->result.container_id,
               self->request.pod_ips.empty() ? "" : self->request.pod_ips.front(), [self](Result<void> ran) {
                 if (!self->done) return;
                 if (ran) return self->finish();
                 self->event("Warning", "FailedPostStartHook", "PostStartHook failed");
                 self->finish(Waiting{"PostStartHookError", ran.error().message});
               });
    });
  }
};

ContainerStart::ContainerStart(NodeContext& context, StartRequest request, std::function<void(StartResult)> done)
    : state_(std::make_shared<State>(context, std::move(request), std::move(done))) {
  state_->start();
}
ContainerStart::~ContainerStart() { state_->done = nullptr; }
void ContainerStart::give_up() { state_->giving_up = true; }

std::string field_path(View pod, std::string_view container) {
  for (const char* list : {"initContainers", "ephemeralContainers"})
    for (View each : pod["spec"][object::Key(std::string_view(list))].items())
      if (each["name"].as_string() == container) return fmt::format("spec.{}{{{}}}", list, container);
  return fmt::format("spec.containers{{{}}}", container);
}

}  // namespace proa::node
