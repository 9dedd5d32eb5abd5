#include <fmt/format.h>

#include "api/resource_version.h"
#include "api/verbs.h"
#include "object/meta.h"

namespace proa::api {
namespace {

using store::EntryPtr;

constexpr std::string_view kContinueExpired =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/// From where, and in which state, a list reads.
struct Start {
  store::SnapshotPtr snapshot;
  std::string from;  // whole key; empty: the beginning
};

Result<Start> continued(Core& core, const std::string& prefix, const ListRequest& request) {
  if (!request.resource_version.empty() && request.resource_version != "0")
    return Error(base::bad_request("specifying resource version is not allowed when using continue"));
  const auto token = decode_continue(request.continue_token);
  if (!token) return Error(token.error());
  Start start;
  start.from = prefix + token->start;
  start.snapshot = token->revision < 0 ? core.store.snapshot() : core.store.snapshot_at(token->revision);
  if (start.snapshot == nullptr) {
    // The client may go on from there without consistency: the token for that travels in the Status' metadata.
    return Error(base::expired(std::string(kContinueExpired)));
  }
  return start;
}

Result<Start> first(Core& core, const ListRequest& request) {
  const auto asked = parse_resource_version(request.resource_version);
  if (!asked) return Error(base::bad_request("invalid resource version: " + asked.error().message));
  Start start{.snapshot = core.store.snapshot(), .from = {}};
  if (*asked > start.snapshot->revision())
    return Error(base::too_large_resource_version(*asked, start.snapshot->revision()));
  const bool exact = request.resource_version_match == "Exact" ||
                     (request.resource_version_match.empty() && request.limit > 0 && *asked > 0);
  if (exact && *asked > 0) {
    start.snapshot = core.store.snapshot_at(*asked);
    if (start.snapshot == nullptr)
      return Error(base::expired(fmt::format("The resourceVersion for the provided list is too old.")));
  }
  return start;
}

Result<void> check_options(const ListRequest& request) {
  const std::string& match = request.resource_version_match;
  if (match.empty()) return {};
  const auto refuse = [](std::string why) -> Result<void> {
    return Error(base::invalid("meta.k8s.io", "ListOptions", "",
                               {{"FieldValueForbidden", "Forbidden: " + why, "resourceVersionMatch"}}));
  };
  if (match != "Exact" && match != "NotOlderThan")
    return Error(base::invalid(
        "meta.k8s.io", "ListOptions", "",
        {{"FieldValueNotSupported",
          fmt::format("Unsupported value: \"{}\": supported values: \"Exact\", \"NotOlderThan\", \"\"", match),
          "resourceVersionMatch"}}));
  if (!request.continue_token.empty()) return refuse("resourceVersionMatch is forbidden when continue is provided");
  if (request.resource_version.empty())
    return refuse("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (match == "Exact" && request.resource_version == "0")
    return refuse("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  return {};
}

/// A selector that names one object makes a list a look-up.
bool list_by_name(const Target& target, const Selection& selection, const store::Snapshot& snapshot, Listing& out) {
  const std::string* name = selection.fields.required_value("metadata.name");
  if (name == nullptr || (target.kind->namespaced && target.ns.empty())) return false;
  EntryPtr entry = snapshot.get(target.prefix() + *name);
  if (entry != nullptr && selection.matches(entry->document.root())) out.entries.push_back(std::move(entry));
  return true;
}

}  // namespace

bool Selection::matches(object::View object) const {
  if (!labels.matches(object::labels_of(object))) return false;
  if (fields.empty()) return true;
  return fields.matches([&](std::string_view field) -> std::string {
    if (field == "metadata.name") return std::string(object::name_of(object));
    if (field == "metadata.namespace") return std::string(object::namespace_of(object));
    return behaviour != nullptr && behaviour->field != nullptr ? behaviour->field(object, field) : "";
  });
}

Result<Selection> parse_selection(const Core& core, const Target& target, std::string_view label_selector,
                                  std::string_view field_selector) {
  Selection selection;
  selection.behaviour = &core.behaviour(*target.stored);
  if (!label_selector.empty()) {
    auto labels = object::LabelSelector::parse(label_selector);
    if (!labels) return Error(labels.error());
    selection.labels = std::move(*labels);
  }
  if (field_selector.empty()) return selection;
  auto fields = object::FieldSelector::parse(field_selector);
  if (!fields) return Error(fields.error());
  for (const auto& term : fields->terms()) {
    if (term.field == "metadata.name" || term.field == "metadata.namespace") continue;
    bool known = false;
    for (const std::string_view field : selection.behaviour->selectable_fields) known |= field == term.field;
    if (known) continue;
    if (selection.behaviour->selectable_fields.empty())
      return Error(base::bad_request(fmt::format(
          "\"{}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", term.field)));
    return Error(base::bad_request(fmt::format("field label not supported: {}", term.field)));
  }
  selection.fields = std::move(*fields);
  return selection;
}

Result<Listing> list(Core& core, const Target& target, const ListRequest& request) {
  if (auto ok = check_options(request); !ok) return Error(ok.error());
  auto selection = parse_selection(core, target, request.label_selector, request.field_selector);
  if (!selection) return Error(selection.error());
  const std::string prefix = target.prefix();
  auto start = request.continue_token.empty() ? first(core, request) : continued(core, prefix, request);
  if (!start) return Error(start.error());
  Listing out;
  out.snapshot = start->snapshot;
  out.revision = out.snapshot->revision();
  if (list_by_name(target, *selection, *out.snapshot, out)) return out;
  const size_t limit = request.limit > 0 ? static_cast<size_t>(request.limit) : 0;
  const bool everything = selection->everything();
  bool more = false;
  size_t seen = 0;
  out.snapshot->scan(prefix, start->from, [&](const EntryPtr& entry) {
    if (limit != 0 && out.entries.size() == limit) {
      more = everything || selection->matches(entry->document.root());
      return !more;
    }
    ++seen;
    if (everything || selection->matches(entry->document.root())) out.entries.push_back(entry);
    return true;
  });
  if (!more) return out;
  ContinueToken token{out.revision, out.entries.back()->key.substr(prefix.size())};
  token.start += '\0';
  out.next = encode_continue(token);
  if (everything && start->from.empty())
    out.remaining = static_cast<int64_t>(out.snapshot->count(prefix)) - static_cast<int64_t>(seen);
  else if (everything)
    out.snapshot->scan(prefix, prefix + token.start, [&](const EntryPtr&) {
      out.remaining = out.remaining.value_or(0) + 1;
      return true;
    });
  return out;
}

}  // namespace proa::api
