#include "net/proxy/controller.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/client.h"
#include "net/proxy/conntrack.h"

namespace proa::net {

using object::Document;
using object::View;

namespace {

constexpr runtime::DurationNs kOpenPatience = 500 * runtime::kMillisecond;
constexpr runtime::DurationNs kOpenPause = 10 * runtime::kMillisecond;  // there is no cheap event to wait for
constexpr int kPatience = 3;  // failures of the first ruleset, some three seconds

}  // namespace

ServiceProxy::ServiceProxy(client::Informers& informers, runtime::Executor& executor, ProxySettings settings,
                           std::string node_name, Kernel kernel)
    : services_(informers.of(client::resources::kServices)),
      slices_(informers.of(client::resources::kEndpointSlices)),
      pods_(informers.of(client::resources::kPods)),
      executor_(executor),
      node_name_(std::move(node_name)),
      kernel_(std::move(kernel)),
      applier_(std::move(settings), kernel_.run_nft, executor) {
  client::index_by_node(pods_);
  for (client::Informer* informer : {&services_, &slices_, &pods_})
    informer->add_handler([this, alive = std::weak_ptr(alive_)](const Document&, const Document&) {
      if (!alive.expired()) changed();
    });
  informers.when_synced([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    started_ = true;
    changed();
  });
}

ServiceProxy::~ServiceProxy() = default;

void ServiceProxy::changed() {
  if (!started_ || due_) return;
  due_ = true;
  executor_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) sync();
  });
}

ProxyInput ServiceProxy::gather() const {
  ProxyInput input;
  input.services = services_.list();
  input.slices = slices_.list();
  input.pods = pods_.by_index(client::kByNode, node_name_);
  input.leaving = leaving_;
  input.node_name = node_name_;
  return input;
}

/// A pod that no slice calls ready any more needs no mention.
void ServiceProxy::forget_the_gone(const ProxyInput& input) {
  std::set<std::string> still;
  for (const Document& slice : input.slices)
    for (const View endpoint : slice["endpoints"].items()) {
      std::string uid = endpoint["targetRef"]["uid"].str();
      if (endpoint["conditions"]["ready"].as_bool(true) && leaving_.contains(uid)) still.insert(std::move(uid));
    }
  leaving_ = std::move(still);
}

void ServiceProxy::sync() {
  due_ = false;
  ProxyInput input = gather();
  const ProxyState state = read_services(input);
  forget_the_gone(input);
  auto waiting = std::move(waiting_);
  waiting_.clear();
  std::set<Target> targets = udp_targets(state), gone;
  std::set_difference(udp_targets_.begin(), udp_targets_.end(), targets.begin(), targets.end(),
                      std::inserter(gone, gone.end()));
  udp_targets_ = std::move(targets);
  applier_.want(make_ruleset(state), [this, gone = std::move(gone), waiting = std::move(waiting)] {
    if (kernel_.forget_udp && !gone.empty()) kernel_.forget_udp(gone);
    for (const auto& one : waiting) one();
  });
}

void ServiceProxy::drain(const Document& pod, std::function<void()> done) {
  leaving_.insert(pod["metadata"]["uid"].str());
  waiting_.push_back([this, ip = pod["status"]["podIP"].str(), done = std::move(done)] {
    wait_for_open(ip, executor_.clock().monotonic() + kOpenPatience, done);
  });
  changed();
}

void ServiceProxy::wait_for_open(const std::string& ip, runtime::TimeNs until, const std::function<void()>& done) {
  if (!kernel_.count_open || ip.empty() || executor_.clock().monotonic() >= until || kernel_.count_open(ip) == 0)
    return done();
  executor_.after(kOpenPause, [this, alive = std::weak_ptr(alive_), ip, until, done] {
    if (!alive.expired()) wait_for_open(ip, until, done);
  });
}

void ServiceProxy::when_ready(std::function<void(Result<void>)> ready) {
  ready_ = std::move(ready);
  const auto tell = [this](Result<void> how) {
    if (auto once = std::exchange(ready_, nullptr)) once(std::move(how));
  };
  applier_.on_failure([tell](const Status& why, int in_a_row) {
    if (in_a_row >= kPatience) tell(Error(why));
  });
  waiting_.push_back([tell] { tell({}); });
  changed();
}

}  // namespace proa::net
