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

/// Everything but wake() and drained() happens on the hub's executor.
class HttpWatch : public std::enable_shared_from_this<HttpWatch> {
 public:
  HttpWatch(WatchHub& hub, ExchangePtr exchange, bool bookmarks, int64_t seconds)
      : hub_(hub),
        exchange_(std::move(exchange)),
        frames_(exchange_->core, exchange_->target, exchange_->media, table_context(*exchange_).include),
        bookmarks_(bookmarks),
        seconds_(seconds) {}

  void begin(std::unique_ptr<Feed> feed) {
    ++exchange_->core.metrics.watchers;
    exchange_->answered = 200;
    http::ResponseWriter& writer = *exchange_->writer;
    writer.begin(200, exchange_->headers(exchange_->media.watch_content_type()));
    std::weak_ptr<HttpWatch> weak = weak_from_this();
    writer.on_drain([weak] {
      if (const auto self = weak.lock()) self->wake();
    });
    writer.on_abandoned([weak] {
      if (const auto self = weak.lock()) self->hub_.executor().post([self] { self->end(); });
    });
    hub_.executor().post([self = shared_from_this(), feed = std::move(feed)]() mutable {
      if (self->ended_) return;
      self->feed_ = std::move(feed);
      self->arm();
      self->pump();
    });
  }

  /// Any thread: there may be something to do.
  void wake() {
    if (scheduled_.exchange(true)) return;
    hub_.executor().post([self = shared_from_this()] {
      self->scheduled_ = false;
      self->pump();
    });
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    hub_.executor().cancel(std::exchange(deadline_, 0));
    hub_.executor().cancel(std::exchange(bookmark_, 0));
    feed_.reset();
    --exchange_->core.metrics.watchers;
    exchange_->writer->on_drain(nullptr);
    exchange_->writer->finish();
    hub_.remove(shared_from_this());
  }

 private:
  void arm() {
    std::weak_ptr<HttpWatch> weak = weak_from_this();
    deadline_ = hub_.executor().after(seconds_ * runtime::kSecond, [weak] {
      if (const auto self = weak.lock()) {
        self->deadline_ = 0;
        self->end();
      }
    });
    if (bookmarks_) arm_bookmark();
  }

  void arm_bookmark() {
    bookmark_ = hub_.executor().after(kBookmarkEvery, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->bookmark();
    });
  }

  void bookmark() {
    bookmark_ = 0;
    if (feed_ == nullptr) return;
    const store::Revision position = feed_->position();
    if (position > bookmarked_ && exchange_->writer->queued() < kQueueLimit) {
      bookmarked_ = position;
      exchange_->writer->write(frames_.event({.type = Happening::kBookmark, .revision = position}));
    }
    arm_bookmark();
  }

  void pump() {
    if (feed_ == nullptr) return;
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
  const bool bookmarks_;
  const int64_t seconds_;
  store::Revision bookmarked_ = 0;
  std::atomic<bool> scheduled_{false};
  bool ended_ = false;
  runtime::TimerId deadline_ = 0, bookmark_ = 0;
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
  auto watch = std::make_shared<HttpWatch>(exchange->core.hub(), exchange, request.bookmarks, seconds);
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
  watch->begin(std::move(*feed));
}

}  // namespace proa::api
