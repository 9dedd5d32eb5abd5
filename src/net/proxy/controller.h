// The Service proxy: watches Services, EndpointSlices and this node's Pods, and keeps the node's rules as they say.
// Any burst of changes becomes one transaction; while one runs, the next is collected. One event loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/informer.h"
#include "net/proxy/apply.h"
#include "net/proxy/ruleset.h"
#include "runtime/executor.h"

namespace proa::net {

class ServiceProxy {
 public:
  /// Told the UDP targets that left the rules (see conntrack.h).
  using ForgetUdp = std::function<void(const std::set<Target>&)>;
  /// How many connections to this address are open (see conntrack.h).
  using CountOpen = std::function<int(const std::string& ip)>;
  /// What the proxy asks of the kernel beside its rules; where a function is missing, that is left out.
  struct Kernel {
    RunNft run_nft;
    ForgetUdp forget_udp;
    CountOpen count_open;
  };

  /// The informers' executor is `executor`. Rules are first set when all three informers are synced.
  ServiceProxy(client::Informers& informers, runtime::Executor& executor, ProxySettings settings, std::string node_name,
               Kernel kernel);
  ~ServiceProxy();

  /// Takes the pod's addresses out of all rules now, before its EndpointSlice says so; `done` once that is in force
  /// (soon where no rule names them) and no connection to the pod is open any more, half a second later at most:
  /// requests under way get their answer, and connections that are kept open do not hold up the pod's end.
  void drain(const object::Document& pod, std::function<void()> done);
  /// Calls back once: when the first ruleset is in force, or with nft's words when it failed three times in a row.
  void when_ready(std::function<void(Result<void>)> ready);

 private:
  void changed();
  void sync();
  ProxyInput gather() const;
  void forget_the_gone(const ProxyInput& input);
  void wait_for_open(const std::string& ip, runtime::TimeNs until, const std::function<void()>& done);

  client::Informer& services_;
  client::Informer& slices_;
  client::Informer& pods_;
  runtime::Executor& executor_;
  const std::string node_name_;
  const Kernel kernel_;
  Applier applier_;
  std::set<Target> udp_targets_;                // as of the last ruleset
  std::set<std::string> leaving_;               // uids of pods
  std::vector<std::function<void()>> waiting_;  // for the next ruleset
  std::function<void(Result<void>)> ready_;
  bool started_ = false, due_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace proa::net
