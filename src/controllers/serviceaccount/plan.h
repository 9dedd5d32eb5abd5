// What a namespace lacks of what every namespace has. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controllers/workload/write_list.h"
#include "object/document.h"

namespace proa::controllers::serviceaccount {

inline constexpr std::string_view kAccount = "default";
inline constexpr std::string_view kRootCa = "kube-root-ca.crt";

struct Known {
  object::Document ns;
  bool has_account = false;
  object::Document root_ca_map;  // empty: none
  std::string root_ca_pem;       // empty: no ConfigMap wanted
};

std::vector<Change> make_plan(const Known& known);

}  // namespace proa::controllers::serviceaccount
