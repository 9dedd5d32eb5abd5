// Informers: a local, indexed copy of one resource, kept up to date by list and watch. In-process the copy costs
// pointers only, since documents are shared with the store. One executor's thread for everything here.
//
// A controller reads listers and reacts to handlers; it never waits for the API to read. What it wrote it may not
// see yet: plans must expect that (see Expectations).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/alive.h"
#include "client/client.h"
#include "object/document.h"
#include "runtime/executor.h"

namespace proa::client {

/// Called for every change of the cache; `before` is absent for an add, `after` for a delete.
using ChangeHandler = std::function<void(const object::Document& before, const object::Document& after)>;
/// The index values of an object (none, one or many).
using IndexFunction = std::function<void(object::View object, const std::function<void(std::string_view)>& emit)>;

class Informer {
 public:
  virtual ~Informer() = default;

  virtual bool synced() const = 0;
  /// Every write of this resource up to this revision is in the cache. Grows before the handlers are called.
  virtual int64_t resource_version() const = 0;
  /// Empty document when there is none.
  virtual object::Document get(std::string_view ns, std::string_view name) const = 0;
  /// Ordered by namespace and name. `ns` empty: all.
  virtual std::vector<object::Document> list(std::string_view ns = {}) const = 0;
  virtual size_t size() const = 0;

  /// Adds an index before or after the cache is filled; the same name twice is the same index.
  virtual void add_index(std::string_view name, IndexFunction function) = 0;
  virtual std::vector<object::Document> by_index(std::string_view index, std::string_view value) const = 0;

  /// Existing objects are told as adds (at once, when synced). Handlers run in the order in which they were added.
  virtual void add_handler(ChangeHandler handler) = 0;
};

/// Adds a handler that is told nothing any more once its owner (who holds `alive`) is gone: informers outlive those
/// that listen to them.
inline void on_change(Informer& informer, const Alive& alive, ChangeHandler handler) {
  informer.add_handler(alive.guard(std::move(handler)));
}

/// Ready-made indexes.
inline constexpr std::string_view kByOwner = "owner-uid";  // metadata.ownerReferences[controller].uid
inline constexpr std::string_view kByNode = "spec.nodeName";
void index_by_owner(Informer& informer);
void index_by_node(Informer& informer);

/// One informer per resource, shared by all that run on the same executor.
class Informers {
 public:
  Informers(Client& client, runtime::Executor& executor);
  ~Informers();
  /// Made at first call; starts listing at start() or at once after it.
  Informer& of(const Resource& resource, const ListOptions& options = {});
  void start();
  bool synced() const;
  /// Runs when all informers asked for so far are synced; never after this is destroyed.
  void when_synced(runtime::Task task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::client
