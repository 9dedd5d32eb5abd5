// Names of images as containers give them: `nginx`, `registry.example:5000/team/app:v1`, `app@sha256:...`.
// Source of the rules and texts: distribution/reference (ParseNormalizedNamed), as pkg/util/parsers uses it.
#pragma once

#include <string_view>

#include "base/status.h"

namespace proa::node {

/// Error: what InvalidImageName says after the name (`invalid reference format`).
Result<void> check_image_name(std::string_view image);

}  // namespace proa::node
