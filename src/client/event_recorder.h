// Writes Events about objects: aggregates repeats (count, lastTimestamp), limits the rate per object, never blocks
// or fails its caller. One executor's thread.
// Source of the rules: k8s.io/client-go tools/record (aggregation of 10 similar in 10 minutes, bucket of 25).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "client/client.h"
#include "runtime/executor.h"

namespace proa::client {

class EventRecorder {
 public:
  /// `component` becomes source.component and reportingComponent ("deployment-controller"); `host` source.host.
  EventRecorder(Client& client, runtime::Executor& executor, std::string component, std::string host = "");
  ~EventRecorder();

  /// `type`: "Normal" or "Warning". `field_path`: of involvedObject ("spec.containers{web}"), or empty.
  void record(object::View about, std::string_view type, std::string_view reason, std::string_view message,
              std::string_view field_path = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::client
