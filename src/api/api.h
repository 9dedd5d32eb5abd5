// The API server without its wires: resources, verbs, admission, over a store. HTTP requests come in through
// Handler; Proa's own parts come in through in_process_client(), which runs the same verbs without encoding.
//
// Threads: any. Reads run on the caller's thread against a snapshot; writes call back on the store's thread.
#pragma once

#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "auth/authorizer.h"
#include "auth/token.h"
#include "auth/user.h"
#include "client/client.h"
#include "client/pod_streams.h"
#include "http/http.h"
#include "runtime/clock.h"
#include "runtime/executor.h"
#include "runtime/random.h"
#include "schema/registry.h"
#include "store/store.h"

namespace proa::api {

struct Options {
  std::string server_url;  // advertised, "https://127.0.0.1:6443"
  std::string service_cidr = "10.96.0.0/16";
  int node_port_first = 30000, node_port_last = 32767;
  std::string cluster_domain = "cluster.local";
  std::string service_account_issuer = "https://kubernetes.default.svc.cluster.local";  // and default audience
  std::string root_ca_pem;                                                              // what pods get as ca.crt
  std::string version = "v1.36.3";                                                      // of Kubernetes, in /version
  bool authorize = true;                                                                // RBAC
  /// Runs watches' pumps and timers; outlives the Api. Null: the Api starts a thread of its own (never in a
  /// simulation).
  runtime::Executor* background = nullptr;
};

class Api : public http::Handler {
 public:
  /// All references outlive the Api. `tokens` may be null (then no TokenRequest).
  static Result<std::unique_ptr<Api>> make(const Options& options, store::Store& store, runtime::Clock& clock,
                                           runtime::Random& random, const auth::TokenIssuer* tokens);
  ~Api() override = default;

  /// The objects every cluster has: namespaces default, kube-system, kube-public, kube-node-lease; the Service
  /// kubernetes; bootstrap RBAC; priority classes. Idempotent; `done` once all are durable.
  virtual void bootstrap(std::function<void(Result<void>)> done) = 0;

  /// A client that acts as `user`; its callbacks run on `executor`.
  virtual std::unique_ptr<client::Client> in_process_client(runtime::Executor& executor, auth::User user,
                                                            std::string field_manager) = 0;

  /// Logs, exec, attach, port-forward: from the node room in-process, or a kubelet port. Null: 503 for these.
  virtual void set_pod_streams(client::PodStreams* streams) = 0;
  /// /readyz answers 200 from now on.
  virtual void set_ready(bool ready) = 0;
  /// The kinds that are served; custom kinds are added to it.
  virtual schema::Registry& registry() = 0;
};

}  // namespace proa::api
