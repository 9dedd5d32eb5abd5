// A watch as the client understands it: which objects of a collection came, changed, went, as seen through
// selectors, with the initial state first where asked. HTTP watches and the in-process client pull from one each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/core.h"
#include "api/verbs.h"

namespace proa::api {

struct WatchRequest {
  std::string label_selector, field_selector;
  std::string resource_version, resource_version_match;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
};

enum class Happening : uint8_t { kAdded, kModified, kDeleted, kBookmark };
std::string_view to_string(Happening happening);

struct FeedEvent {
  Happening type = Happening::kAdded;
  object::Document document;  // in the stored version; empty for a bookmark
  store::EntryPtr entry;      // what `document` belongs to, where it is exactly an entry's (for caches)
  store::Revision revision = 0;
  bool initial_end = false;  // of a bookmark: the initial state is complete
};

/// One thread at a time.
class Feed {
 public:
  /// `wake` may be called on any thread, also before open() returns. Errors: bad selectors or options; 410 when the
  /// resourceVersion is too old.
  static Result<std::unique_ptr<Feed>> open(Core& core, const Target& target, const WatchRequest& request,
                                            std::function<void()> wake);
  enum class Next : uint8_t { kEvent, kIdle, kExpired };
  Next next(FeedEvent& event);
  /// For bookmarks.
  store::Revision position() const;

 private:
  Feed() = default;
  bool translate(const store::Event& change, FeedEvent& event) const;
  bool next_initial(FeedEvent& event);

  std::unique_ptr<store::Watch> watch_;
  Selection selection_;
  bool everything_ = true;
  std::vector<store::EntryPtr> initial_;
  size_t next_initial_ = 0;
  bool announce_end_ = false;
  store::Revision initial_revision_ = 0;
};

}  // namespace proa::api
