#include "api/watch.h"

#include <atomic>
#include <charconv>

#include <fmt/format.h>

#include "api/http_list.h"
#include "api/http_verbs.h"
#include "api/watch_feed.h"
#include "api/watch_frames.h"

namespace proa::api {
namespace {

constexpr size_t kQueueLimit = 1024 * 1024;
constexpr int kEventsPerTurn = 512;  // then others get their turn
constexpr runtime::DurationNs kBookmarkEvery = runtime::kMinute;
constexpr int64_t kShortest = 1800;  // seconds, when the client names no time: up to twice this, as upstream

Status too_old() { return base::expired("too old resource version"); }

}  // namespace

/// The timers of one watch, on the hub's executor; they only say that something is due.
class WatchClock : public std::enable_shared_from_this<WatchClock> {
 public:
  WatchClock(runtime::Executor& executor, std::function<void()> tell) : executor_(executor), tell_(std::move(tell)) {}

  void start(int64_t seconds, bool bookmarks) {
    executor_.post([self = shared_from_this(), seconds, bookmarks] {
      if (self->stopped_) return;
      self->end_ = self->executor_.after(seconds * runtime::kSecond, [weak = std::weak_ptr(self)] {
        if (const auto clock = weak.lock()) clock->due(clock->end_, clock->end_due);
      });
      if (bookmarks) self->count_bookmark();
    });
  }
  void stop() {
    executor_.post([self = shared_from_this()] {
      self->stopped_ = true;
      self->executor_.cancel(self->end_);
      self->executor_.cancel(self->bookmark_);
    });
  }

  std::atomic<bool> end_due{false}, bookmark_due{false};

 private:
  void due(runtime::TimerId& timer, std::atomic<bool>& what) {
    timer = 0;
    what = true;
    tell_();
  }
  void count_bookmark() {
    bookmark_ = executor_.after(kBookmarkEvery, [weak = weak_from_this()] {
      const auto clock = weak.lock();
      if (!clock) return;
      clock->due(clock->bookmark_, clock->bookmark_due);
      clock->count_bookmark();
    });
  }

  runtime::Executor& executor_;
  const std::function<void()> tell_;
  runtime::TimerId end_ = 0, bookmark_ = 0;
  bool stopped_ = false;
};

/// Begun by the handler, then everything but wake() happens on the connection's I/O thread.
class HttpWatch : public std::enable_shared_from_this<HttpWatch> {
 public:
  HttpWatch(WatchHub& hub, ExchangePtr exchange)
      : hub_(hub),
        exchange_(std::move(exchange)),
        frames_(exchange_->core, exchange_->target, exchange_->media, table_context(*exchange_).include) {}

  void begin(std::unique_ptr<Feed> feed, bool bookmarks, int64_t seconds) {
    feed_ = std::move(feed);
    ++exchange_->core.metrics.watchers;
    exchange_->answered = 200;
    clock_ = std::make_shared<WatchClock>(hub_.executor(), guarded(&HttpWatch::wake));
    clock_->start(seconds, bookmarks);
    http::ResponseWriter& writer = *exchange_->writer;
    writer.begin(200, exchange_->headers(exchange_->media.watch_content_type()));
    writer.on_drain(guarded(&HttpWatch::wake));
    writer.on_abandoned(guarded(&HttpWatch::end));
    writer.on_turn(guarded(&HttpWatch::turn));
    wake();
  }

  /// Any thread: there may be something to do.
  void wake() { exchange_->writer->ask_for_turn(); }

 private:
  std::function<void()> guarded(void (HttpWatch::*what)()) {
    return [weak = weak_from_this(), what] {
      if (const auto self = weak.lock()) (*self.*what)();
    };
  }

  void turn() {
    if (ended_) return;
    if (clock_->end_due) return end();
    if (clock_->bookmark_due.exchange(false)) bookmark();
    pump();
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    clock_->stop();
    feed_.reset();
    --exchange_->core.metrics.watchers;
    exchange_->writer->on_drain(nullptr);
    exchange_->writer->on_turn(nullptr);
    exchange_->writer->finish();
    hub_.remove(shared_from_this());
  }

  void bookmark() {
    const store::Revision position = feed_->position();
    if (position <= bookmarked_ || exchange_->writer->queued() >= kQueueLimit) return;
    bookmarked_ = position;
    exchange_->writer->write(frames_.event({.type = Happening::kBookmark, .revision = position}));
  }

  void pump() {
    http::ResponseWriter& writer = *exchange_->writer;
    FeedEvent event;
    for (int i = 0; i < kEventsPerTurn; ++i) {
      if (writer.queued() >= kQueueLimit) return;  // on_drain goes on
      switch (feed_->next(event)) {
        case Feed::Next::kIdle: return;
        case Feed::Next::kExpired: writer.write(frames_.error(too_old())); return end();
        case Feed::Next::kEvent: break;
      }
      writer.write(frames_.event(event));
    }
    wake();
  }

  WatchHub& hub_;
  const ExchangePtr exchange_;
  WatchFrames frames_;
  std::unique_ptr<Feed> feed_;
  std::shared_ptr<WatchClock> clock_;
  store::Revision bookmarked_ = 0;
  bool ended_ = false;
};

WatchHub::~WatchHub() { watches_.clear(); }

void WatchHub::add(std::shared_ptr<HttpWatch> watch) {
  const std::lock_guard lock(mutex_);
  watches_.insert(std::move(watch));
}

void WatchHub::remove(const std::shared_ptr<HttpWatch>& watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
}

void serve_watch(const ExchangePtr& exchange) {
  const http::Query& query = exchange->query();
  WatchRequest request{.label_selector = query.get("labelSelector"),
                       .field_selector = query.get("fieldSelector"),
                       .resource_version = query.get("resourceVersion"),
                       .resource_version_match = query.get("resourceVersionMatch"),
                       .bookmarks = query_flag(query, "allowWatchBookmarks"),
                       .send_initial_events = std::nullopt};
  if (!query.get("sendInitialEvents").empty()) request.send_initial_events = query_flag(query, "sendInitialEvents");
  // `watch/.../NAME`, the old way of naming one object.
  if (!exchange->route.name.empty() && request.field_selector.empty())
    request.field_selector = "metadata.name=" + exchange->route.name;
  const auto timeout = query_number(query, "timeoutSeconds");
  if (!timeout) return exchange->fail(timeout.error());
  int64_t seconds = timeout->value_or(0);
  if (seconds <= 0) seconds = kShortest + static_cast<int64_t>(exchange->core.random.below(kShortest));
  auto watch = std::make_shared<HttpWatch>(exchange->core.hub(), exchange);
  auto feed = Feed::open(exchange->core, exchange->target, request, [weak = std::weak_ptr(watch)] {
    if (const auto self = weak.lock()) self->wake();
  });
  if (!feed) {
    if (feed.error().code != 410) return exchange->fail(feed.error());
    // Upstream says so inside the stream.
    WatchFrames frames(exchange->core, exchange->target, exchange->media, IncludeObject::kMetadata);
    return exchange->send(200, exchange->media.watch_content_type(), frames.error(feed.error()));
  }
  exchange->core.hub().add(watch);
  watch->begin(std::move(*feed), request.bookmarks, seconds);
}

}  // namespace proa::api
