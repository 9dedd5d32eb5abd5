#include "scheduler/scheduler.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/alive.h"
#include "client/event_recorder.h"
#include "object/meta.h"
#include "object/time.h"
#include "object/value.h"
#include "scheduler/cluster.h"
#include "scheduler/filter/filter.h"
#include "scheduler/plan.h"
#include "scheduler/queue.h"

namespace proa::scheduler {
namespace {

using object::Document;
using object::Value;
using object::View;
namespace resources = client::resources;

constexpr std::string_view kName = "default-scheduler";
constexpr size_t kLongestNote = 1024;  // of an event

bool is_finished(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

bool is_ours(View pod) {
  const View spec = pod["spec"];
  return spec["nodeName"].as_string().empty() && spec["schedulerName"].as_string(kName) == kName &&
         spec["schedulingGates"].empty() && !object::is_deleting(pod) && !is_finished(pod);
}

/// Has a node changed in a way that may let a pod onto it?
bool is_news(View before, View after) {
  return !(before["spec"] == after["spec"]) || !(object::labels_of(before) == object::labels_of(after)) ||
         !(before["status"]["allocatable"] == after["status"]["allocatable"]);
}

View scheduled_condition(View pod) {
  for (const View c : pod["status"]["conditions"].items())
    if (c["type"].as_string() == "PodScheduled") return c;
  return {};
}

Value make_binding(View pod, std::string_view node) {
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Binding"},
                        {"metadata", Value::object({{"name", object::name_of(pod)},
                                                    {"namespace", object::namespace_of(pod)},
                                                    {"uid", object::uid_of(pod)}})},
                        {"target", Value::object({{"kind", "Node"}, {"name", node}})}});
}

}  // namespace

class Scheduler::Impl {
 public:
  Impl(client::Client& client, client::Informers& informers, runtime::Executor& executor)
      : client_(client),
        executor_(executor),
        pods_(informers.of(resources::kPods)),
        nodes_(informers.of(resources::kNodes)),
        namespaces_(informers.of(resources::kNamespaces)),
        services_(informers.of(resources::kServices)),
        replica_sets_(informers.of(resources::kReplicaSets)),
        replication_controllers_(informers.of(resources::kReplicationControllers)),
        stateful_sets_(informers.of(resources::kStatefulSets)),
        events_(client, executor, std::string(kName)),
        retry_(executor) {}

  void start();
  bool idle() const { return queue_.active() == 0 && binding_.empty(); }

 private:
  void pod_changed(const Document& before, const Document& after);
  void node_changed(const Document& before, const Document& after);
  void assigned(const Document& before, const Document& after);
  void waiting(const Document& before, const Document& after);
  void gone(const std::string& key);

  void pump();
  void schedule(const std::string& key, const Document& pod);
  std::vector<object::LabelSelector> workload_of(View pod) const;
  void bind(const std::string& key, const Document& pod, const std::string& node);
  void bound(const std::string& key, const Document& pod, const std::string& node, const Result<Document>& result);
  void refuse(View pod, std::string_view reason, std::string_view message);

  client::Client& client_;
  runtime::Executor& executor_;
  client::Informer& pods_;
  client::Informer& nodes_;
  client::Informer& namespaces_;
  client::Informer& services_;
  client::Informer& replica_sets_;
  client::Informer& replication_controllers_;
  client::Informer& stateful_sets_;
  client::EventRecorder events_;
  Cluster cluster_;
  Queue queue_;
  std::map<std::string, std::string> binding_;  // pod key -> uid
  size_t next_node_ = 0;
  bool pumping_ = false;
  runtime::Timer retry_;
  client::Alive alive_;
};

void Scheduler::Impl::start() {
  client::on_change(namespaces_, alive_, [this](const Document& before, const Document& after) {
    const std::string_view name = object::name_of((after ? after : before).root());
    after ? cluster_.set_namespace(name, after) : cluster_.remove_namespace(name);
  });
  client::on_change(nodes_, alive_,
                    [this](const Document& before, const Document& after) { node_changed(before, after); });
  client::on_change(pods_, alive_,
                    [this](const Document& before, const Document& after) { pod_changed(before, after); });
}

void Scheduler::Impl::node_changed(const Document& before, const Document& after) {
  if (!after) return cluster_.remove_node(object::name_of(before.root()));
  cluster_.set_node(after);
  if (before && !is_news(before.root(), after.root())) return;
  queue_.wake(kNodeChanged);
  pump();
}

void Scheduler::Impl::pod_changed(const Document& before, const Document& after) {
  const std::string key = object::key_of((after ? after : before).root());
  if (!after || is_finished(after.root())) return gone(key);
  if (!after["spec"]["nodeName"].as_string().empty()) return assigned(before, after);
  waiting(before, after);
}

void Scheduler::Impl::gone(const std::string& key) {
  queue_.remove(key);
  binding_.erase(key);
  if (cluster_.node_of(key).empty()) return;
  cluster_.remove_pod(key);
  queue_.wake(kPodGone);
  pump();
}

void Scheduler::Impl::assigned(const Document& before, const Document& after) {
  const std::string key = object::key_of(after.root());
  const bool came = !before || before["spec"]["nodeName"].as_string().empty();
  const bool changed = before && (!(object::labels_of(before.root()) == object::labels_of(after.root())) ||
                                  object::is_deleting(before.root()) != object::is_deleting(after.root()));
  const bool resized = before && !(before["spec"] == after["spec"]);
  queue_.remove(key);
  binding_.erase(key);
  cluster_.set_pod(after, after["spec"]["nodeName"].as_string());
  if (came || changed) queue_.wake(kPodCame);
  if (resized && !came) queue_.wake(kPodGone);
  pump();
}

void Scheduler::Impl::waiting(const Document& before, const Document& after) {
  const std::string key = object::key_of(after.root());
  if (binding_.contains(key)) return;
  if (!is_ours(after.root())) return queue_.remove(key);
  // What the scheduler itself writes (the condition) is no reason to try again.
  if (before && is_ours(before.root()) && before["spec"] == after["spec"] &&
      object::labels_of(before.root()) == object::labels_of(after.root()))
    return;
  queue_.add(key, after["spec"]["priority"].as_int());
  pump();
}

void Scheduler::Impl::pump() {
  if (pumping_) return;
  pumping_ = true;
  executor_.post(alive_.guard([this] {
    pumping_ = false;
    const runtime::TimeNs now = executor_.clock().monotonic();
    if (const auto key = queue_.take(now)) {
      const size_t slash = key->find('/');
      const Document pod = pods_.get(std::string_view(*key).substr(0, slash), std::string_view(*key).substr(slash + 1));
      if (pod && is_ours(pod.root()))
        schedule(*key, pod);
      else
        queue_.remove(*key);
      return pump();
    }
    if (const auto due = queue_.next_due())
      retry_.start(*due - now, [this] { pump(); });
    else
      retry_.stop();
  }));
}

std::vector<object::LabelSelector> Scheduler::Impl::workload_of(View pod) const {
  std::vector<object::LabelSelector> selectors;
  const std::string_view ns = object::namespace_of(pod);
  for (const Document& service : services_.list(ns)) {
    auto selector = object::LabelSelector::from_map(service["spec"]["selector"]);
    if (!selector.selects_nothing() && selector.matches(object::labels_of(pod)))
      selectors.push_back(std::move(selector));
  }
  const View owner = object::controller_of(pod);
  const std::string_view kind = owner["kind"].as_string(), name = owner["name"].as_string();
  if (kind == "ReplicationController") {
    const Document rc = replication_controllers_.get(ns, name);
    if (rc) selectors.push_back(object::LabelSelector::from_map(rc["spec"]["selector"]));
  } else if (kind == "ReplicaSet" || kind == "StatefulSet") {
    const Document set = (kind == "ReplicaSet" ? replica_sets_ : stateful_sets_).get(ns, name);
    if (set) selectors.push_back(object::LabelSelector::from_object(set["spec"]["selector"]));
  }
  return selectors;
}

void Scheduler::Impl::schedule(const std::string& key, const Document& pod) {
  const bool several = cluster_.nodes().size() > 1;
  const Question question{pod.root(), several ? workload_of(pod.root()) : std::vector<object::LabelSelector>(),
                          several ? executor_.random().next() : 0, next_node_};
  const Decision decision = decide(question, cluster_);
  if (several) next_node_ = (next_node_ + decision.looked_at) % cluster_.nodes().size();
  if (!decision.node.empty()) return bind(key, pod, decision.node);
  queue_.put_back(key, executor_.clock().monotonic(), decision.helped_by);
  refuse(pod.root(), "Unschedulable", decision.message);
}

void Scheduler::Impl::bind(const std::string& key, const Document& pod, const std::string& node) {
  cluster_.set_pod(pod, node);
  binding_.insert_or_assign(key, std::string(object::uid_of(pod.root())));
  client_.create(resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()),
                 make_binding(pod.root(), node), "binding",
                 alive_.guard([this, key, pod, node](Result<Document> result) { bound(key, pod, node, result); }));
}

void Scheduler::Impl::bound(const std::string& key, const Document& pod, const std::string& node,
                            const Result<Document>& result) {
  const View view = pod.root();
  if (result) {
    events_.record(
        view, "Normal", "Scheduled",
        fmt::format("Successfully assigned {}/{} to {}", object::namespace_of(view), object::name_of(view), node));
    return;
  }
  const auto at = binding_.find(key);
  if (at == binding_.end() || at->second != object::uid_of(view)) return;
  binding_.erase(at);
  cluster_.remove_pod(key);
  queue_.put_back(key, executor_.clock().monotonic(), 0);
  queue_.wake(kPodGone);
  if (!result.error().is("NotFound")) refuse(view, "SchedulerError", result.error().message);
  pump();
}

void Scheduler::Impl::refuse(View pod, std::string_view reason, std::string_view message) {
  std::string note(message);
  if (note.size() > kLongestNote) note = note.substr(0, kLongestNote - 4) + " ...";
  events_.record(pod, "Warning", "FailedScheduling", note);
  const View old = scheduled_condition(pod);
  if (old["status"].as_string() == "False" && old["reason"].as_string() == reason &&
      old["message"].as_string() == message)
    return;
  const std::string since = old["status"].as_string() == "False" ? old["lastTransitionTime"].str()
                                                                 : object::format_time(executor_.clock().wall());
  Value condition = Value::object({{"type", "PodScheduled"}});
  if (const int64_t generation = object::generation_of(pod); generation != 0)
    condition.set("observedGeneration", generation);
  condition.set("status", "False");
  condition.set("lastProbeTime", nullptr);
  condition.set("lastTransitionTime", since);
  condition.set("reason", reason);
  condition.set("message", message);
  Value patch = Value::object();
  patch["metadata"]["uid"] = object::uid_of(pod);
  patch["status"]["conditions"].push_back(std::move(condition));
  client_.patch(resources::kPods, object::namespace_of(pod), object::name_of(pod), client::PatchType::kStrategicMerge,
                std::move(patch), "status", [](Result<Document>) {});
}

Scheduler::Scheduler(client::Client& client, client::Informers& informers, runtime::Executor& executor)
    : impl_(std::make_unique<Impl>(client, informers, executor)) {}

Scheduler::~Scheduler() = default;

void Scheduler::start() { impl_->start(); }

bool Scheduler::idle() const { return impl_->idle(); }

}  // namespace proa::scheduler
