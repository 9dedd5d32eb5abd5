#include "api/resource_version.h"

#include <charconv>

#include <fmt/format.h>

#include "base/base64.h"
#include "object/json.h"

namespace proa::api {

Result<store::Revision> parse_resource_version(std::string_view text) {
  if (text.empty() || text == "0") return 0;
  store::Revision revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error != std::errc() || end != text.data() + text.size() || revision < 0)
    return Error(Status{.code = 500,
                        .reason = "",
                        .message = fmt::format("resourceVersion: Invalid value: \"{0}\": "
                                               "strconv.ParseUint: parsing \"{0}\": invalid syntax",
                                               text)});
  return revision;
}

Result<void> check_not_future(std::string_view text, store::Revision current) {
  const auto asked = parse_resource_version(text);
  if (!asked) return Error(asked.error());
  if (*asked > current) return Error(base::too_large_resource_version(*asked, current));
  return {};
}

std::string encode_continue(const ContinueToken& token) {
  object::Value value = object::Value::object({{"v", "meta.k8s.io/v1"}});
  value.set("rv", token.revision);
  value.set("start", token.start);
  return base::base64url_encode(object::to_json(value));
}

Result<ContinueToken> decode_continue(std::string_view text) {
  const auto bytes = base::base64url_decode(text);
  if (!bytes) return Error(base::bad_request("invalid continue token: continue key is not valid: illegal base64 data"));
  const auto value = object::parse_json(*bytes);
  if (!value)
    return Error(base::bad_request("invalid continue token: continue key is not valid: " + value.error().message));
  const object::View view(*value);
  if (view["v"].as_string() != "meta.k8s.io/v1")
    return Error(base::bad_request(
        "invalid continue token: continue key is not valid: server does not recognize this encoded version " +
        view["v"].str()));
  const ContinueToken token{view["rv"].as_int(), view["start"].str()};
  if (token.revision == 0)
    return Error(
        base::bad_request("invalid continue token: continue key is not valid: incorrect encoded start resourceVersion "
                          "(version meta.k8s.io/v1)"));
  if (token.start.empty())
    return Error(base::bad_request(
        "invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)"));
  return token;
}

}  // namespace proa::api
