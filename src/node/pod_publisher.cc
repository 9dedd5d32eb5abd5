#include "node/pod_publisher.h"

#include <algorithm>

#include "node/pod_status.h"
#include "object/meta.h"

namespace proa::node {

using object::Document;
using object::Value;
using object::View;

namespace {

constexpr runtime::DurationNs kFirstPause = 50 * runtime::kMillisecond;
constexpr runtime::DurationNs kLongestPause = 2 * runtime::kSecond;

}  // namespace

struct PodPublisher::State : std::enable_shared_from_this<State> {
  State(client::Client& c, runtime::Executor& executor) : client(c), pause(executor) {}
  client::Client& client;
  runtime::Timer pause;
  int conflicts = 0;  // in a row
  std::function<void(Document)> listener;
  bool writing = false, differs = false, gone = false;

  void write(const Document& pod, Value status) {
    writing = true;
    Value object = pod.root().to_value();
    object["status"] = std::move(status);
    const std::string space(object::namespace_of(pod.root())), name(object::name_of(pod.root()));
    client.update(client::resources::kPods, space, name, std::move(object), "status",
                  [weak = weak_from_this(), pod](Result<Document> got) {
                    const auto self = weak.lock();
                    if (!self || self->gone) return;
                    if (!got && got.error().is("Conflict")) return self->met_conflict(pod);
                    self->conflicts = 0;
                    self->ended(std::move(got));
                  });
  }

  /// The first one is as good as ever: somebody wrote. More in a row tell that what is read lags behind what is written.
  void met_conflict(const Document& pod) {
    if (++conflicts == 1) return read(pod);
    pause.start(std::min(kFirstPause << std::min(conflicts - 2, 10), kLongestPause), [this, pod] { read(pod); });
  }

  void read(const Document& pod) {
    const std::string space(object::namespace_of(pod.root())), name(object::name_of(pod.root()));
    client.get(client::resources::kPods, space, name,
               [weak = weak_from_this(), uid = std::string(object::uid_of(pod.root()))](Result<Document> got) {
                 const auto self = weak.lock();
                 if (!self || self->gone) return;
                 const bool namesake = got && object::uid_of(got->root()) != uid;
                 self->ended(namesake ? self->not_found() : std::move(got));
               });
  }

  /// What an API says of a pod that is gone; a new one of its name is another.
  static Result<Document> not_found() { return Error(base::not_found({"", "pods"}, "")); }

  void ended(Result<Document> got) {
    writing = false;
    if (got) return listener(std::move(*got));
    if (!got.error().is("NotFound")) return listener({});
    differs = false;  // the informer will tell the worker
  }
};

PodPublisher::PodPublisher(client::Client& client, runtime::Executor& executor)
    : state_(std::make_shared<State>(client, executor)) {}
PodPublisher::~PodPublisher() { state_->gone = true; }

void PodPublisher::on_published(std::function<void(Document)> listener) { state_->listener = std::move(listener); }

void PodPublisher::publish(const Document& pod, const PodInput& in, bool over) {
  if (state_->writing) return;
  Value status = make_pod_status(in, over);
  state_->differs = !(View(status) == pod["status"]);
  if (state_->differs) state_->write(pod, std::move(status));
}

bool PodPublisher::settled() const { return !state_->writing && !state_->differs; }

}  // namespace proa::node
