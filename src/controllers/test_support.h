// What the controllers' tests share: objects written as JSON, and a cluster of a fake client with the controllers under test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "client/informer.h"
#include "controllers/controller.h"
#include "object/document.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/value.h"

namespace proa::controllers::testing {

inline object::Value json(std::string_view text) {
  auto parsed = object::parse_json(text);
  if (!parsed) ADD_FAILURE() << parsed.error().message << "\nin: " << text;
  return parsed ? std::move(*parsed) : object::Value();
}

inline object::Document document(std::string_view text) { return object::Document::freeze(json(text)); }

/// Sets the members that `text` has in `into`.
inline void set_members(object::Value& into, std::string_view text) {
  const object::Value members = json(text);
  for (const auto [name, value] : object::View(members).members()) into.set(name, value.to_value());
}

inline std::vector<std::string> names(const std::vector<object::Document>& objects) {
  std::vector<std::string> found;
  for (const object::Document& object : objects) found.emplace_back(object::name_of(object.root()));
  return found;
}

struct Cluster {
  client::FakeExecutor executor;
  client::FakeClient client{executor};
  client::Informers informers{client, executor};
  std::vector<std::unique_ptr<Controller>> controllers;

  Parts parts() { return {client, informers, executor}; }
  void add(std::unique_ptr<Controller> controller) { controllers.push_back(std::move(controller)); }
  void start() {
    informers.start();
    executor.settle();
    for (auto& controller : controllers) controller->start();
    settle();
  }
  /// Runs all that is due at once, and the first short retries.
  void settle() { executor.advance(100 * runtime::kMillisecond); }

  object::Document put(const client::Resource& resource, std::string_view text) {
    return client.put(resource, json(text));
  }
  std::vector<object::Document> all(const client::Resource& resource) { return client.all(resource); }

  /// `Reason: message (xCOUNT)` of every Event about an object, in order of time.
  std::vector<std::string> events(std::string_view about = {}) {
    std::vector<std::string> found;
    for (const object::Document& event : client.all(client::resources::kEvents)) {
      if (!about.empty() && event["involvedObject"]["name"].as_string() != about) continue;
      found.push_back(event["reason"].str() + ": " + event["message"].str());
    }
    return found;
  }
  std::vector<std::string> take_writes() { return std::exchange(client.writes, {}); }
};

}  // namespace proa::controllers::testing
