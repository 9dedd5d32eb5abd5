// What every controller is: a loop that reads caches, asks its plan (a pure function) what to do, and does it through the
// client. Controllers share one executor, one set of informers and one client; each has a work queue of its own.
#pragma once

#include <memory>
#include <string>

#include "client/client.h"
#include "client/informer.h"
#include "runtime/executor.h"

namespace proa::controllers {

/// What controllers are made of; all outlive them. One executor's thread.
struct Parts {
  client::Client& client;
  client::Informers& informers;
  runtime::Executor& executor;
};

class Controller {
 public:
  virtual ~Controller() = default;
  /// Called once, when the informers that the constructor asked for are synced: registers handlers, which tell
  /// every object that is there.
  virtual void start() = 0;
  /// No key waits or is in work.
  virtual bool idle() const = 0;
};

}  // namespace proa::controllers
