#include "node/cri/event_stream.h"

#include "node/cri/wire.h"

namespace proa::node::cri {

using runtime::kMillisecond;
using runtime::kSecond;

struct EventStream::State : std::enable_shared_from_this<State> {
  enum class Source { kCri, kContainerd, kPolling };

  State(runtime::EventLoop& event_loop, const std::string& socket_path, Runtime& client)
      : loop(event_loop), runtime(client), channel(event_loop, socket_path) {
    channel.set_namespace("k8s.io");
  }

  runtime::EventLoop& loop;
  Runtime& runtime;
  GrpcChannel channel;
  std::function<void(const Event&)> listener;
  Source source = Source::kCri;
  runtime::DurationNs retry_delay = 50 * kMillisecond;
  bool stopped = false;

  void later(runtime::DurationNs delay, std::function<void(State&)> what) {
    loop.after(delay, [weak = weak_from_this(), what = std::move(what)] {
      const auto self = weak.lock();
      if (self && !self->stopped) what(*self);
    });
  }

  void subscribe() {
    if (source == Source::kPolling) {
      listener({});
      return later(kSecond, [](State& self) { self.subscribe(); });
    }
    const bool cri = source == Source::kCri;
    WireWriter request;
    if (!cri)
      for (const char* topic : {"start", "exit", "oom"})
        request.text(1, std::string("namespace==k8s.io,topic==\"/tasks/") + topic + '"');
    channel.stream(
        cri ? "/runtime.v1.RuntimeService/GetContainerEvents" : "/containerd.services.events.v1.Events/Subscribe",
        request.bytes(), [this] { listener({}); },
        [this, cri](std::string_view message) {
          retry_delay = 50 * kMillisecond;
          const auto event = cri ? decode_cri_event(message) : decode_containerd_event(message);
          if (event) heard(*event);
        },
        [this](Result<void> how) { ended(how); });
  }

  void ended(const Result<void>& how) {
    if (!how && how.error().is("MethodNotAllowed")) {
      source = source == Source::kCri ? Source::kContainerd : Source::kPolling;
      return later(0, [](State& self) { self.subscribe(); });
    }
    later(retry_delay, [](State& self) { self.subscribe(); });
    retry_delay = std::min<runtime::DurationNs>(retry_delay * 2, 2 * kSecond);
  }

  void heard(const Event& event) {
    if (event.type == Event::Type::kExited) return confirm_exit(event, 2 * kMillisecond);
    listener(event);
  }

  /// Passes the end on once the runtime's status agrees, or after some seconds of asking. A container that ends at once
  /// may still be "created" or "running" there, and no other event follows.
  void confirm_exit(const Event& event, runtime::DurationNs wait) {
    runtime.container_status(event.container_id, [weak = weak_from_this(), event, wait](Result<ContainerStatus> got) {
      const auto self = weak.lock();
      if (!self || self->stopped) return;
      const bool ended = !got || got->state == ContainerState::kExited;
      if (ended || wait > 4 * kSecond) return self->listener(event);
      self->later(wait, [event, wait](State& state) { state.confirm_exit(event, wait * 2); });
    });
  }
};

EventStream::EventStream(runtime::EventLoop& loop, const std::string& socket_path, Runtime& runtime)
    : state_(std::make_shared<State>(loop, socket_path, runtime)) {}

EventStream::~EventStream() { state_->stopped = true; }

void EventStream::start(std::function<void(const Event&)> listener) {
  state_->listener = std::move(listener);
  state_->subscribe();
}

std::optional<Event> decode_containerd_event(std::string_view envelope) {
  std::string topic;
  std::string_view payload;
  for (WireReader reader(envelope); reader.next();) {
    if (reader.field() == 3) topic = reader.str();
    if (reader.field() != 4) continue;
    for (WireReader any = reader.message(); any.next();)
      if (any.field() == 2) payload = any.bytes();
  }
  Event event;
  std::string process;
  for (WireReader reader(payload); reader.next();) {
    if (reader.field() == 1) event.container_id = reader.str();
    if (reader.field() == 2) process = reader.str();  // of TaskExit only; a number elsewhere
  }
  if (event.container_id.empty()) return std::nullopt;
  if (topic == "/tasks/start") {
    event.type = Event::Type::kStarted;
  } else if (topic == "/tasks/oom") {
    event.type = Event::Type::kOom;
  } else if (topic == "/tasks/exit" && process == event.container_id) {  // else the end of an exec
    event.type = Event::Type::kExited;
  } else {
    return std::nullopt;
  }
  return event;
}

std::optional<Event> decode_cri_event(std::string_view response) {
  Event event;
  int64_t type = 0;
  for (WireReader reader(response); reader.next();) {
    if (reader.field() == 1) event.container_id = reader.str();
    if (reader.field() == 2) type = reader.number();
  }
  if (event.container_id.empty() || type == 0) return std::nullopt;  // 0: created
  event.type = type == 1 ? Event::Type::kStarted : type == 2 ? Event::Type::kExited : Event::Type::kDeleted;
  return event;
}

}  // namespace proa::node::cri
