// An Event that a plan wants recorded on the object it is about.
#pragma once

#include <string>

namespace proa::controllers {

struct Event {
  std::string type, reason, message;
  bool operator==(const Event&) const = default;
};

}  // namespace proa::controllers
