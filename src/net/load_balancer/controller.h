// Gives Services of type LoadBalancer `localhost` as their address: the loop around plan.h. One executor's thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "client/client.h"
#include "client/event_recorder.h"
#include "client/informer.h"
#include "net/load_balancer/plan.h"
#include "net/load_balancer/port_holder.h"
#include "runtime/executor.h"

namespace proa::net {

class LoadBalancers {
 public:
  LoadBalancers(client::Client& client, client::Informers& informers, runtime::Executor& executor,
                std::unique_ptr<PortHolder> ports = make_port_holder());
  ~LoadBalancers();

 private:
  void changed();
  void sync();
  void set_ingress(const object::Document& service, bool granted);
  void tell_clashes(const LoadBalancerPlan& plan);

  client::Client& client_;
  client::Informer& services_;
  runtime::Executor& executor_;
  client::EventRecorder events_;
  const std::unique_ptr<PortHolder> ports_;
  runtime::Timer retry_;                     // armed while a port is in use by another program
  std::map<std::string, std::string> told_;  // Service's uid -> the clash it was told
  bool started_ = false, due_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace proa::net
