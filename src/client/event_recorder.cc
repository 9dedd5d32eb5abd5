#include "client/event_recorder.h"

#include <deque>
#include <utility>

#include "client/alive.h"
#include "client/event_correlator.h"
#include "object/meta.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::client {
namespace {

using object::Value;
using object::View;

/// Events waiting for the API; more are dropped (upstream's queue holds 1000).
constexpr size_t kMostWaiting = 1000;
constexpr int kMostNames = 16;

Value reference(View about, std::string_view field_path) {
  Value ref = Value::object();
  const auto set = [&ref](object::Key name, View value) {
    if (!value.as_string().empty()) ref.set(name, value.as_string());
  };
  const View meta = about["metadata"];
  set("kind", about["kind"]);
  set("namespace", meta["namespace"]);
  set("name", meta["name"]);
  set("uid", meta["uid"]);
  set("apiVersion", about["apiVersion"]);
  set("resourceVersion", meta["resourceVersion"]);
  if (!field_path.empty()) ref.set("fieldPath", field_path);
  return ref;
}

}  // namespace

struct EventRecorder::Impl {
  struct Waiting {
    EventCorrelator::Decision decision;
    std::string ns;
    Value event;
    int renamed = 0;
  };

  Impl(Client& c, runtime::Executor& e, std::string comp, std::string h)
      : client(c), executor(e), component(std::move(comp)), host(std::move(h)) {}

  Value make_event(const EventCorrelator::Decision& decision, View about, std::string_view ns, std::string_view type,
                   std::string_view reason, std::string_view field_path, object::TimeNs now) const {
    Value source = Value::object({{"component", component}});
    if (!host.empty()) source.set("host", host);
    return Value::object({{"apiVersion", "v1"},
                          {"kind", "Event"},
                          {"metadata", Value::object({{"name", decision.name}, {"namespace", ns}})},
                          {"involvedObject", reference(about, field_path)},
                          {"reason", reason},
                          {"message", decision.message},
                          {"source", std::move(source)},
                          {"firstTimestamp", object::format_time(decision.first)},
                          {"lastTimestamp", object::format_time(now)},
                          {"count", decision.count},
                          {"type", type},
                          {"reportingComponent", component},
                          {"reportingInstance", host}});
  }

  // One at a time, so that a raise comes after its create.
  void send_next() {
    if (sending || waiting.empty()) return;
    sending = true;
    if (waiting.front().decision.what == EventCorrelator::Decision::What::kRaise)
      raise();
    else
      create();
  }

  void create() {
    Waiting& front = waiting.front();
    client.create(resources::kEvents, front.ns, front.decision.name, front.event, "",
                  alive.guard([this](Result<object::Document> made) { created(std::move(made)); }));
  }

  void created(Result<object::Document> made) {
    Waiting& front = waiting.front();
    if (!made && made.error().is("AlreadyExists") && front.decision.stamp != 0 && ++front.renamed < kMostNames) {
      EventCorrelator::rename(front.decision);
      front.event["metadata"]["name"] = front.decision.name;
      return create();
    }
    if (made) correlator.created(front.decision);
    sent();
  }

  void raise() {
    Waiting& front = waiting.front();
    Value patch = Value::object({{"count", front.decision.count},
                                 {"lastTimestamp", View(front.event)["lastTimestamp"].as_string()},
                                 {"message", front.decision.message}});
    client.patch(resources::kEvents, front.ns, front.decision.name, PatchType::kMerge, std::move(patch), "",
                 alive.guard([this](Result<object::Document> raised) {
                   if (!raised && raised.error().is("NotFound")) return create();
                   sent();
                 }));
  }

  void sent() {
    waiting.pop_front();
    sending = false;
    send_next();
  }

  Client& client;
  runtime::Executor& executor;
  std::string component, host;
  EventCorrelator correlator;
  std::deque<Waiting> waiting;
  bool sending = false;
  Alive alive;
};

EventRecorder::EventRecorder(Client& client, runtime::Executor& executor, std::string component, std::string host)
    : impl_(std::make_unique<Impl>(client, executor, std::move(component), std::move(host))) {}

EventRecorder::~EventRecorder() = default;

void EventRecorder::record(object::View about, std::string_view type, std::string_view reason, std::string_view message,
                           std::string_view field_path) {
  Impl& impl = *impl_;
  if (impl.waiting.size() >= kMostWaiting) return;
  const View meta = about["metadata"];
  EventCorrelator::Happening happening;
  happening.source = impl.component + impl.host;
  for (const View part : {about["kind"], meta["namespace"], meta["name"], meta["uid"], about["apiVersion"]})
    happening.about += part.as_string();
  happening.field_path = field_path;
  happening.type = type;
  happening.reason = reason;
  happening.message = message;
  happening.object_name = meta["name"].as_string();
  const object::TimeNs now = impl.executor.clock().wall();
  auto decision = impl.correlator.decide(happening, now);
  if (decision.what == EventCorrelator::Decision::What::kDrop) return;
  const std::string ns(meta["namespace"].as_string("default"));
  Value event = impl.make_event(decision, about, ns, type, reason, field_path, now);
  impl.waiting.push_back({std::move(decision), ns, std::move(event)});
  impl.send_next();
}

}  // namespace proa::client
