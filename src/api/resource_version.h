// resourceVersions as clients send them, and the tokens of paged lists.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "store/store.h"

namespace proa::api {

/// "" and "0" give 0. Error 400 for what is no number.
Result<store::Revision> parse_resource_version(std::string_view text);
/// Error 504 when `text` is newer than `current`.
Result<void> check_not_future(std::string_view text, store::Revision current);

/// Where a paged list goes on: {"v":"meta.k8s.io/v1","rv":5,"start":"NS/NAME\u0000"} in base64.
struct ContinueToken {
  store::Revision revision = 0;  // -1: no matter which
  std::string start;             // relative to the resource's prefix
};
std::string encode_continue(const ContinueToken& token);
/// Error 400 `continue key is not valid: ...`.
Result<ContinueToken> decode_continue(std::string_view text);

}  // namespace proa::api
