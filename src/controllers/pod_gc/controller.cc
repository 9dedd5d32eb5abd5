#include "controllers/pod_gc/controller.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "client/alive.h"
#include "client/work_queue.h"
#include "controllers/pod_gc/plan.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::pod_gc {
namespace {

using client::WorkQueue;
using object::Document;
namespace resources = client::resources;

constexpr runtime::DurationNs kQuarantine = 40 * runtime::kSecond;
constexpr size_t kMostFinished = 12'500;

class Loop : public Controller {
 public:
  explicit Loop(const Parts& parts)
      : parts_(parts),
        pods_(parts.informers.of(resources::kPods)),
        nodes_(parts.informers.of(resources::kNodes)),
        queue_(
            parts.executor, [this](const std::string& key, WorkQueue::Finish finish) { sync(key, std::move(finish)); },
            10) {}

  void start() override {
    client::index_by_node(pods_);
    client::on_change(pods_, alive_,
                      [this](const Document& before, const Document& after) { pod_changed(before, after); });
    client::on_change(nodes_, alive_, [this](const Document& before, const Document& after) {
      const std::string_view name = object::name_of((after ? after : before).root());
      if (after) missing_since_.erase(std::string(name));
      for (const Document& pod : pods_.by_index(client::kByNode, name))
        if (!after || object::is_deleting(pod.root())) queue_.add(object::key_of(pod.root()));
    });
  }
  bool idle() const override { return !queue_.busy(); }

 private:
  void pod_changed(const Document& before, const Document& after) {
    const bool was = before && is_pod_finished(before.root()), is = after && is_pod_finished(after.root());
    finished_ += static_cast<int64_t>(is) - static_cast<int64_t>(was);
    if (is && !was && finished_ > static_cast<int64_t>(kMostFinished))
      for (const Document& pod : excess_finished(pods_.list(), kMostFinished)) {
        excess_.insert(object::key_of(pod.root()));
        queue_.add(object::key_of(pod.root()));
      }
    if (!after) return;
    const bool assigned = !after["spec"]["nodeName"].as_string().empty();
    if (assigned ? !nodes_.get({}, after["spec"]["nodeName"].as_string()) || object::is_deleting(after.root())
                 : object::is_deleting(after.root()))
      queue_.add(object::key_of(after.root()));
  }

  /// How long the node has been missing, as far as this loop saw.
  runtime::DurationNs missing_for(const std::string& node) {
    const runtime::TimeNs now = parts_.executor.clock().monotonic();
    return now - missing_since_.emplace(node, now).first->second;
  }

  void sync(const std::string& key, WorkQueue::Finish finish) {
    const size_t slash = key.find('/');
    const Document pod = pods_.get(std::string_view(key).substr(0, slash), std::string_view(key).substr(slash + 1));
    const bool excess = excess_.erase(key) > 0;
    if (!pod) return finish(WorkQueue::Outcome::kDone);
    const std::string node_name = pod["spec"]["nodeName"].str();
    const Document node = node_name.empty() ? Document() : nodes_.get({}, node_name);
    bool long_gone = false;
    if (!node_name.empty() && !node) {
      const runtime::DurationNs missing = missing_for(node_name);
      long_gone = missing >= kQuarantine;
      if (!long_gone) queue_.add_after(key, kQuarantine - missing);
    }
    const Reason reason = judge(pod.root(), node.root(), long_gone);
    if (reason == Reason::kNone && !excess) return finish(WorkQueue::Outcome::kDone);
    auto marked = marked_failed(pod.root(), reason, parts_.executor.clock().wall());
    if (!marked) return remove(pod, std::move(finish));
    parts_.client.update(resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()),
                         std::move(*marked), "status",
                         alive_.guard([this, pod, finish = std::move(finish)](Result<Document> written) mutable {
                           if (!written) return end(written, std::move(finish));
                           remove(pod, std::move(finish));
                         }));
  }

  void remove(const Document& pod, WorkQueue::Finish finish) {
    client::DeleteOptions options;
    options.uid = object::uid_of(pod.root());
    options.grace_period_seconds = 0;
    parts_.client.remove(resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()), options,
                         alive_.guard([finish = std::move(finish)](Result<Document> result) mutable {
                           end(result, std::move(finish));
                         }));
  }

  static void end(const Result<Document>& result, WorkQueue::Finish finish) {
    finish(result || result.error().is("NotFound") ? WorkQueue::Outcome::kDone : WorkQueue::Outcome::kRetry);
  }

  Parts parts_;
  client::Informer& pods_;
  client::Informer& nodes_;
  std::map<std::string, runtime::TimeNs> missing_since_;
  std::set<std::string> excess_;  // finished pods that are too many
  int64_t finished_ = 0;
  WorkQueue queue_;
  client::Alive alive_;
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::pod_gc
