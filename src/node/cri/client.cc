#include "node/cri/client.h"

#include <fmt/format.h>

#include "node/cri/event_stream.h"
#include "node/cri/grpc_channel.h"
#include "node/cri/messages.h"

namespace proa::node::cri {

namespace {

using runtime::kSecond;

constexpr runtime::DurationNs kUsual = 2 * 60 * kSecond;  // the kubelet's runtime request timeout
constexpr runtime::DurationNs kForever = 0;

/// The nested message in `field`, empty when there is none.
WireReader inner(std::string_view bytes, int field) {
  WireReader reader(bytes);
  while (reader.next())
    if (reader.field() == field) return reader.message();
  return WireReader({});
}

std::string text_in(std::string_view bytes, int field) {
  WireReader reader(bytes);
  while (reader.next())
    if (reader.field() == field) return reader.str();
  return {};
}

template <class T>
std::vector<T> list_in(std::string_view bytes, int field, T (*decode)(WireReader)) {
  std::vector<T> out;
  WireReader reader(bytes);
  while (reader.next())
    if (reader.field() == field) out.push_back(decode(reader.message()));
  return out;
}

WireWriter with_id(std::string_view id) { return std::move(WireWriter().text(1, id)); }
/// Requests that hold an ImageSpec in field 1.
WireWriter with_image(std::string_view name) {
  return std::move(WireWriter().message(1, WireWriter().text(1, name).text(18, name)));
}

class Client : public Runtime {
 public:
  Client(runtime::EventLoop& loop, const std::string& socket_path)
      : channel_(loop, socket_path), events_(loop, socket_path, *this) {}

  void version(Done<Version> done) override {
    ask<Version>("RuntimeService/Version", {}, kUsual, std::move(done),
                 [](std::string_view answer) { return Version{text_in(answer, 2), text_in(answer, 3)}; });
  }

  void conditions(Done<std::vector<Condition>> done) override {
    ask<std::vector<Condition>>("RuntimeService/Status", {}, kUsual, std::move(done), [](std::string_view answer) {
      std::vector<Condition> out;
      WireReader status = inner(answer, 1);
      while (status.next())
        if (status.field() == 1) out.push_back(decode_condition(status.message()));
      return out;
    });
  }

  void run_pod_sandbox(const SandboxConfig& config, Done<std::string> done) override {
    WireWriter request;
    request.message(1, encode_sandbox_config(config)).text(2, config.runtime_handler);
    ask_text("RuntimeService/RunPodSandbox", request, 2 * kUsual, std::move(done));
  }
  void stop_pod_sandbox(const std::string& id, Done<void> done) override {
    order("RuntimeService/StopPodSandbox", with_id(id), kUsual, std::move(done));
  }
  void remove_pod_sandbox(const std::string& id, Done<void> done) override {
    order("RuntimeService/RemovePodSandbox", with_id(id), kUsual, std::move(done));
  }
  void sandbox_status(const std::string& id, Done<SandboxStatus> done) override {
    ask<SandboxStatus>("RuntimeService/PodSandboxStatus", with_id(id), kUsual, std::move(done),
                       [](std::string_view answer) { return decode_sandbox_status(inner(answer, 1)); });
  }
  void list_sandboxes(const std::string& pod_uid, Done<std::vector<Sandbox>> done) override {
    ask<std::vector<Sandbox>>("RuntimeService/ListPodSandbox", encode_uid_filter(pod_uid, 3), kUsual, std::move(done),
                              [](std::string_view answer) { return list_in(answer, 1, decode_sandbox); });
  }

  void create_container(const std::string& sandbox_id, const ContainerConfig& config, const SandboxConfig& sandbox,
                        Done<std::string> done) override {
    WireWriter request;
    request.text(1, sandbox_id).message(2, encode_container_config(config)).message(3, encode_sandbox_config(sandbox));
    ask_text("RuntimeService/CreateContainer", request, kUsual, std::move(done));
  }
  void start_container(const std::string& id, Done<void> done) override {
    order("RuntimeService/StartContainer", with_id(id), kUsual, std::move(done));
  }
  void stop_container(const std::string& id, int64_t grace_seconds, Done<void> done) override {
    order("RuntimeService/StopContainer", with_id(id).number(2, grace_seconds), kUsual + grace_seconds * kSecond,
          std::move(done));
  }
  void remove_container(const std::string& id, Done<void> done) override {
    order("RuntimeService/RemoveContainer", with_id(id), kUsual, std::move(done));
  }
  void list_containers(const std::string& pod_uid, Done<std::vector<Container>> done) override {
    ask<std::vector<Container>>("RuntimeService/ListContainers", encode_uid_filter(pod_uid, 4), kUsual, std::move(done),
                                [](std::string_view answer) { return list_in(answer, 1, decode_container); });
  }
  void container_status(const std::string& id, Done<ContainerStatus> done) override {
    ask<ContainerStatus>("RuntimeService/ContainerStatus", with_id(id), kUsual, std::move(done),
                         [](std::string_view answer) { return decode_container_status(inner(answer, 1)); });
  }
  void reopen_log(const std::string& container_id, Done<void> done) override {
    order("RuntimeService/ReopenContainerLog", with_id(container_id), kUsual, std::move(done));
  }

  void image_status(const std::string& name, Done<std::optional<Image>> done) override {
    ask<std::optional<Image>>("ImageService/ImageStatus", with_image(name), kUsual, std::move(done),
                              [](std::string_view answer) -> std::optional<Image> {
                                Image image = decode_image(inner(answer, 1));
                                if (image.id.empty()) return std::nullopt;
                                return image;
                              });
  }
  void list_images(Done<std::vector<Image>> done) override {
    ask<std::vector<Image>>("ImageService/ListImages", {}, kUsual, std::move(done),
                            [](std::string_view answer) { return list_in(answer, 1, decode_image); });
  }
  void pull_image(const std::string& name, Done<std::string> done) override {
    ask_text("ImageService/PullImage", with_image(name), kForever, std::move(done));
  }
  void remove_image(const std::string& name, Done<void> done) override {
    order("ImageService/RemoveImage", with_image(name), kUsual, std::move(done));
  }

  void exec_sync(const std::string& container_id, const std::vector<std::string>& command, int64_t timeout_ms,
                 Done<ExecResult> done) override {
    WireWriter request;
    request.text(1, container_id).texts(2, command).number(3, (timeout_ms + 999) / 1000);
    const runtime::DurationNs limit = timeout_ms == 0 ? kForever : kUsual + timeout_ms * runtime::kMillisecond;
    ask<ExecResult>("RuntimeService/ExecSync", request, limit, std::move(done), [](std::string_view answer) {
      ExecResult out{text_in(answer, 1), text_in(answer, 2), 0};
      WireReader reader(answer);
      while (reader.next())
        if (reader.field() == 3) out.exit_code = static_cast<int>(reader.number());
      return out;
    });
  }
  void exec_url(const ExecRequest& request, Done<std::string> done) override {
    WireWriter wire;
    wire.text(1, request.container_id);
    if (request.command.empty()) {
      wire.number(2, request.in).number(3, request.tty).number(4, request.out).number(5, request.err);
      return ask_text("RuntimeService/Attach", wire, kUsual, std::move(done));
    }
    wire.texts(2, request.command).number(3, request.tty);
    wire.number(4, request.in).number(5, request.out).number(6, request.err);
    ask_text("RuntimeService/Exec", wire, kUsual, std::move(done));
  }
  void port_forward_url(const std::string& sandbox_id, int port, Done<std::string> done) override {
    ask_text("RuntimeService/PortForward", with_id(sandbox_id).numbers(2, {port}), kUsual, std::move(done));
  }

  void on_event(std::function<void(const Event&)> listener) override { events_.start(std::move(listener)); }

 private:
  template <class T, class Decode>
  void ask(std::string_view method, const WireWriter& request, runtime::DurationNs timeout, Done<T> done,
           Decode decode) {
    channel_.call(fmt::format("/runtime.v1.{}", method), request.bytes(), timeout,
                  [done = std::move(done), decode](Result<std::string> answer) {
                    if (!answer) return done(Error(std::move(answer.error())));
                    done(decode(std::string_view(*answer)));
                  });
  }
  /// Answers whose field 1 is a text: an id, an image reference or an address.
  void ask_text(std::string_view method, const WireWriter& request, runtime::DurationNs timeout,
                Done<std::string> done) {
    ask<std::string>(method, request, timeout, std::move(done),
                     [](std::string_view answer) { return text_in(answer, 1); });
  }
  void order(std::string_view method, const WireWriter& request, runtime::DurationNs timeout, Done<void> done) {
    channel_.call(fmt::format("/runtime.v1.{}", method), request.bytes(), timeout,
                  [done = std::move(done)](Result<std::string> answer) {
                    if (!answer) return done(Error(std::move(answer.error())));
                    done({});
                  });
  }

  GrpcChannel channel_;
  EventStream events_;
};

}  // namespace

std::unique_ptr<Runtime> make_client(runtime::EventLoop& loop, std::string socket_path) {
  if (socket_path.starts_with("unix://")) socket_path.erase(0, 7);
  return std::make_unique<Client>(loop, socket_path);
}

}  // namespace proa::node::cri
