// A WebSocket of the server's side: the protocol on the I/O thread, and the handler's handle on any thread.
#include <atomic>
#include <mutex>

#include "http/protocol.h"
#include "http/websocket_codec.h"

namespace proa::http {
namespace {

constexpr size_t kDrained = 64 * 1024;
// What a peer that does not read gets no more pongs beyond.
constexpr size_t kPongsUpTo = 64 * 1024;

class WebSocketSession;

/// Shared by the handler and the session, which may end in either order.
class SocketHandle final : public Socket, public Flushable, public std::enable_shared_from_this<SocketHandle> {
 public:
  SocketHandle(std::shared_ptr<IoThread> thread, std::string protocol)
      : thread_(std::move(thread)), protocol_(std::move(protocol)) {}

  const std::string& protocol() const override { return protocol_; }
  void send_binary(std::string message) override { push(Opcode::kBinary, std::move(message)); }
  void send_text(std::string message) override { push(Opcode::kText, std::move(message)); }
  void close(int code, std::string_view reason) override { push(Opcode::kClose, close_payload(code, reason)); }
  size_t queued() const override { return queued_.load(std::memory_order_relaxed); }

  // I/O thread.
  void flush_on_io_thread() override;
  void push(Opcode opcode, std::string payload);
  void taken(size_t count) {
    const size_t before = queued_.fetch_sub(count);
    if (before >= kDrained && before - count < kDrained && on_drain) on_drain();
  }
  void ended();
  WebSocketSession* session = nullptr;

 private:
  const std::shared_ptr<IoThread> thread_;
  const std::string protocol_;
  std::atomic<size_t> queued_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<Opcode, std::string>> outbox_;  // guarded by mutex_
  bool marked_ = false, closed_ = false;                // guarded by mutex_
};

class WebSocketSession final : public Protocol {
 public:
  WebSocketSession(Carrier& carrier, std::shared_ptr<SocketHandle> handle)
      : carrier_(carrier), handle_(std::move(handle)), decoder_(true) {
    handle_->session = this;
    decoder_.on_message = [this](std::string message, bool binary) {
      if (handle_->on_message) handle_->on_message(std::move(message), binary);
    };
    decoder_.on_control = [this](Opcode opcode, std::string payload) {
      if (opcode == Opcode::kPing && pieces_.size() < kPongsUpTo) add(Opcode::kPong, std::move(payload), false);
    };
  }
  ~WebSocketSession() override { abandon(); }

  void receive(std::string_view plain) override {
    if (peer_ended_ || decoder_.feed(plain)) return;
    peer_ended_ = true;
    const int code = decoder_.close_code();
    add(Opcode::kClose, close_payload(code == 1005 ? 1000 : code, ""), false);
    handle_->ended();
  }

  void add(Opcode opcode, std::string payload, bool counted) {
    if (close_sent_) return;
    close_sent_ = opcode == Opcode::kClose;
    if (close_sent_) carrier_.activity();
    if (counted) counted_ += payload.size();
    pieces_.push(share(encode_frame_header(opcode, payload.size())));
    pieces_.push(share(std::move(payload)));
    carrier_.wake();
  }

  void produce(Output& out, size_t room) override {
    const size_t count = std::min(pieces_.size(), room > out.size() ? room - out.size() : 0);
    pieces_.move_to(out, count);
    // Frame headers and control frames are not counted, so the count ends with the queue.
    const size_t gone = pieces_.size() == 0 ? counted_ : std::min(counted_, count);
    counted_ -= gone;
    if (gone > 0) handle_->taken(gone);
  }

  bool finished() const override { return close_sent_ && pieces_.size() == 0 && (peer_ended_ || stopping_); }
  /// Once it is closed from here, a peer that says nothing more is idle.
  bool busy() const override { return !close_sent_; }
  void shut_down() override {
    stopping_ = true;
    add(Opcode::kClose, close_payload(1001, "the server is stopping"), false);
  }
  void abandon() override {
    handle_->session = nullptr;
    handle_->ended();
  }

 private:
  Carrier& carrier_;
  const std::shared_ptr<SocketHandle> handle_;
  WebSocketDecoder decoder_;
  PieceQueue pieces_;
  size_t counted_ = 0;
  bool close_sent_ = false, peer_ended_ = false, stopping_ = false;
};

void SocketHandle::push(Opcode opcode, std::string payload) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  queued_ += payload.size();
  outbox_.emplace_back(opcode, std::move(payload));
  if (marked_) return;
  marked_ = true;
  thread_->mark(shared_from_this());
}

void SocketHandle::flush_on_io_thread() {
  std::vector<std::pair<Opcode, std::string>> outbox;
  {
    const std::lock_guard lock(mutex_);
    marked_ = false;
    outbox.swap(outbox_);
  }
  if (!session) return;
  for (auto& [opcode, payload] : outbox) session->add(opcode, std::move(payload), true);
}

void SocketHandle::ended() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  const auto tell = std::move(on_close);
  on_close = nullptr;
  on_message = nullptr;
  on_drain = nullptr;
  if (tell) tell();
}

}  // namespace

WebSocketPair make_websocket_session(Carrier& carrier, std::string agreed_protocol) {
  auto handle = std::make_shared<SocketHandle>(carrier.thread(), std::move(agreed_protocol));
  auto session = std::make_unique<WebSocketSession>(carrier, handle);
  return {std::move(session), std::move(handle)};
}

}  // namespace proa::http
