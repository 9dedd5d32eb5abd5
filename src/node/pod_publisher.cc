#include "node/pod_publisher.h"

#include "node/pod_status.h"
#include "object/meta.h"

namespace proa::node {

using object::Document;
using object::Value;
using object::View;

struct PodPublisher::State : std::enable_shared_from_this<State> {
  explicit State(client::Client& c) : client(c) {}
  client::Client& client;
  std::function<void(Document)> listener;
  bool writing = false, differs = false, gone = false;

  void write(const Document& pod, Value status) {
    writing = true;
    Value object = pod.root().to_value();
    object["status"] = std::move(status);
    const std::string space(object::namespace_of(pod.root())), name(object::name_of(pod.root()));
    client.update(client::resources::kPods, space, name, std::move(object), "status",
                  [weak = weak_from_this(), space, name](Result<Document> got) {
                    const auto self = weak.lock();
                    if (!self || self->gone) return;
                    if (!got && got.error().is("Conflict")) return self->read(space, name);
                    self->ended(std::move(got));
                  });
  }

  void read(const std::string& space, const std::string& name) {
    client.get(client::resources::kPods, space, name, [weak = weak_from_this()](Result<Document> got) {
      const auto self = weak.lock();
      if (self && !self->gone) self->ended(std::move(got));
    });
  }

  void ended(Result<Document> got) {
    writing = false;
    if (got) return listener(std::move(*got));
    if (got.error().is("NotFound"))
      differs = false;  // the informer will tell the worker
    else
      listener({});
  }
};

PodPublisher::PodPublisher(client::Client& client) : state_(std::make_shared<State>(client)) {}
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
