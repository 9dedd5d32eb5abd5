#include "http/exchange.h"

#include <utility>

#include "http/gzip.h"
#include "http/text.h"

namespace proa::http {
namespace {

constexpr size_t kDrained = 64 * 1024;
constexpr size_t kGzipAbove = 128 * 1024;

bool asks_for_watch(const Request& request) {
  const std::string* watch = request.query.find("watch");
  const std::string* follow = request.query.find("follow");
  const auto on = [](const std::string* value) {
    return value && (value->empty() || *value == "1" || *value == "true");
  };
  return on(watch) || on(follow);
}

/// As upstream: the bare word. `gzip;q=0` is a refusal, and nobody weighs it otherwise.
bool takes_gzip(std::string_view list) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (trim(list.substr(0, comma)) == "gzip") return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

class Exchange::Writer final : public ResponseWriter {
 public:
  explicit Writer(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~Writer() override { exchange_->dropped(); }
  void send(int status, Headers headers, SharedBytes body) override {
    exchange_->send(status, std::move(headers), std::move(body));
  }
  void begin(int status, Headers headers) override { exchange_->begin(status, std::move(headers)); }
  void write(SharedBytes piece) override { exchange_->write(std::move(piece)); }
  void finish() override { exchange_->finish(); }
  size_t queued() const override { return exchange_->queued_.load(std::memory_order_relaxed); }
  void on_drain(std::function<void()> callback) override { exchange_->set_on_drain(std::move(callback)); }
  void on_turn(std::function<void()> turn) override { exchange_->set_on_turn(std::move(turn)); }
  void ask_for_turn() override { exchange_->ask_for_turn(); }
  void on_abandoned(std::function<void()> callback) override { exchange_->set_on_abandoned(std::move(callback)); }
  void accept_websocket(const std::vector<std::string>& protocols,
                        std::function<void(std::shared_ptr<Socket>)> accepted) override {
    exchange_->upgrade({protocols, std::move(accepted)});
  }

 private:
  const std::shared_ptr<Exchange> exchange_;
};

Exchange::Exchange(std::shared_ptr<IoThread> thread, ExchangeSink& sink, int32_t stream, const Request& request)
    : thread_(std::move(thread)),
      sink_(&sink),
      stream_(stream),
      is_head_(request.method == "HEAD"),
      is_watch_(asks_for_watch(request)),
      accepts_gzip_(takes_gzip(request.header("accept-encoding"))) {}

ResponseWriterPtr Exchange::make_writer() { return std::make_shared<Writer>(shared_from_this()); }

void Exchange::mark_locked() {
  if (marked_ || closed_) return;
  marked_ = true;
  thread_->mark(shared_from_this());
}

void Exchange::send(int status, Headers headers, SharedBytes body) {
  if (!body) body = share("");
  if (accepts_gzip_ && body->size() > kGzipAbove && find_header(headers, "content-encoding").empty()) {
    if (std::string packed = gzip(*body); !packed.empty()) {
      body = share(std::move(packed));
      headers.emplace_back("content-encoding", "gzip");
      headers.emplace_back("vary", "Accept-Encoding");
    }
  }
  const std::lock_guard lock(mutex_);
  if (begun_ || ended_) return;
  begun_ = ended_ = true;
  outbox_.head = Outbox::Head{status, std::move(headers), body->size()};
  if (!is_head_) {
    queued_ += body->size();
    outbox_.pieces.push_back(std::move(body));
  }
  outbox_.finished = true;
  mark_locked();
}

void Exchange::begin(int status, Headers headers) {
  const std::lock_guard lock(mutex_);
  if (begun_ || ended_) return;
  begun_ = true;
  outbox_.head = Outbox::Head{status, std::move(headers), std::nullopt};
  mark_locked();
}

void Exchange::write(SharedBytes piece) {
  if (!piece || piece->empty() || is_head_) return;
  const std::lock_guard lock(mutex_);
  if (!begun_ || ended_ || closed_) return;
  queued_ += piece->size();
  outbox_.pieces.push_back(std::move(piece));
  mark_locked();
}

void Exchange::finish() {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  if (!begun_) outbox_.head = Outbox::Head{200, {}, 0};
  begun_ = ended_ = true;
  outbox_.finished = true;
  mark_locked();
}

void Exchange::upgrade(Outbox::Upgrade upgrade) {
  const std::lock_guard lock(mutex_);
  if (begun_ || ended_) return;
  begun_ = ended_ = true;
  outbox_.upgrade = std::move(upgrade);
  mark_locked();
}

void Exchange::dropped() {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || closed_) return;
    if (begun_) {
      ended_ = true;
      outbox_.broken = true;
      return mark_locked();
    }
  }
  send(500, {{"content-type", "application/json"}},
       share(status_json(500, "InternalError", "Internal error occurred: the request was dropped")));
}

void Exchange::set_on_drain(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  on_drain_.swap(callback);  // the old one may hold a Writer: it goes after the lock
  if (!drain_missed_) return;
  drain_missed_ = false;
  thread_->post(on_drain_);
}

void Exchange::set_on_abandoned(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  if (closed_ && gone_ && callback) return thread_->post(std::move(callback));
  if (!closed_) on_abandoned_.swap(callback);
}

void Exchange::set_on_turn(std::function<void()> turn) {
  auto next = turn ? std::make_shared<const std::function<void()>>(std::move(turn)) : nullptr;
  const std::lock_guard lock(mutex_);
  if (!closed_) on_turn_.swap(next);  // the old one goes after the lock
}

void Exchange::ask_for_turn() {
  const std::lock_guard lock(mutex_);
  turn_wanted_ = true;
  mark_locked();
}

void Exchange::flush_on_io_thread() {
  std::shared_ptr<const std::function<void()>> turn;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(turn_wanted_, false)) turn = on_turn_;
  }
  if (turn) (*turn)();  // still marked: what it writes is taken below
  Outbox outbox;
  {
    const std::lock_guard lock(mutex_);
    marked_ = false;
    outbox = std::move(outbox_);
    outbox_ = {};
    if (turn_wanted_) mark_locked();
  }
  if (sink_) sink_->exchange_ready(*this, std::move(outbox));
}

void Exchange::taken(size_t count) {
  const size_t before = queued_.fetch_sub(count);
  if (before < kDrained || before - count >= kDrained) return;
  std::function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    callback = on_drain_;
    drain_missed_ = !callback;
  }
  if (callback) callback();
}

void Exchange::close() {
  sink_ = nullptr;
  std::function<void()> tell, drop;
  std::shared_ptr<const std::function<void()>> turn;
  Outbox rest;
  bool abandoned = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    gone_ = abandoned = !ended_;
    tell.swap(on_abandoned_);
    drop.swap(on_drain_);
    turn.swap(on_turn_);
    rest = std::move(outbox_);
    outbox_ = {};
  }
  queued_ = 0;
  if (tell && abandoned) tell();
}

}  // namespace proa::http
