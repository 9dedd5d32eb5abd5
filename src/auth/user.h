// Who asks. Made by an authenticator, read by authorizers, admission and audit.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proa::auth {

struct User {
  std::string name;  // "kubernetes-admin", "system:serviceaccount:default:default", "system:anonymous"
  std::string uid;
  std::vector<std::string> groups;  // "system:masters", "system:authenticated", ...
  std::vector<std::pair<std::string, std::vector<std::string>>> extra;

  bool in_group(std::string_view group) const {
    for (const auto& g : groups)
      if (g == group) return true;
    return false;
  }
};

}  // namespace proa::auth
