// Discovery: which groups, versions, kinds and verbs there are; plain (v1) and aggregated (v2).
#pragma once

#include "api/exchange.h"

namespace proa::api {

/// `/api` and `/apis`: aggregated when the client asks for it, with an ETag.
void serve_groups(const ExchangePtr& exchange, bool legacy);
/// `/api/v1`, `/apis/apps/v1`; false when the group-version is not served.
bool serve_resources(const ExchangePtr& exchange, std::string_view group, std::string_view version);
/// `/apis/apps`; false when there is no such group.
bool serve_group(const ExchangePtr& exchange, std::string_view group);

}  // namespace proa::api
