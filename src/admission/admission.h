// Admission: last changes and objections before a write. One plug-in per file; the order stands in chain.cc.
//
// A plug-in is a pure function of the request and of what is stored (World); it decides on the calling thread.
// Errors are the answer to the client. Any thread, several at once.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/document.h"
#include "object/value.h"
#include "runtime/random.h"
#include "schema/registry.h"

namespace proa::admission {

/// What is stored, as a plug-in may look at it: the newest sequenced state.
class World {
 public:
  virtual ~World() = default;
  /// By storage group ("" is core) and plural; an empty document when there is none.
  virtual object::Document get(std::string_view group, std::string_view resource, std::string_view ns,
                               std::string_view name) const = 0;
  /// Visits a resource's objects (`ns` empty: all) until `visit` returns false.
  virtual void scan(std::string_view group, std::string_view resource, std::string_view ns,
                    const std::function<bool(const object::Document&)>& visit) const = 0;
};

enum class Operation : uint8_t { kCreate, kUpdate, kDelete };

struct Attributes {
  const schema::KindInfo& kind;
  std::string_view ns, name, subresource;
  Operation operation = Operation::kCreate;
  std::string_view user;
  bool dry_run = false;
  const World& world;
  runtime::Random& random;
};

/// `pods "web" is forbidden: WHY`
Status forbid(const Attributes& attributes, std::string_view why);

class Chain {
 public:
  /// Changes the object. `old` is absent on create. Not for deletes.
  Result<void> mutate(object::Value& object, object::View old, const Attributes& attributes) const;
  /// Objects, after everything has been filled in. On delete `object` is absent and `old` is what goes.
  Result<void> validate(object::View object, object::View old, const Attributes& attributes) const;
};

}  // namespace proa::admission
