// The way of a request through this room, outermost first, on one screen: see chain.cc.
#pragma once

#include "api/core.h"
#include "api/gates.h"
#include "http/http.h"

namespace proa::api {

void handle(Core& core, const Gates& gates, http::RequestPtr request, http::ResponseWriterPtr writer);

}  // namespace proa::api
