#include "controllers/pod_gc/controller.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "controllers/pod_gc/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/pods.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers::pod_gc {
namespace {

using object::Document;
namespace resources = client::resources;

constexpr runtime::DurationNs kQuarantine = 40 * runtime::kSecond;
constexpr size_t kMostFinished = 12'500;

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 10), pods_(informer(resources::kPods)), nodes_(informer(resources::kNodes)) {}

  void start() override {
    client::index_by_node(pods_);
    listen(pods_, [this](const Document& before, const Document& after) { pod_changed(before, after); });
    listen(nodes_, [this](const Document& before, const Document& after) {
      const std::string_view name = object::name_of((after ? after : before).root());
      if (after) missing_since_.erase(std::string(name));
      for (const Document& pod : pods_.by_index(client::kByNode, name))
        if (!after || object::is_deleting(pod.root())) queue(pod.root());
    });
  }

 private:
  void pod_changed(const Document& before, const Document& after) {
    const bool was = before && is_pod_finished(before.root()), is = after && is_pod_finished(after.root());
    finished_ += static_cast<int64_t>(is) - static_cast<int64_t>(was);
    if (is && !was && finished_ > static_cast<int64_t>(kMostFinished))
      for (const Document& pod : excess_finished(pods_.list(), kMostFinished)) {
        excess_.insert(object::key_of(pod.root()));
        queue(pod.root());
      }
    if (!after) return;
    const bool assigned = !after["spec"]["nodeName"].as_string().empty();
    if (assigned ? !nodes_.get({}, after["spec"]["nodeName"].as_string()) || object::is_deleting(after.root())
                 : object::is_deleting(after.root()))
      queue(after.root());
  }

  /// How long the node has been missing, as far as this loop saw.
  runtime::DurationNs missing_for(const std::string& node) {
    const runtime::TimeNs now = parts_.executor.clock().monotonic();
    return now - missing_since_.emplace(node, now).first->second;
  }

  void sync(const std::string& key, Finish finish) override {
    const Document pod = cached(pods_, key);
    const bool excess = excess_.erase(key) > 0;
    if (!pod) return finish(Outcome::kDone);
    const std::string node_name = pod["spec"]["nodeName"].str();
    const Document node = node_name.empty() ? Document() : nodes_.get({}, node_name);
    bool long_gone = false;
    if (!node_name.empty() && !node) {
      const runtime::DurationNs missing = missing_for(node_name);
      long_gone = missing >= kQuarantine;
      if (!long_gone) queue_.add_after(key, kQuarantine - missing);
    }
    const Reason reason = judge(pod.root(), node.root(), long_gone);
    if (reason == Reason::kNone && !excess) return finish(Outcome::kDone);
    auto marked = marked_failed(pod.root(), reason, parts_.executor.clock().wall());
    write_all(
        parts_.client, ending_of(pod, std::move(marked), 0), [](const Change&, const Document&) {},
        alive_.guard([finish = std::move(finish)](Result<void> result) mutable {
          end(std::move(finish), result || result.error().is("NotFound"));
        }));
  }

  client::Informer& pods_;
  client::Informer& nodes_;
  std::map<std::string, runtime::TimeNs> missing_since_;
  std::set<std::string> excess_;  // finished pods that are too many
  int64_t finished_ = 0;
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::pod_gc
