// Volumes gives a pod's containers their files: volumes, the hosts file, and a place for the termination message.
// The real one works below NodeSettings::pods_dir; simulated nodes have one that does nothing.
// The executor's thread only; the files are few and small, so they are written on it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/informer.h"
#include "node/cri/runtime.h"
#include "node/env.h"
#include "node/settings.h"
#include "runtime/executor.h"

namespace proa::node {

class Volumes {
 public:
  virtual ~Volumes() = default;

  /// Puts all volumes of a pod in place and keeps their contents up to date until remove(). `done` with an Error
  /// whose message is that of the FailedMount event. May be called again, also after success.
  virtual void prepare(const object::Document& pod, std::function<void(Result<void>)> done) = 0;
  /// The mounts of one container; makes sub-paths, the hosts file and the termination message's file on the way.
  virtual Result<std::vector<cri::Mount>> mounts(object::View pod, object::View container, uint32_t attempt,
                                                 const Env& env, const std::vector<std::string>& pod_ips) = 0;
  /// What a container that ended wrote to its terminationMessagePath (4096 bytes at most).
  virtual std::string termination_message(object::View container, const cri::ContainerStatus& status) = 0;
  /// Unmounts and removes everything of a pod.
  virtual void remove(const std::string& pod_uid) = 0;
};

/// `informers` tell when ConfigMaps and Secrets change.
std::unique_ptr<Volumes> make_volumes(const NodeSettings& settings, client::Client& client,
                                      client::Informers& informers, runtime::Executor& executor);
std::unique_ptr<Volumes> make_simulated_volumes();

/// Fetches objects; those that do not exist are left out. An Error of any other kind ends it.
void fetch_references(client::Client& client, const std::string& ns, std::vector<Reference> wanted,
                      std::function<void(Result<References>)> done);

}  // namespace proa::node
