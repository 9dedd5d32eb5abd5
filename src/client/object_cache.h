// An ordered, indexed set of objects of one resource: what an informer keeps. It holds documents (shared with whoever else
// has them) and no copies of names: keys point into the documents. One thread.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/informer.h"
#include "object/document.h"

namespace proa::client {

class ObjectCache {
 public:
  /// Adds or replaces; gives what was there before (empty: nothing).
  object::Document put(const object::Document& object);
  object::Document erase(std::string_view ns, std::string_view name);
  object::Document get(std::string_view ns, std::string_view name) const;
  /// Ordered by namespace and name. `ns` empty: all.
  std::vector<object::Document> list(std::string_view ns) const;
  size_t size() const { return objects_.size(); }

  void add_index(std::string_view name, IndexFunction function);
  std::vector<object::Document> by_index(std::string_view index, std::string_view value) const;

 private:
  struct Key {
    std::string_view ns, name;
    auto operator<=>(const Key&) const = default;
  };
  using Objects = std::map<Key, object::Document>;
  struct Index {
    IndexFunction function;
    std::map<std::string, Objects, std::less<>> values;
  };

  static Key key_of(const object::Document& object);
  static void insert(Index& index, const object::Document& object);
  static void remove(Index& index, const object::Document& object);

  Objects objects_;
  std::map<std::string, Index, std::less<>> indexes_;
};

}  // namespace proa::client
