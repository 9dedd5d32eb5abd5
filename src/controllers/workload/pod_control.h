// Creates and deletes the pods of a workload. Each success and failure is an Event on the owner; what was written is noted
// in the controller's expectations, so that no plan is made from a cache that lags behind it.
// Source: k8s.io/kubernetes pkg/controller/controller_utils.go (RealPodControl), slowStartBatch.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/alive.h"
#include "client/event_recorder.h"
#include "client/expectations.h"
#include "controllers/controller.h"
#include "object/document.h"
#include "object/value.h"

namespace proa::controllers {

/// One executor's thread. Callbacks run on it, or at once when there is nothing to do; none after its end.
class PodControl {
 public:
  /// Gets the first failure of the call, if there was one.
  using Done = std::move_only_function<void(std::optional<Status>)>;

  PodControl(const Parts& parts, client::Informer& pods, client::EventRecorder& events,
             client::Expectations& expectations)
      : client_(parts.client), pods_(pods), events_(events), expectations_(expectations) {}

  /// `make(i)` gives the i-th of `count` pods. They go out in batches of 1, 2, 4, ...: the calls of a batch together, the
  /// next batch only when all have succeeded, so that a quota or an admission webhook that refuses is asked once,
  /// not 500 times. Refusals because the namespace is ending are passed over.
  void create(std::string key, object::Document owner, size_t count, std::function<object::Value(size_t)> make,
              Done done);
  /// All at once. A pod that is gone already is no failure.
  void remove(std::string key, object::Document owner, const std::vector<object::Document>& pods, Done done);

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;
  void create_batch(const JobPtr& job, size_t size);
  void created(const JobPtr& job, const Result<object::Document>& pod);
  void removed(const JobPtr& job, const object::Document& pod, const Result<object::Document>& result);

  client::Client& client_;
  client::Informer& pods_;
  client::EventRecorder& events_;
  client::Expectations& expectations_;
  client::Alive alive_;
};

}  // namespace proa::controllers
