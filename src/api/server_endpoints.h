// What is served beside resources: health, version, OpenAPI, metrics, the keys of ServiceAccount tokens.
#pragma once

#include "api/exchange.h"

namespace proa::api {

/// False when the path is none of these.
bool serve_other(const ExchangePtr& exchange);

}  // namespace proa::api
