#include "controllers/node_lifecycle/controller.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/event_recorder.h"
#include "controllers/node_lifecycle/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/pods.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers::node_lifecycle {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

constexpr std::string_view kLeaseNamespace = "kube-node-lease";

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 5),
        nodes_(informer(resources::kNodes)),
        pods_(informer(resources::kPods)),
        leases_(informer(resources::kLeases)),
        events_(parts.client, parts.executor, "node-controller") {}

  void start() override {
    client::index_by_node(pods_);
    listen(nodes_, [this](const Document& before, const Document& after) { node_changed(before, after); });
    listen(leases_, [this](const Document&, const Document& after) {
      if (after && object::namespace_of(after.root()) == kLeaseNamespace)
        if (const auto at = signs_.find(object::name_of(after.root())); at != signs_.end())
          note_sign(at->second.lease, after["spec"]["renewTime"].str(), at->second);
    });
  }

 private:
  /// When a node last gave a sign of life.
  struct Sign {
    std::string heartbeat, lease;
    runtime::TimeNs seen = 0;  // monotonic
  };

  void note_sign(std::string& known, std::string now, Sign& sign) {
    if (known == now) return;
    known = std::move(now);
    sign.seen = parts_.executor.clock().monotonic();
  }

  void node_changed(const Document& before, const Document& after);
  void sync(const std::string& name, Finish finish) override;
  void taint(const std::string& name, const Document& node, Finish finish);
  void mark_pods(const std::string& node);
  /// Some node is ready: the controller is not cut off.
  bool any_ready() const {
    const auto all = nodes_.list();
    return std::any_of(all.begin(), all.end(), [](const Document& node) { return is_ready(node.root()); });
  }

  client::Informer& nodes_;
  client::Informer& pods_;
  client::Informer& leases_;
  client::EventRecorder events_;
  std::map<std::string, Sign, std::less<>> signs_;
};

void Loop::node_changed(const Document& before, const Document& after) {
  const View node = (after ? after : before).root();
  const std::string name(object::name_of(node));
  if (!after) {
    signs_.erase(name);
    return events_.record(node, "Normal", "RemovingNode",
                          fmt::format("Node {} event: Removing Node {} from Controller", name, name));
  }
  const auto [at, is_new] = signs_.try_emplace(name);
  if (is_new) {
    at->second.seen = parts_.executor.clock().monotonic();
    if (const Document lease = leases_.get(kLeaseNamespace, name)) at->second.lease = lease["spec"]["renewTime"].str();
    events_.record(node, "Normal", "RegisteredNode",
                   fmt::format("Node {} event: Registered Node {} in Controller", name, name));
  }
  note_sign(at->second.heartbeat, condition_of(node, "Ready")["lastHeartbeatTime"].str(), at->second);
  queue_.add(name);
  // Whether any node is ready decides over the taints of all.
  if (before && is_ready(before.root()) != is_ready(node))
    for (const Document& other : nodes_.list()) queue_.add(object::name_of(other.root()));
}

void Loop::sync(const std::string& name, Finish finish) {
  const Document node = nodes_.get({}, name);
  const auto sign = signs_.find(name);
  if (!node || sign == signs_.end()) return finish(Outcome::kDone);
  const runtime::DurationNs silent = parts_.executor.clock().monotonic() - sign->second.seen;
  const runtime::DurationNs grace = grace_ns(node.root());
  if (silent <= grace) {
    queue_.add_after(name, grace - silent + runtime::kMillisecond);
    return taint(name, node, std::move(finish));
  }
  auto changed = unresponsive(node.root(), parts_.executor.clock().wall());
  if (!changed) return taint(name, node, std::move(finish));
  parts_.client.update(resources::kNodes, {}, name, std::move(*changed), "status",
                       alive_.guard([this, name, was_ready = is_ready(node.root()),
                                     finish = std::move(finish)](Result<Document> written) mutable {
                         if (!written) return finish(Outcome::kRetry);
                         if (was_ready) {
                           events_.record(written->root(), "Normal", "NodeNotReady",
                                          fmt::format("Node {} status is now: NodeNotReady", name));
                           mark_pods(name);
                         }
                         taint(name, *written, std::move(finish));
                       }));
}

void Loop::taint(const std::string& name, const Document& node, Finish finish) {
  auto changed = with_taints(node.root(), any_ready(), parts_.executor.clock().wall());
  if (!changed) return finish(Outcome::kDone);
  parts_.client.update(resources::kNodes, {}, name, std::move(*changed), "", last_write(std::move(finish)));
}

void Loop::mark_pods(const std::string& node) {
  std::vector<Change> changes;
  for (const Document& pod : pods_.by_index(client::kByNode, node))
    if (auto changed = not_ready(pod.root(), parts_.executor.clock().wall()))
      changes.push_back({Change::What::kUpdateStatus, resources::kPods, std::string(object::namespace_of(pod.root())),
                         std::string(object::name_of(pod.root())), std::move(*changed)});
  // One by one: a conflict of one pod must not keep the others.
  for (Change& change : changes) {
    std::vector<Change> one;
    one.push_back(std::move(change));
    write_all(parts_.client, std::move(one), alive_.guard([this](const Change&, const Document& pod) {
      events_.record(pod.root(), "Warning", "NodeNotReady", "Node is not ready");
    }),
              [](Result<void>) {});
  }
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::node_lifecycle
