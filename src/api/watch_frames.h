// The frames of a watch in each media type, made once for all watchers of a kind.
#pragma once

#include <string>

#include "api/exchange.h"
#include "api/table.h"
#include "api/watch_feed.h"

namespace proa::api {

class WatchFrames {
 public:
  WatchFrames(Core& core, const Target& target, Media media, IncludeObject include)
      : core_(core), target_(target), media_(media), include_(include) {}

  /// The frame of an event. Tables name their columns only in a watch's first frame.
  http::SharedBytes event(const FeedEvent& event);
  http::SharedBytes error(const Status& status) const;

 private:
  std::string make(const FeedEvent& event, bool headers) const;
  std::string bookmark(const FeedEvent& event) const;
  /// Puts the object's bytes into a frame.
  std::string frame(std::string_view type, std::string_view object) const;

  Core& core_;
  const Target target_;
  const Media media_;
  const IncludeObject include_;
  bool first_ = true;
};

}  // namespace proa::api
