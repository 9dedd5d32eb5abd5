#include "controllers/taint_eviction/controller.h"

#include <map>
#include <string>
#include <utility>

#include "client/event_recorder.h"
#include "controllers/queue_loop.h"
#include "controllers/taint_eviction/plan.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers::taint_eviction {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 8),
        pods_(informer(resources::kPods)),
        nodes_(informer(resources::kNodes)),
        events_(parts.client, parts.executor, "taint-eviction-controller") {}

  void start() override {
    client::index_by_node(pods_);
    listen(pods_, [this](const Document& before, const Document& after) {
      if (!after) return void(since_.erase(object::key_of(before.root())));
      const View spec = after["spec"];
      if (!spec.has("nodeName") || object::is_deleting(after.root())) return;
      if (before && before["spec"]["nodeName"].exists() && before["spec"]["tolerations"] == spec["tolerations"]) return;
      if (has_taints(nodes_.get({}, spec["nodeName"].as_string()).root())) queue(after.root());
    });
    listen(nodes_, [this](const Document& before, const Document& after) {
      if (!after || (!has_taints(before.root()) && !has_taints(after.root()))) return;
      if (before && before["spec"]["taints"] == after["spec"]["taints"]) return;
      for (const Document& pod : pods_.by_index(client::kByNode, object::name_of(after.root()))) queue(pod.root());
    });
  }

 private:
  static bool has_taints(View node) {
    for (const View taint : node["spec"]["taints"].items())
      if (taint["effect"].as_string() == "NoExecute") return true;
    return false;
  }

  void sync(const std::string& key, Finish finish) override {
    const Document pod = cached(pods_, key);
    if (!pod || object::is_deleting(pod.root())) {
      since_.erase(key);
      return finish(Outcome::kDone);
    }
    const Document node = nodes_.get({}, pod["spec"]["nodeName"].as_string());
    const auto stay = seconds_to_stay(pod.root(), node.root());
    if (!stay || *stay == kForever) {
      if (since_.erase(key) > 0)
        events_.record(pod.root(), "Normal", "TaintManagerEviction", "Cancelling deletion of Pod " + key);
      return finish(Outcome::kDone);
    }
    const runtime::TimeNs now = parts_.executor.clock().monotonic();
    if (*stay > 0) {
      const runtime::TimeNs due = since_.emplace(key, now).first->second + *stay * runtime::kSecond;
      if (due > now) {
        queue_.add_after(key, due - now);
        return finish(Outcome::kDone);
      }
    }
    since_.erase(key);
    events_.record(pod.root(), "Normal", "TaintManagerEviction", "Marking for deletion Pod " + key);
    write_all(
        parts_.client, ending_of(pod, marked(pod.root(), parts_.executor.clock().wall()), -1),
        [](const Change&, const Document&) {}, alive_.guard([finish = std::move(finish)](Result<void> result) mutable {
          end(std::move(finish), result || result.error().is("NotFound"));
        }));
  }

  client::Informer& pods_;
  client::Informer& nodes_;
  client::EventRecorder events_;
  std::map<std::string, runtime::TimeNs> since_;  // pods that may stay for a while: since when
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::taint_eviction
