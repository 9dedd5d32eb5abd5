// What every pod worker of a node is given. All parts live on one executor and outlive the workers.
#pragma once

#include <functional>
#include <memory>

#include "client/client.h"
#include "client/event_recorder.h"
#include "node/cri/runtime.h"
#include "node/drain.h"
#include "node/probes/probe.h"
#include "node/settings.h"
#include "node/volumes/volumes.h"
#include "runtime/executor.h"

namespace proa::node {

struct NodeContext {
  const NodeSettings& settings;
  runtime::Executor& executor;
  client::Client& client;
  client::EventRecorder& events;
  cri::Runtime& runtime;
  Volumes& volumes;
  ProbeNetwork& network;
  Drain* drain = nullptr;  // may be null
  /// All Services of the cluster, for the variables that describe them.
  std::function<std::vector<object::Document>()> services;
  /// Called when something of a pod may have changed, with its uid.
  std::function<void(const std::string& uid)> changed;
  /// Expires with the agent: what is called back later looks here first.
  std::shared_ptr<void> alive = std::make_shared<int>();
};

}  // namespace proa::node
