// The hash that tells the pods of two templates apart: our own, stable over time. What exists is never found by it but
// by its content. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "object/view.h"

namespace proa::controllers {

/// A label value of ten letters and digits. Depends on content only, not on the order of members.
std::string template_hash(object::View pod_template, std::optional<int64_t> collision_count);

}  // namespace proa::controllers
