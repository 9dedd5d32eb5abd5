#include "main/server.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "cli/lifecycle/lifecycle.h"
#include "main/cluster.h"
#include "runtime/file.h"

namespace proa {
namespace {

/// Blocked in every thread, so that only wait_for_stop() sees them.
sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void wait_for_stop(const sigset_t& set) {
  int signal = 0;
  sigwait(&set, &signal);
}

int fail(cli::ReadyPipe& ready, const Status& why) {
  const std::string text = cli::error_text(why);
  ready.error(text);
  // Not fmt::print, which throws where the log's disk is full.
  std::fputs(("error: " + text + "\n").c_str(), stderr);
  return 1;
}

}  // namespace

int run_server(const std::vector<std::string>& args) {
  auto config = cli::parse_cluster_flags(args, "server");
  cli::ReadyPipe ready(config ? config->ready_fd : -1);
  if (!config) return fail(ready, config.error());
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const cli::DataDir dir{config->data_dir};
  if (auto made = runtime::make_dirs(dir.root, 0750); !made) return fail(ready, made.error());
  auto lock = runtime::LockFile::acquire(dir.lock());
  if (!lock) {
    if (!lock.error().is("AlreadyExists")) return fail(ready, lock.error());
    return fail(ready, base::bad_request(fmt::format("Proa runs already on {}, or is being started: {}. Stop it with "
                                                     "`proa down --data-dir {}`.",
                                                     dir.root, lock.error().message, dir.root)));
  }
  auto cluster = Cluster::start(*config, ready);
  if (!cluster) return fail(ready, cluster.error());
  if (auto written = cli::write_state(dir, (*cluster)->state()); !written) return fail(ready, written.error());
  ready.ready();
  wait_for_stop(signals);
  return 0;
}

}  // namespace proa
