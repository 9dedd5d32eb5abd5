// What the two controllers that tell where a Service's pods are (Endpoints, EndpointSlices) do alike: they follow
// Services and pods, pace themselves, and wait for their caches before they look again.
#pragma once

#include <string>
#include <vector>

#include "client/event_recorder.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/service_pods.h"

namespace proa::controllers {

class ServiceLoop : public QueueLoop {
 public:
  void start() override;

 protected:
  /// `component`: who the events come from.
  ServiceLoop(const Parts& parts, const std::string& component, runtime::DurationNs pace_per_pod);

  /// One look at a Service that has endpoints.
  struct Turn {
    std::string key;
    object::Document service;
    std::vector<object::Document> pods;
    object::TimeNs trigger_time = 0;
  };
  virtual void update(Turn turn, Finish finish) = 0;
  /// The Service is gone.
  virtual void gone(const std::string& key, Finish finish) = 0;

  client::Informer& services_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::Expectations expectations_;

 private:
  void sync(const std::string& key, Finish finish) final;

  TriggerTimes trigger_times_;
  Pace pace_;
};

}  // namespace proa::controllers
