#include "node/node_heartbeat.h"

#include "object/meta.h"

namespace proa::node {

using object::Document;
using object::Value;
using object::View;
using runtime::kSecond;

namespace {

constexpr runtime::DurationNs kStatusPeriod = 300 * kSecond;
constexpr runtime::DurationNs kLeasePeriod = 10 * kSecond;
constexpr runtime::DurationNs kRetry = kSecond;

}  // namespace

struct NodeHeartbeat::State : std::enable_shared_from_this<State> {
  State(const NodeSettings& s, client::Client& c, runtime::Executor& e)
      : settings(s), client(c), executor(e), status_timer(e), lease_timer(e) {}

  const NodeSettings& settings;
  client::Client& client;
  runtime::Executor& executor;
  runtime::Timer status_timer, lease_timer;
  NodeState wanted;
  Document node, lease;
  std::function<void(Result<void>)> on_registered;
  bool writing = false, dirty = false, gone = false;

  template <class F>
  auto guarded(F what) {
    return [weak = weak_from_this(), what = std::move(what)](auto&&... args) mutable {
      const auto self = weak.lock();
      if (self && !self->gone) what(*self, std::forward<decltype(args)>(args)...);
    };
  }

  void register_node() {
    client.get(client::resources::kNodes, "", settings.name, guarded([](State& self, Result<Document> got) {
                 if (got) return self.known(std::move(*got));
                 if (!got.error().is("NotFound")) return self.try_again();
                 self.client.create(client::resources::kNodes, "", "", new_node(self.settings), "",
                                    self.guarded([](State& state, Result<Document> made) {
                                      made ? state.known(std::move(*made)) : state.try_again();
                                    }));
               }));
  }

  void try_again() {
    status_timer.start(kRetry, [this] { register_node(); });
  }

  void known(Document fresh) {
    node = std::move(fresh);
    write_status(true);
    renew_lease();
  }

  void write_status(bool heartbeat) {
    if (writing) {
      dirty = true;
      return;
    }
    status_timer.start(kStatusPeriod, [this] { write_status(true); });
    Value status = node_status(settings, wanted, node["status"], executor.clock().wall());
    if (!heartbeat && same_status(status, node["status"])) return;
    writing = true;
    Value object = node.root().to_value();
    object["status"] = std::move(status);
    client.update(client::resources::kNodes, "", settings.name, std::move(object), "status",
                  guarded([](State& self, Result<Document> got) {
                    self.writing = false;
                    if (got) {
                      self.node = std::move(*got);
                      if (auto call_back = std::exchange(self.on_registered, nullptr)) call_back({});
                      if (std::exchange(self.dirty, false)) self.write_status(false);
                      return;
                    }
                    // Somebody else wrote, or deleted it: read (or make) it anew.
                    self.status_timer.start(got.error().is("Conflict") ? 0 : kRetry,
                                            [state = &self] { state->register_node(); });
                  }));
  }

  // ---- lease

  void renew_lease() {
    lease_timer.start(kLeasePeriod, [this] { renew_lease(); });
    Value object = node_lease(settings, node.root(), executor.clock().wall());
    const auto done = guarded([](State& self, Result<Document> got) {
      if (got)
        self.lease = std::move(*got);
      else
        self.lease = {};
    });
    if (lease) {
      Value renewed = lease.root().to_value();
      renewed["spec"]["renewTime"] = View(object)["spec"]["renewTime"].to_value();
      return client.update(client::resources::kLeases, "kube-node-lease", settings.name, std::move(renewed), "", done);
    }
    client.get(client::resources::kLeases, "kube-node-lease", settings.name,
               guarded([object = std::move(object), done](State& self, Result<Document> got) mutable {
                 if (!got)
                   return self.client.create(client::resources::kLeases, "kube-node-lease", "", std::move(object), "",
                                             done);
                 self.lease = std::move(*got);
                 self.renew_lease();
               }));
  }
};

NodeHeartbeat::NodeHeartbeat(const NodeSettings& settings, client::Client& client, runtime::Executor& executor)
    : state_(std::make_shared<State>(settings, client, executor)) {}

NodeHeartbeat::~NodeHeartbeat() {
  state_->gone = true;
  state_->status_timer.stop();
  state_->lease_timer.stop();
}

void NodeHeartbeat::start(NodeState state, std::function<void(Result<void>)> done) {
  state_->wanted = std::move(state);
  state_->on_registered = std::move(done);
  state_->register_node();
}

void NodeHeartbeat::update(NodeState state) {
  state_->wanted = std::move(state);
  if (state_->node) state_->write_status(false);
}

const Document& NodeHeartbeat::node() const { return state_->node; }

}  // namespace proa::node
