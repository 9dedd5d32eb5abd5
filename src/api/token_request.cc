#include <algorithm>

#include <fmt/format.h>

#include "api/body.h"
#include "api/fields/managed_fields.h"
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/meta.h"
#include "object/time.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr int64_t kShortest = 600, kLongest = int64_t{1} << 32;

/// The pod (or other object) that the token is to die with.
Result<void> bind_to(const Core& core, const Target& target, View reference, auth::TokenClaims& claims) {
  if (!reference.exists() || reference.is_null()) return {};
  const std::string_view kind = reference["kind"].as_string(), name = reference["name"].as_string();
  if (kind == "Node" || kind == "Secret") return {};
  if (kind != "Pod")
    return Error(base::bad_request(fmt::format("cannot bind token to object of type {}, Kind={}",
                                               reference["apiVersion"].as_string().find('/') == std::string_view::npos
                                                   ? "/" + reference["apiVersion"].str()
                                                   : reference["apiVersion"].str(),
                                               kind)));
  const object::Document pod = core.world().get("", "pods", target.ns, name);
  if (!pod) return Error(base::not_found({"", "pods"}, name));
  const std::string_view uid = reference["uid"].as_string();
  if (!uid.empty() && uid != object::uid_of(pod.root()))
    return Error(
        base::conflict({"", "pods"}, name,
                       fmt::format("the UID in the bound object reference ({}) does not match the UID in record. "
                                   "The object might have been deleted and then recreated",
                                   uid)));
  claims.pod_name = name;
  claims.pod_uid = object::uid_of(pod.root());
  return {};
}

}  // namespace

Result<Value> make_token(Core& core, const Target& target, Value request) {
  if (core.tokens == nullptr) return Error(base::service_unavailable("the server issues no ServiceAccount tokens"));
  const object::Document account = core.world().get("", "serviceaccounts", target.ns, target.name);
  if (!account) return Error(base::not_found({"", "serviceaccounts"}, target.name));
  const View spec = View(request)["spec"];
  const int64_t asked = spec["expirationSeconds"].as_int(3600);
  if (asked < kShortest)
    return Error(base::invalid(
        "authentication.k8s.io", "TokenRequest", "",
        {{"FieldValueInvalid", fmt::format("Invalid value: {}: may not specify a duration less than 10 minutes", asked),
          "spec.expirationSeconds"}}));
  if (asked > kLongest)
    return Error(
        base::invalid("authentication.k8s.io", "TokenRequest", "",
                      {{"FieldValueInvalid",
                        fmt::format("Invalid value: {}: may not specify a duration larger than 2^32 seconds", asked),
                        "spec.expirationSeconds"}}));
  auth::TokenClaims claims;
  claims.namespace_name = target.ns;
  claims.service_account = target.name;
  claims.service_account_uid = object::uid_of(account.root());
  for (const View audience : spec["audiences"].items()) claims.audiences.push_back(audience.str());
  if (claims.audiences.empty()) claims.audiences.push_back(core.options.service_account_issuer);
  claims.issued = core.now();
  claims.expires = claims.issued + asked * object::kSecondNs;
  claims.id = runtime::make_uuid(core.random);
  if (auto ok = bind_to(core, target, spec["boundObjectRef"], claims); !ok) return Error(ok.error());
  auto token = core.tokens->issue(claims);
  if (!token) return Error(token.error());
  Value& metadata = request["metadata"];
  metadata.set("name", target.name);
  metadata.set("namespace", target.ns);
  metadata.set("uid", object::uid_of(account.root()));
  metadata.set("creationTimestamp", object::format_time(claims.issued));
  Value audiences = Value::array();
  for (const std::string& audience : claims.audiences) audiences.push_back(audience);
  request["spec"].set("audiences", std::move(audiences));
  request["spec"].set("expirationSeconds", asked);
  request["status"] = Value::object({{"token", *token}, {"expirationTimestamp", object::format_time(claims.expires)}});
  return request;
}

void serve_token(const ExchangePtr& exchange) {
  if (exchange->route.verb != "create")
    return exchange->fail(base::method_not_supported(exchange->target.resource(), exchange->route.verb));
  if (auto ok = read_write_options(*exchange, "CreateOptions"); !ok) return exchange->fail(ok.error());
  auto request = read_subresource_object(*exchange, "authentication.k8s.io", "v1", "TokenRequest");
  if (!request) return exchange->fail(request.error());
  schema::KindInfo info;
  info.group = "authentication.k8s.io";
  info.version = "v1";
  info.type = exchange->target.kind->subresource("token")->request_type;
  fields::update_managed_fields(
      *request, View(), info,
      {.manager = exchange->call->field_manager, .subresource = "token", .now = exchange->core.now()});
  auto answer = make_token(exchange->core, exchange->target, std::move(*request));
  if (!answer) return exchange->fail(answer.error());
  order_metadata(*answer);
  exchange->send_value(201, *answer, info.type);
}

}  // namespace proa::api
