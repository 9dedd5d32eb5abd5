// All controllers of the cluster, made, started and stopped in an order that is told here and nowhere else.
//
//   auto controllers = controllers::Controllers::make({client, informers, executor}, options);
//   informers.start();
//   controllers->start();      // once the informers are synced; returns at once
//   ...
//   controllers.reset();       // on the executor's thread: nothing of them runs after that
//
// Everything runs on one executor's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controllers/controller.h"
#include "schema/registry.h"

namespace proa::controllers {

struct Options {
  /// All outlive the controllers.
  const schema::Registry* registry = nullptr;
  std::string root_ca_pem;  // for the ConfigMap kube-root-ca.crt; empty: none
};

class Controllers {
 public:
  /// Asks for the informers of all controllers.
  static std::unique_ptr<Controllers> make(const Parts& parts, const Options& options);
  ~Controllers();

  /// Starts every controller as soon as the informers are synced.
  void start();
  bool started() const;
  /// No key waits or is in work.
  bool idle() const;

 private:
  struct Impl;
  explicit Controllers(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::controllers
