// kubectl exec and attach.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/pods/attach.h"
#include "cli/kubectl/pods/streams.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

struct Options {
  FileFlags files;
  std::string container;
  bool in = false, tty = false, quiet = false;
  int64_t timeout_ns = 60'000'000'000;
};

void add_flags(Options& o, FlagSet& flags) {
  flags.text("container", 'c', &o.container);
  flags.boolean("stdin", 'i', &o.in);
  flags.boolean("tty", 't', &o.tty);
  flags.boolean("quiet", 'q', &o.quiet);
  flags.duration("pod-running-timeout", 0, &o.timeout_ns);
}

bool is_completed(View pod) {
  const auto phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

}  // namespace

Try<void> exec(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  o.files.add_to(flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  const int dashes = flags.args_before_dashes();
  std::string resource;
  std::vector<std::string> command;
  if (!args->empty() && dashes != 0) resource = (*args)[0];
  if (dashes >= 0)
    command.assign(args->begin() + dashes, args->end());
  else if (args->size() > 1 || (!args->empty() && !o.files.empty()))
    return session.usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (resource.empty() && o.files.empty()) return fail("pod, type/name or --filename must be specified");
  if (command.empty()) return fail("you must specify at least one command for the container");
  auto chosen = choose_pod(session, {resource}, o.timeout_ns / 1'000'000, PodUse::kAttach);
  if (!chosen) return Failed(chosen.error());
  const View pod = chosen->pod.object;
  if (is_completed(pod))
    return fail(fmt::format("cannot exec into a container in a completed pod; current phase is {}",
                            pod["status"]["phase"].as_string()));
  if (o.container.empty()) o.container = default_container(session, pod, o.quiet);
  return run_stream(session, {chosen->pod, "exec", o.container, command, o.in, o.tty, o.quiet});
}

Try<void> attach_to(Session& session, const AttachRequest& request) {
  const View pod = request.pod.object;
  std::string name = request.container;
  if (name.empty()) name = default_container(session, pod, request.quiet);
  const View container = container_called(pod, name);
  if (!container.exists())
    return fail(
        fmt::format("cannot attach to the container: container {} not found in pod {}", name, request.pod.name));
  bool tty = request.tty;
  if (tty && !container["tty"].as_bool()) {
    tty = false;
    if (!request.quiet)
      session.err(fmt::format("error: Unable to use a TTY - container {} did not allocate one\n", name));
  } else if (!tty && container["tty"].as_bool()) {
    tty = true;
  }
  if (!request.quiet) session.err("If you don't see a command prompt, try pressing enter.\n");
  auto done = run_stream(session, {request.pod, "attach", name, {}, request.in, tty, request.quiet, request.received});
  if (!done) return done;
  const bool resumable =
      request.in && tty && container["stdin"].as_bool() && pod["spec"]["restartPolicy"].as_string() == "Always";
  if (resumable && !request.quiet)
    session.out(fmt::format("Session ended, resume using '{} {} -c {} -i -t' command when the pod is running\n",
                            request.command_name, request.pod.name, name));
  return {};
}

Try<void> attach(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (args->empty()) return fail("at least 1 argument is required for attach");
  if (args->size() > 2)
    return fail(fmt::format("expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: [{}]", args->size(),
                            join(*args, " ")));
  auto chosen = choose_pod(session, *args, o.timeout_ns / 1'000'000, PodUse::kAttach);
  if (!chosen) return Failed(chosen.error());
  const View pod = chosen->pod.object;
  if (is_completed(pod))
    return fail(fmt::format("cannot attach a container in a completed pod; current phase is {}",
                            pod["status"]["phase"].as_string()));
  return attach_to(session, {chosen->pod, o.container, o.in, o.tty, o.quiet, session.path()});
}

}  // namespace proa::cli::kubectl
