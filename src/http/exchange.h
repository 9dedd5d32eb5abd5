// One request and its response: the meeting point of the handler (any thread) and the protocol (I/O thread).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/http.h"
#include "http/io_thread.h"

namespace proa::http {

class Exchange;

/// What a handler did since the protocol last looked, in the order in which it goes out.
struct Outbox {
  struct Head {
    int status = 200;
    Headers headers;
    std::optional<size_t> content_length;  // none: the answer comes in pieces
  };
  struct Upgrade {
    std::vector<std::string> protocols;
    std::function<void(std::shared_ptr<Socket>)> accepted;
  };
  std::optional<Head> head;
  std::vector<SharedBytes> pieces;
  std::optional<Upgrade> upgrade;
  bool finished = false;
  bool broken = false;  // dropped in the middle of an answer
};

/// The protocol's side. I/O thread.
class ExchangeSink {
 public:
  virtual ~ExchangeSink() = default;
  virtual void exchange_ready(Exchange& exchange, Outbox outbox) = 0;
};

class Exchange final : public Flushable, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<IoThread> thread, ExchangeSink& sink, int32_t stream, const Request& request);

  /// The handler's handle; when its last copy is gone, an unfinished answer is ended as broken.
  ResponseWriterPtr make_writer();

  // I/O thread.
  int32_t stream() const { return stream_; }
  bool is_head() const { return is_head_; }
  /// A watch or another stream that lives until somebody ends it.
  bool is_watch() const { return is_watch_; }
  void flush_on_io_thread() override;
  /// `count` bytes left for the peer.
  void taken(size_t count);
  /// The answer is out, or nobody waits for it any more (then the handler is told). The sink is not called any more.
  void close();

 private:
  class Writer;
  // The handler's side, any thread.
  void send(int status, Headers headers, SharedBytes body);
  void begin(int status, Headers headers);
  void write(SharedBytes piece);
  void finish();
  void upgrade(Outbox::Upgrade upgrade);
  void dropped();
  void set_on_drain(std::function<void()> callback);
  void set_on_abandoned(std::function<void()> callback);
  void set_on_turn(std::function<void()> turn);
  void ask_for_turn();
  void mark_locked();

  const std::shared_ptr<IoThread> thread_;
  ExchangeSink* sink_;  // I/O thread
  const int32_t stream_;
  bool is_head_, is_watch_, accepts_gzip_;

  std::atomic<size_t> queued_ = 0;
  std::mutex mutex_;
  // Guarded by mutex_:
  Outbox outbox_;
  bool begun_ = false, ended_ = false, marked_ = false, closed_ = false, gone_ = false, drain_missed_ = false;
  bool turn_wanted_ = false;
  std::function<void()> on_drain_, on_abandoned_;
  std::shared_ptr<const std::function<void()>> on_turn_;  // shared: it may be replaced while it runs
};

}  // namespace proa::http
