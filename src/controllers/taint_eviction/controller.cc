#include "controllers/taint_eviction/controller.h"

#include <map>
#include <string>
#include <utility>

#include "client/alive.h"
#include "client/event_recorder.h"
#include "client/work_queue.h"
#include "controllers/taint_eviction/plan.h"
#include "object/meta.h"

namespace proa::controllers::taint_eviction {
namespace {

using client::WorkQueue;
using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public Controller {
 public:
  explicit Loop(const Parts& parts)
      : parts_(parts),
        pods_(parts.informers.of(resources::kPods)),
        nodes_(parts.informers.of(resources::kNodes)),
        events_(parts.client, parts.executor, "taint-eviction-controller"),
        queue_(
            parts.executor, [this](const std::string& key, WorkQueue::Finish finish) { sync(key, std::move(finish)); },
            8) {}

  void start() override {
    client::index_by_node(pods_);
    client::on_change(pods_, alive_, [this](const Document& before, const Document& after) {
      if (!after) return void(since_.erase(object::key_of(before.root())));
      const View spec = after["spec"];
      if (!spec.has("nodeName") || object::is_deleting(after.root())) return;
      if (before && before["spec"]["nodeName"].exists() && before["spec"]["tolerations"] == spec["tolerations"]) return;
      if (has_taints(nodes_.get({}, spec["nodeName"].as_string()).root())) queue_.add(object::key_of(after.root()));
    });
    client::on_change(nodes_, alive_, [this](const Document& before, const Document& after) {
      if (!after || (!has_taints(before.root()) && !has_taints(after.root()))) return;
      if (before && before["spec"]["taints"] == after["spec"]["taints"]) return;
      for (const Document& pod : pods_.by_index(client::kByNode, object::name_of(after.root())))
        queue_.add(object::key_of(pod.root()));
    });
  }
  bool idle() const override { return !queue_.busy(); }

 private:
  static bool has_taints(View node) {
    for (const View taint : node["spec"]["taints"].items())
      if (taint["effect"].as_string() == "NoExecute") return true;
    return false;
  }

  void sync(const std::string& key, WorkQueue::Finish finish) {
    const size_t slash = key.find('/');
    const Document pod = pods_.get(std::string_view(key).substr(0, slash), std::string_view(key).substr(slash + 1));
    if (!pod || object::is_deleting(pod.root())) {
      since_.erase(key);
      return finish(WorkQueue::Outcome::kDone);
    }
    const Document node = nodes_.get({}, pod["spec"]["nodeName"].as_string());
    const auto stay = seconds_to_stay(pod.root(), node.root());
    if (!stay || *stay == kForever) {
      if (since_.erase(key) > 0)
        events_.record(pod.root(), "Normal", "TaintManagerEviction", "Cancelling deletion of Pod " + key);
      return finish(WorkQueue::Outcome::kDone);
    }
    const runtime::TimeNs now = parts_.executor.clock().monotonic();
    if (*stay > 0) {
      const runtime::TimeNs due = since_.emplace(key, now).first->second + *stay * runtime::kSecond;
      if (due > now) {
        queue_.add_after(key, due - now);
        return finish(WorkQueue::Outcome::kDone);
      }
    }
    since_.erase(key);
    evict(pod, key, std::move(finish));
  }

  void evict(const Document& pod, const std::string& key, WorkQueue::Finish finish) {
    events_.record(pod.root(), "Normal", "TaintManagerEviction", "Marking for deletion Pod " + key);
    parts_.client.update(resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()),
                         marked(pod.root(), parts_.executor.clock().wall()), "status",
                         alive_.guard([this, pod, finish = std::move(finish)](Result<Document> written) mutable {
                           if (!written) return end(written, std::move(finish));
                           remove(pod, std::move(finish));
                         }));
  }

  void remove(const Document& pod, WorkQueue::Finish finish) {
    client::DeleteOptions options;
    options.uid = object::uid_of(pod.root());
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
  client::EventRecorder events_;
  std::map<std::string, runtime::TimeNs> since_;  // pods that may stay for a while: since when
  WorkQueue queue_;
  client::Alive alive_;
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::taint_eviction
