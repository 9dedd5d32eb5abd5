// Lets callbacks outlive their owner without harm: a client answers when it answers, and by then the controller that
// asked may be gone. One executor's thread.
#pragma once

#include <memory>
#include <utility>

namespace proa::client {

/// A member of the owner; destroyed with it (declare it last, so that it goes first).
class Alive {
 public:
  Alive() = default;
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  /// `function`, but doing nothing once this Alive is gone.
  template <class Function>
  auto guard(Function function) const {
    return [token = std::weak_ptr<const char>(token_), function = std::move(function)](auto&&... args) mutable {
      if (token.lock()) function(std::forward<decltype(args)>(args)...);
    };
  }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

}  // namespace proa::client
