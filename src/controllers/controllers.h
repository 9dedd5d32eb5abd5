// All controllers of a cluster, on one executor over one set of informers. Made, started and destroyed there.
//
// Adding one: a folder with a plan and a loop, and a line in make_all() of controllers.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/informer.h"
#include "controllers/controller.h"
#include "runtime/executor.h"

namespace proa::controllers {

struct Settings {
  std::string root_ca_pem;  // published in each namespace as kube-root-ca.crt
};

class Controllers {
 public:
  Controllers(client::Client& client, runtime::Executor& executor, Settings settings);
  ~Controllers();
  Controllers(const Controllers&) = delete;

  /// Lists what they need, then sets them to work; returns at once. What else shares the informers (the scheduler)
  /// asks for its own before this call.
  void start();
  client::Informers& informers() { return informers_; }
  /// Nothing waits or is in work.
  bool idle() const;

 private:
  client::Informers informers_;
  std::vector<std::unique_ptr<Controller>> all_;
};

}  // namespace proa::controllers
