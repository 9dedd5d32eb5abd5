// A Client over objects in memory, for tests of what talks to the API. It keeps what controllers lean on: revisions
// that grow, conflicts, generateName, uids, generation, finalizers, graceful deletion of assigned pods, status that
// only `status` writes, watches in order. It knows no schema: no defaults, no validation, no pruning.
//
// Everything is answered by a later task of the executor. One thread. The FakeClient outlives its watches.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "object/value.h"
#include "runtime/executor.h"

namespace proa::client {

class FakeClient : public Client {
 public:
  explicit FakeClient(runtime::Executor& executor) : executor_(executor) {}

  // What the test does to the cluster, at once. Objects are given as YAML-like Values; missing metadata is filled in.
  object::Document put(const Resource& resource, object::Value object);
  /// Changes an object as somebody else would: its revision grows and watchers see it.
  object::Document edit(const Resource& resource, std::string_view ns, std::string_view name,
                        const std::function<void(object::Value&)>& change);
  /// Removes it for good, whatever its finalizers say.
  void erase(const Resource& resource, std::string_view ns, std::string_view name);
  object::Document find(const Resource& resource, std::string_view ns, std::string_view name) const;
  std::vector<object::Document> all(const Resource& resource, std::string_view ns = {}) const;
  int64_t revision() const { return revision_; }

  /// Called before every verb ("get", "list", "create", "update", "patch", "delete", "watch"); a Status fails it.
  std::function<std::optional<Status>(std::string_view verb, const Resource& resource, std::string_view name)> refuse;
  /// `verb resource[/subresource] namespace/name` of every write that succeeded, in order.
  std::vector<std::string> writes;
  /// Ends every watch with an error (410: too old).
  void break_watches(int code);
  /// Holds watch events back until it is false again: a cache that lags.
  void hold_watches(bool held);

  void get(const Resource& resource, std::string_view ns, std::string_view name, Done<object::Document> done) override;
  void list(const Resource& resource, std::string_view ns, const ListOptions& options, Done<List> done) override;
  void create(const Resource& resource, std::string_view ns, std::string_view name, object::Value object,
              std::string_view subresource, Done<object::Document> done) override;
  void update(const Resource& resource, std::string_view ns, std::string_view name, object::Value object,
              std::string_view subresource, Done<object::Document> done) override;
  /// Every patch type is applied as a JSON merge patch; $deleteFromPrimitiveList is understood besides.
  void patch(const Resource& resource, std::string_view ns, std::string_view name, PatchType type, object::Value patch,
             std::string_view subresource, Done<object::Document> done) override;
  void remove(const Resource& resource, std::string_view ns, std::string_view name, const DeleteOptions& options,
              Done<object::Document> done) override;
  std::unique_ptr<Watch> watch(const Resource& resource, std::string_view ns, int64_t from, const ListOptions& options,
                               std::function<void(const WatchEvent&)> event) override;

 private:
  class Subscription;
  struct Change {
    std::string resource;
    WatchEvent event;
  };
  using Objects = std::map<std::pair<std::string, std::string>, object::Document>;

  std::optional<Status> refused(std::string_view verb, const Resource& resource, std::string_view name);
  void note(std::string_view verb, const Resource& resource, std::string_view subresource, std::string_view ns,
            std::string_view name);
  object::Document store(const Resource& resource, object::Value object, WatchEvent::Type type);
  Result<object::Document> do_create(const Resource& resource, std::string_view ns, object::Value object);
  Result<object::Document> do_bind(std::string_view ns, std::string_view name, const object::Value& binding);
  Result<object::Document> do_update(const Resource& resource, std::string_view ns, std::string_view name,
                                     object::Value object, std::string_view subresource);
  Result<object::Document> do_remove(const Resource& resource, std::string_view ns, std::string_view name,
                                     const DeleteOptions& options);
  void wake();
  template <class T>
  void answer(Done<T> done, Result<T> result);

  runtime::Executor& executor_;
  std::map<std::string, Objects> objects_;  // by "group/resource"
  std::vector<Change> log_;
  std::vector<Subscription*> watches_;
  int64_t revision_ = 100;
  int64_t next_uid_ = 1, next_suffix_ = 1;
  bool held_ = false;
};

}  // namespace proa::client
