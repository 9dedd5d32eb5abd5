#include "api/watch_feed.h"

#include <fmt/format.h>

#include "api/resource_version.h"

namespace proa::api {
namespace {

Status bad_option(std::string_view field, std::string why) {
  return base::invalid("meta.k8s.io", "ListOptions", "",
                       {{"FieldValueForbidden", "Forbidden: " + why, std::string(field)}});
}

Result<void> check_options(const WatchRequest& request) {
  if (request.send_initial_events && request.resource_version_match != "NotOlderThan")
    return Error(
        bad_option("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (!request.send_initial_events && !request.resource_version_match.empty())
    return Error(bad_option("resourceVersionMatch",
                            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  return {};
}

/// The last state that a selector saw, under the revision at which it stopped seeing it.
object::Document at_revision(const object::Document& document, store::Revision revision) {
  object::Value copy = document.root().to_value();
  copy["metadata"].set("resourceVersion", std::to_string(revision));
  return object::Document::freeze(copy);
}

}  // namespace

std::string_view to_string(Happening happening) {
  switch (happening) {
    case Happening::kAdded: return "ADDED";
    case Happening::kModified: return "MODIFIED";
    case Happening::kDeleted: return "DELETED";
    case Happening::kBookmark: break;
  }
  return "BOOKMARK";
}

Result<std::unique_ptr<Feed>> Feed::open(Core& core, const Target& target, const WatchRequest& request,
                                         std::function<void()> wake) {
  if (auto ok = check_options(request); !ok) return Error(ok.error());
  auto selection = parse_selection(core, target, request.label_selector, request.field_selector);
  if (!selection) return Error(selection.error());
  const auto from = parse_resource_version(request.resource_version);
  if (!from) return Error(from.error());
  std::unique_ptr<Feed> feed(new Feed());
  feed->selection_ = std::move(*selection);
  feed->everything_ = feed->selection_.everything();
  std::string prefix = target.prefix();
  if (const std::string* name = feed->selection_.fields.required_value("metadata.name");
      name != nullptr && (!target.ns.empty() || !target.kind->namespaced))
    prefix += *name;  // other names with this beginning are left to the selector
  store::Revision start = *from;
  if (request.send_initial_events.value_or(start == 0)) {
    const store::SnapshotPtr snapshot = core.store.snapshot();
    if (start > snapshot->revision()) return Error(base::too_large_resource_version(start, snapshot->revision()));
    start = snapshot->revision();
    snapshot->scan(prefix, {}, [&](const store::EntryPtr& entry) {
      if (feed->everything_ || feed->selection_.matches(entry->document.root())) feed->initial_.push_back(entry);
      return true;
    });
    feed->initial_revision_ = start;
    feed->announce_end_ = request.send_initial_events.value_or(false) && request.bookmarks;
  } else if (start == 0) {
    start = core.store.snapshot()->revision();
  }
  auto watch = core.store.watch(prefix, start, std::move(wake));
  if (!watch) return Error(watch.error());
  feed->watch_ = std::move(*watch);
  return feed;
}

bool Feed::next_initial(FeedEvent& event) {
  if (next_initial_ < initial_.size()) {
    store::EntryPtr& entry = initial_[next_initial_++];
    event = {.type = Happening::kAdded, .document = entry->document, .entry = entry, .revision = entry->revision};
    entry = nullptr;
    if (next_initial_ == initial_.size()) initial_ = {};
    return true;
  }
  if (!announce_end_) return false;
  announce_end_ = false;
  event = {.type = Happening::kBookmark, .revision = initial_revision_, .initial_end = true};
  return true;
}

Feed::Next Feed::next(FeedEvent& event) {
  if (!initial_.empty() || announce_end_)
    if (next_initial(event)) return Next::kEvent;
  store::EventPtr change;
  while (true) {
    switch (watch_->next(change)) {
      case store::Watch::Next::kIdle: return Next::kIdle;
      case store::Watch::Next::kExpired: return Next::kExpired;
      case store::Watch::Next::kEvent: break;
    }
    if (translate(*change, event)) return Next::kEvent;
  }
}

bool Feed::translate(const store::Event& change, FeedEvent& event) const {
  event = {.document = change.entry->document, .entry = change.entry, .revision = change.revision};
  const bool put = change.type == store::EventType::kPut;
  const bool before =
      change.previous != nullptr && (everything_ || selection_.matches(change.previous->document.root()));
  const bool now = put && (everything_ || selection_.matches(change.entry->document.root()));
  if (!put) {
    event.type = Happening::kDeleted;
    return everything_ || before || (change.previous == nullptr && selection_.matches(event.document.root()));
  }
  event.type = before ? Happening::kModified : Happening::kAdded;
  if (now) return true;
  if (!before) return false;
  event.type = Happening::kDeleted;
  event.document = at_revision(change.previous->document, change.revision);
  event.entry = nullptr;
  return true;
}

store::Revision Feed::position() const { return initial_.empty() ? watch_->position() : 0; }

}  // namespace proa::api
