#include "node/streams/node_streams.h"

#include <atomic>

#include <fmt/format.h>

#include "node/pod_state.h"
#include "node/pod_worker.h"
#include "node/streams/container_choice.h"
#include "node/streams/exec_stream.h"
#include "node/streams/log_stream.h"
#include "object/meta.h"

namespace proa::node {

using client::Channel;
using client::ExecOptions;
using client::LogOptions;
using client::PodStream;
using object::Document;

namespace {

/// What a stream's handle and the loop share. Everything but `open` is the loop's.
struct Session {
  std::atomic<bool> open = true;
  std::unique_ptr<LogStream> log;
  std::unique_ptr<ExecStream> exec;
  std::unique_ptr<ForwardStream> forward;
  uint64_t subscription = 0;
  std::string early;  // input before there is a stream
  bool early_end = false;
  int early_columns = 0, early_rows = 0;
};
using SessionPtr = std::shared_ptr<Session>;

/// Destroying the handle ends the stream: on the loop, where it lives.
class Handle : public PodStream {
 public:
  Handle(runtime::EventLoop& loop, Agent& agent, SessionPtr session)
      : loop_(loop), agent_(agent), session_(std::move(session)) {}
  ~Handle() override {
    session_->open = false;
    loop_.post([session = session_, &agent = agent_] {
      if (session->subscription != 0) agent.unsubscribe(session->subscription);
      session->log.reset();
      session->exec.reset();
      session->forward.reset();
    });
  }
  void write(std::string data) override {
    loop_.post([session = session_, data = std::move(data)] {
      if (session->exec) return session->exec->write(data);
      if (session->forward) return session->forward->write(data);
      data.empty() ? void(session->early_end = true) : void(session->early += data);
    });
  }
  void resize(int columns, int rows) override {
    loop_.post([session = session_, columns, rows] {
      if (session->exec) return session->exec->resize(columns, rows);
      session->early_columns = columns;
      session->early_rows = rows;
    });
  }

 private:
  runtime::EventLoop& loop_;
  Agent& agent_;
  SessionPtr session_;
};

/// Tells only while the handle lives.
template <class... Args>
std::function<void(Args...)> while_open(const SessionPtr& session, std::function<void(Args...)> call) {
  return [session, call = std::move(call)](Args... args) {
    if (session->open) call(std::move(args)...);
  };
}

const cri::ContainerStatus* find(const PodWorker& worker, std::string_view published_id) {
  const size_t scheme = published_id.find("://");
  const std::string_view id = scheme == published_id.npos ? published_id : published_id.substr(scheme + 3);
  for (const auto& each : worker.state().containers)
    if (each.id == id) return &each;
  return nullptr;
}

class NodeStreams : public client::PodStreams {
 public:
  NodeStreams(runtime::EventLoop& loop, Agent& agent) : loop_(loop), agent_(agent) {}

  std::unique_ptr<PodStream> logs(const Document& pod, const LogOptions& options, std::function<void(std::string)> data,
                                  std::function<void(Result<void>)> end) override {
    auto session = std::make_shared<Session>();
    loop_.post([this, session, pod, options, data = while_open(session, std::move(data)),
                end = while_open(session, std::move(end))] {
      if (session->open) open_log(session, pod, options, data, end);
    });
    return std::make_unique<Handle>(loop_, agent_, session);
  }

  std::unique_ptr<PodStream> exec(const Document& pod, const ExecOptions& options,
                                  std::function<void(Channel, std::string)> data,
                                  std::function<void(Result<int>)> end) override {
    auto session = std::make_shared<Session>();
    loop_.post([this, session, pod, options, data = while_open(session, std::move(data)),
                end = while_open(session, std::move(end))] {
      if (session->open) open_exec(session, pod, options, data, end);
    });
    return std::make_unique<Handle>(loop_, agent_, session);
  }

  std::unique_ptr<PodStream> port_forward(const Document& pod, int port, std::function<void(std::string)> data,
                                          std::function<void(Result<void>)> end) override {
    auto session = std::make_shared<Session>();
    loop_.post([this, session, pod, port, data = while_open(session, std::move(data)),
                end = while_open(session, std::move(end))] {
      if (session->open) open_forward(session, pod, port, data, end);
    });
    return std::make_unique<Handle>(loop_, agent_, session);
  }

 private:
  PodWorker* worker_of(const Document& pod) const {
    PodWorker* worker = agent_.worker(object::namespace_of(pod.root()), object::name_of(pod.root()));
    if (worker == nullptr || object::uid_of(worker->pod().root()) != object::uid_of(pod.root())) return nullptr;
    return worker;
  }

  static Status no_pod(const Document& pod) { return base::not_found({"", "pods"}, object::name_of(pod.root())); }

  void open_log(const SessionPtr& session, const Document& pod, const LogOptions& options,
                const std::function<void(std::string)>& data, const std::function<void(Result<void>)>& end) {
    const PodWorker* worker = worker_of(pod);
    if (worker == nullptr) return end(Error(no_pod(pod)));
    const auto id = container_for_logs(worker->pod().root(), options.container, options.previous);
    if (!id) return end(Error(id.error()));
    const cri::ContainerStatus* container = find(*worker, *id);
    if (container == nullptr)
      return end(Error(base::bad_request(fmt::format("unable to retrieve container logs for {}", *id))));
    follow(session, pod, *container, options, {.data = data, .end = end, .container_runs = {}});
  }

  void follow(const SessionPtr& session, const Document& pod, const cri::ContainerStatus& container,
              const LogOptions& options, LogStream::Handlers handlers) {
    handlers.container_runs = [this, pod, id = container.id] {
      const PodWorker* now = worker_of(pod);
      const cri::ContainerStatus* found = now == nullptr ? nullptr : find(*now, id);
      return found != nullptr && found->state == cri::ContainerState::kRunning;
    };
    session->log = std::make_unique<LogStream>(loop_, container.log_path, options, std::move(handlers));
    if (!options.follow) return;
    session->subscription = agent_.subscribe(
        [weak = std::weak_ptr(session), mine = std::string(object::uid_of(pod.root()))](const std::string& uid) {
          const SessionPtr alive = weak.lock();
          if (alive && alive->log && uid == mine) alive->log->check();
        });
  }

  void open_exec(const SessionPtr& session, const Document& pod, const ExecOptions& options,
                 const std::function<void(Channel, std::string)>& data, const std::function<void(Result<int>)>& end) {
    const PodWorker* worker = worker_of(pod);
    if (worker == nullptr) return end(Error(no_pod(pod)));
    const cri::ContainerStatus* container = worker->state().newest(options.container);
    if (container != nullptr && wants_all_output(*worker, options))
      return attach_by_log(session, pod, *container, options, data, end);
    if (container == nullptr || container->state != cri::ContainerState::kRunning)
      return end(Error(base::internal_error(
          fmt::format("unable to upgrade connection: container not found (\"{}\")", options.container))));
    connect(session, container->id, options, data, end);
  }

  void connect(const SessionPtr& session, const std::string& container_id, const ExecOptions& options,
               const std::function<void(Channel, std::string)>& data, const std::function<void(Result<int>)>& end) {
    const cri::ExecRequest request{container_id, options.command, options.tty,
                                   options.in,   options.out,     options.err && !options.tty};
    agent_.runtime().exec_url(request, [this, session, options, data, end](Result<std::string> url) {
      if (!session->open) return;
      if (!url) return end(Error(url.error()));
      session->exec = std::make_unique<ExecStream>(loop_, *url, options, data, end);
      if (session->early_columns > 0) session->exec->resize(session->early_columns, session->early_rows);
      if (!session->early.empty()) session->exec->write(std::exchange(session->early, {}));
      if (session->early_end) session->exec->write({});
    });
  }

  /// `kubectl run -i`: the container is there for this one session (stdinOnce), and its user wants to see all that it
  /// says. It may have begun before the session is up, so its output is taken from its log, from the start.
  static bool wants_all_output(const PodWorker& worker, const ExecOptions& options) {
    return options.command.empty() && !options.tty && options.out &&
           container_spec(worker.pod().root(), options.container)["stdinOnce"].as_bool();
  }

  void attach_by_log(const SessionPtr& session, const Document& pod, const cri::ContainerStatus& container,
                     ExecOptions options, const std::function<void(Channel, std::string)>& data,
                     const std::function<void(Result<int>)>& end) {
    LogOptions all;
    all.container = options.container;
    all.follow = true;
    follow(session, pod, container, all,
           {.data = [data](std::string text) { data(Channel::kOut, std::move(text)); },
            .end = [end](const Result<void>& how) { how ? end(0) : end(Error(how.error())); },
            .container_runs = {},
            .errors = [data](std::string text) { data(Channel::kErr, std::move(text)); }});
    if (!options.in || container.state != cri::ContainerState::kRunning) return;
    options.out = options.err = false;
    connect(session, container.id, options, data, [](const Result<int>&) {});
  }

  void open_forward(const SessionPtr& session, const Document& pod, int port,
                    const std::function<void(std::string)>& data, const std::function<void(Result<void>)>& end) {
    const PodWorker* worker = worker_of(pod);
    if (worker == nullptr || worker->state().sandboxes.empty()) return end(Error(no_pod(pod)));
    agent_.runtime().port_forward_url(
        worker->state().sandboxes.front().id, port, [this, session, port, data, end](Result<std::string> url) {
          if (!session->open) return;
          if (!url) return end(Error(url.error()));
          session->forward = std::make_unique<ForwardStream>(loop_, *url, port, data, end);
          if (!session->early.empty()) session->forward->write(std::exchange(session->early, {}));
          if (session->early_end) session->forward->write({});
        });
  }

  runtime::EventLoop& loop_;
  Agent& agent_;
};

}  // namespace

std::unique_ptr<client::PodStreams> make_node_streams(runtime::EventLoop& loop, Agent& agent) {
  return std::make_unique<NodeStreams>(loop, agent);
}

}  // namespace proa::node
