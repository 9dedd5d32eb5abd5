// What tests of and around the store need: small objects, and commits that wait. Works with every store, because
// flush() lands what is under way.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object/value.h"
#include "store/store.h"

namespace proa::store {

inline object::Document test_document(std::string_view name, std::string_view text) {
  object::Value value = object::Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}});
  value["metadata"]["name"] = name;
  value["metadata"]["resourceVersion"] = "";
  value["data"]["text"] = text;
  return object::Document::freeze(value);
}

inline Write test_put(std::string key, std::string_view text, Revision expected = Write::kAny) {
  auto document = test_document(key.substr(key.rfind('/') + 1), text);
  return {.key = std::move(key), .document = std::move(document), .expected = expected};
}

inline Write test_delete(std::string key, Revision expected = Write::kAny) {
  return {.key = std::move(key), .document = {}, .expected = expected};
}

inline std::string text_of(const EntryPtr& entry) {
  return entry ? entry->document["data"]["text"].str() : "(nothing)";
}

/// Commits and waits. Any thread but the store's.
inline Result<Committed> testing_try(Store& store, std::vector<Write> writes) {
  auto outcome = std::make_shared<std::promise<Result<Committed>>>();
  auto future = outcome->get_future();
  store.commit(std::move(writes), [outcome](Result<Committed> result) { outcome->set_value(std::move(result)); });
  store.flush();
  return future.get();
}

/// The same, with writes as a list; an error of the disk becomes an empty result.
inline Committed testing_commit(Store& store, std::initializer_list<Write> writes) {
  auto result = testing_try(store, std::vector<Write>(writes));
  return result ? std::move(*result) : Committed{};
}

/// All that the watch gives until it is idle or has expired.
inline std::vector<EventPtr> drain(Watch& watch) {
  std::vector<EventPtr> events;
  EventPtr event;
  while (watch.next(event) == Watch::Next::kEvent) events.push_back(event);
  return events;
}

}  // namespace proa::store
