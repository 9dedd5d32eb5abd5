#include "node/hook.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "node/pod_state.h"
#include "object/go_text.h"

namespace proa::node {

using object::View;

void run_hook(NodeContext& context, View pod, View container, View handler, const std::string& container_id,
              const std::string& pod_ip, std::function<void(Result<void>)> done) {
  const std::string name = container["name"].str(), label = pod_label(pod);
  if (const View exec = handler["exec"]; exec.exists()) {
    std::vector<std::string> command;
    for (View each : exec["command"].items()) command.push_back(each.str());
    return context.runtime.exec_sync(container_id, command, 0, [=](Result<cri::ExecResult> got) {
      if (got && got->exit_code == 0) return done({});
      const std::string joined = fmt::format("{}", fmt::join(command, " "));
      const std::string why =
          got ? fmt::format("command '{}' exited with {}: {}", joined, got->exit_code, got->err) : got.error().message;
      done(Error(base::bad_request(
          fmt::format("Exec lifecycle hook ([{}]) for Container \"{}\" in Pod \"{}\" failed - error: {}, message: {}",
                      joined, name, label, why, object::go_quoted(got ? got->out + got->err : std::string())))));
    });
  }
  if (const View get = handler["httpGet"]; get.exists()) {
    const auto failed = [name, label, path = get["path"].str()](const std::string& why) -> Result<void> {
      return Error(base::bad_request(fmt::format(
          "HTTP lifecycle hook ({}) for Container \"{}\" in Pod \"{}\" failed - error: {}", path, name, label, why)));
    };
    const auto request = http_request(get, container, pod_ip, "lifecycle");
    if (!request) return done(failed(request.error().message));
    return context.network.http(*request, runtime::kMinute, [=](const ProbeOutcome& outcome) {
      const bool answered =
          outcome.result != ProbeOutcome::Result::kFailure || outcome.output.starts_with("HTTP probe failed");
      done(answered ? Result<void>() : failed(outcome.output));
    });
  }
  if (const View sleep = handler["sleep"]; sleep.exists()) {
    context.executor.after(sleep["seconds"].as_int() * runtime::kSecond, [done] { done({}); });
    return;
  }
  context.executor.post([done] { done({}); });
}

}  // namespace proa::node
