// An API server for whole commands: it holds the objects that a test gives, answers as scripted where a test says so,
// and keeps the requests that it got. It knows the built-in kinds' paths, label and field selectors, pages and merge
// patches; it neither defaults nor validates, and no controller acts.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/kubectl/api.h"
#include "cli/kubectl/command_testing.h"
#include "cli/kubectl/mapping.h"
#include "http/server.h"
#include "http/test_certificate.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/patch.h"
#include "object/selector.h"
#include "object/yaml.h"
#include "schema/registry.h"

namespace proa::cli::kubectl {

/// Where a request leads. An empty name means the collection.
struct Place {
  std::string collection, name, sub, plural, group;
};

class ScriptedServer final : public http::Handler {
 public:
  ScriptedServer() {
    http::ServerOptions options;
    options.tls = http::test_certificates().server;
    options.threads = 1;
    for (int port = 12000 + getpid() % 9000; !server_; ++port) {  // the first that is free
      url_ = "https://127.0.0.1:" + std::to_string(port);
      options.listen = {url_.substr(8)};
      if (auto made = http::Server::start(options, *this)) server_ = std::move(*made);
    }
  }
  ~ScriptedServer() override { server_->stop(0); }
  const std::string& url() const { return url_; }

  /// Holds the objects of a YAML stream.
  void has(std::string_view yaml) {
    const std::lock_guard lock(mutex_);
    for (const auto& object : read(yaml)) put(object);
  }
  /// What the next `VERB PATH` gets instead of what the server would say; several are used in their order.
  void answers(const std::string& request, int code, std::string body, http::Headers headers = {}) {
    const std::lock_guard lock(mutex_);
    headers.emplace_back("content-type", "application/json");
    scripted_[request].push_back({code, std::move(body), std::move(headers)});
  }
  /// A Status; `details` is JSON.
  void refuses(const std::string& request, int code, std::string_view reason, std::string_view message,
               std::string_view details = "{}") {
    answers(request, code, status_text(code, reason, message, details));
  }
  /// The connection breaks in place of an answer.
  void breaks(const std::string& request) { answers(request, 0, ""); }
  /// What a watch of the object's collection says next. A watch tells all that is due, and ends.
  void tells(const std::string& type, std::string_view yaml) {
    const std::lock_guard lock(mutex_);
    for (const auto& object : read(yaml)) events_[collection_of(object)].emplace_back(type, object);
  }
  /// A line per request so far: verb, path, query, body. They are forgotten.
  std::string requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(log_, "");
  }

  void handle(http::RequestPtr request, http::ResponseWriterPtr response) override {
    const std::lock_guard lock(mutex_);
    log_ += line_of(*request);
    auto& script = scripted_[request->method + " " + request->path];
    if (!script.empty()) {
      const auto [code, body, headers] = script.front();
      script.pop_front();
      if (code == 0) return response->begin(200, {});
      return response->send(code, headers, http::share(body));
    }
    const Place place = place_of(request->path);
    if (place.collection.empty()) return say(*response, 404, not_found(place));
    if (request->query.get("watch") == "true") return watch(*response, place);
    if (request->method == "POST") return post(*response, place, *request);
    if (place.name.empty()) return list(*response, place, *request);
    one(*response, place, *request);
  }

 private:
  struct Scripted {
    int code;
    std::string body;
    http::Headers headers;
  };

  static std::vector<object::Value> read(std::string_view yaml) {
    auto objects = object::parse_yaml_stream(yaml);
    EXPECT_TRUE(objects) << yaml;
    return objects ? std::move(*objects) : std::vector<object::Value>{};
  }
  static std::string line_of(const http::Request& request) {
    std::string query;
    for (const auto& [name, value] : request.query.pairs)
      query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, value);
    return fmt::format("{} {}{}{}{}\n", request.method, request.path, query, request.body.empty() ? "" : " ",
                       request.body);
  }
  static std::string status_text(int code, std::string_view reason, std::string_view message,
                                 std::string_view details) {
    std::string quoted;
    object::write_json_string(message, quoted);
    return fmt::format(
        R"({{"kind":"Status","apiVersion":"v1","status":"{}","code":{},"reason":"{}","message":{},"details":{}}})",
        code < 400 ? "Success" : "Failure", code, reason, quoted, details);
  }
  static std::string not_found(const Place& place) {
    const std::string resource = place.group.empty() ? place.plural : place.plural + "." + place.group;
    return status_text(404, "NotFound", fmt::format("{} \"{}\" not found", resource, place.name),
                       fmt::format(R"({{"kind":"{}","name":"{}"}})", place.plural, place.name));
  }
  static void say(http::ResponseWriter& response, int code, std::string body) {
    response.send(code, {{"content-type", "application/json"}}, http::share(std::move(body)));
  }

  /// `/apis/apps/v1/namespaces/team/deployments/web/scale`.
  Place place_of(const std::string& path) const {
    auto parts = split(path, "/");
    parts.erase(parts.begin());
    const size_t prefix = parts[0] == "api" ? 2 : 3;
    if (parts.size() <= prefix) return {};
    const std::string group = prefix == 2 ? "" : parts[1];
    const bool within = parts[prefix] == "namespaces" && parts.size() > prefix + 2;
    const size_t at = within ? prefix + 2 : prefix;
    Place place{.collection = {}, .name = {}, .sub = {}, .plural = parts[at], .group = group};
    if (!registry_.find_resource(group, parts[prefix - 1], place.plural)) return place;
    for (size_t i = 0; i <= at; ++i) place.collection += "/" + parts[i];
    if (parts.size() > at + 1) place.name = parts[at + 1];
    if (parts.size() > at + 2) place.sub = parts[at + 2];
    return place;
  }
  std::string collection_of(object::View object) const {
    const auto kind = registry_.find_kind(object["apiVersion"].as_string(), object["kind"].as_string());
    EXPECT_TRUE(kind) << object::to_json(object);
    return kind ? mapping_of(*kind).path(std::string(object::namespace_of(object))) : "";
  }
  void put(const object::Value& object) {
    objects_[collection_of(object)].insert_or_assign(std::string(object::name_of(object)), object);
  }
  object::Value* find(const Place& place) {
    auto& held = objects_[place.collection];
    const auto found = held.find(place.name);
    return found == held.end() ? nullptr : &found->second;
  }

  static std::string field_of(object::View object, std::string_view path) {
    for (const auto& part : split(std::string(path), ".")) object = object[part];
    return object.str();
  }
  /// Objects of a collection; of all namespaces where the path names none.
  std::vector<object::Value> selected(const Place& place, const http::Query& query) const {
    const auto labels = object::LabelSelector::parse(query.get("labelSelector")).value();
    const auto fields = object::FieldSelector::parse(query.get("fieldSelector")).value();
    std::vector<object::Value> out;
    for (const auto& [collection, held] : objects_) {
      const Place other = place_of(collection);
      const bool whole = place.collection.find("/namespaces/") == std::string::npos;
      if (collection != place.collection && !(whole && other.plural == place.plural && other.group == place.group))
        continue;
      for (const auto& [name, object] : held)
        if (labels.matches(object::labels_of(object)) &&
            fields.matches([&](std::string_view path) { return field_of(object, path); }))
          out.push_back(object);
    }
    return out;
  }
  void list(http::ResponseWriter& response, const Place& place, const http::Request& request) const {
    auto items = selected(place, request.query);
    const size_t from = std::strtoul(request.query.get("continue", "0").c_str(), nullptr, 10);
    const size_t limit = std::strtoul(request.query.get("limit", "0").c_str(), nullptr, 10);
    const size_t to = limit == 0 ? items.size() : std::min(items.size(), from + limit);
    object::Value page = object::Value::array();
    for (size_t i = from; i < to; ++i) page.push_back(items[i]);
    object::Value answer = object::Value::object({{"kind", "List"}, {"apiVersion", "v1"}});
    answer["metadata"]["resourceVersion"] = "100";
    if (to < items.size()) answer["metadata"]["continue"] = std::to_string(to);
    answer["items"] = std::move(page);
    say(response, 200, object::to_json(answer));
  }
  void watch(http::ResponseWriter& response, const Place& place) {
    auto& due = events_[place.collection];
    if (due.empty())  // a command that asks again would ask for ever
      return say(response, 500,
                 status_text(500, "InternalError", "the script tells no more of " + place.collection, "{}"));
    response.begin(200, {{"content-type", "application/json"}});
    for (const auto& [type, object] : due) {
      if (type == "DELETED") objects_[place.collection].erase(std::string(object::name_of(object)));
      if (type == "ADDED" || type == "MODIFIED") put(object);
      response.write(http::share(object::to_json(object::Value::object({{"type", type}, {"object", object}})) + "\n"));
    }
    due.clear();
    response.finish();
  }
  void post(http::ResponseWriter& response, const Place& place, const http::Request& request) {
    if (place.sub == "eviction") {
      if (find(place) == nullptr) return say(response, 404, not_found(place));
      objects_[place.collection].erase(place.name);
      return say(response, 201, status_text(201, "", "", "{}"));
    }
    auto object = object::parse_json(request.body).value();
    constexpr std::string_view kWithin = "/namespaces/";
    if (const size_t at = place.collection.find(kWithin); place.sub.empty() && at != std::string::npos)
      object["metadata"]["namespace"] = split(place.collection.substr(at + kWithin.size()), "/")[0];
    if (place.sub.empty() && request.query.get("dryRun").empty()) put(object);
    say(response, 201, object::to_json(object));
  }
  void one(http::ResponseWriter& response, const Place& place, const http::Request& request) {
    object::Value* held = find(place);
    if (held == nullptr) return say(response, 404, not_found(place));
    if (request.method == "GET") return say(response, 200, object::to_json(*held));
    const bool dry = !request.query.get("dryRun").empty();
    if (request.method == "DELETE") {
      const std::string details =
          fmt::format(R"({{"name":"{}","kind":"{}","uid":"{}"}})", place.name, place.plural, object::uid_of(*held));
      if (!dry) objects_[place.collection].erase(place.name);
      return say(response, 200, status_text(200, "", "", details));
    }
    auto after = request.method == "PUT" ? object::parse_json(request.body) : patched(*held, request);
    EXPECT_TRUE(after) << request.body;
    if (!dry && after) *held = *after;
    say(response, 200, object::to_json(after ? *after : *held));
  }
  static Result<object::Value> patched(const object::Value& held, const http::Request& request) {
    const auto patch = object::parse_yaml(request.body).value();
    if (request.header("content-type") == kJsonPatch) return object::apply_json_patch(held, patch);
    return object::merge_patch(held, patch);
  }

  schema::Registry registry_;
  std::string url_;
  std::mutex mutex_;
  // Guarded by mutex_: the server's thread answers while the test's runs the command.
  std::map<std::string, std::map<std::string, object::Value>> objects_;  // by collection and name
  std::map<std::string, std::deque<Scripted>> scripted_;
  std::map<std::string, std::vector<std::pair<std::string, object::Value>>> events_;
  std::string log_;
  std::unique_ptr<http::Server> server_;
};

/// Whole commands with a cluster: these objects, these words; this text, these requests. The namespace is `team`.
class ClusterTest : public CommandTest {
 protected:
  ClusterTest() { use_server(server_.url()); }
  /// Exit code 0, nothing on stderr, and this on stdout.
  void says(std::string_view words, std::string_view out) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.out, out) << words;
    EXPECT_EQ(outcome.err, "") << words;
    EXPECT_EQ(outcome.code, 0) << words;
  }
  /// Exit code 1, nothing on stdout, and this on stderr.
  void complains(std::string_view words, std::string_view err) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.err, err) << words;
    EXPECT_EQ(outcome.out, "") << words;
    EXPECT_EQ(outcome.code, 1) << words;
  }

  struct Case {
    const char *words, *text;
  };
  void each_says(std::initializer_list<Case> cases) const {
    for (const auto& [words, out] : cases) says(words, out);
  }
  /// Each complains, before anything is sent.
  void each_is_refused_unasked(std::initializer_list<Case> cases) {
    for (const auto& [words, err] : cases) complains(words, err);
    asked("");
  }
  /// The requests since the last look.
  void asked(std::string_view lines) { EXPECT_EQ(server_.requests(), lines); }

  ScriptedServer server_;
};

}  // namespace proa::cli::kubectl
