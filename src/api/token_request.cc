#include <algorithm>

#include <fmt/format.h>

#include "api/body.h"
#include "api/fields/managed_fields.h"
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "object/meta.h"
#include "object/time.h"
#include "schema/field_error.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr int64_t kShortest = 600, kLongest = int64_t{1} << 32;

struct Bound {
  std::string_view kind, resource;
  bool namespaced;
  std::string auth::TokenClaims::* name;
  std::string auth::TokenClaims::* uid;
};

constexpr Bound kBound[] = {
    {"Pod", "pods", true, &auth::TokenClaims::pod_name, &auth::TokenClaims::pod_uid},
    {"Secret", "secrets", true, &auth::TokenClaims::secret_name, &auth::TokenClaims::secret_uid},
    {"Node", "nodes", false, &auth::TokenClaims::node_name, &auth::TokenClaims::node_uid},
};

/// `/v1, Kind=Pod`
std::string type_of(View reference) {
  const std::string version = reference["apiVersion"].str();
  return fmt::format("{}, Kind={}", version.find('/') == std::string::npos ? "/" + version : version,
                     reference["kind"].as_string());
}

const Bound* bound_kind(View reference) {
  if (reference["apiVersion"].as_string().find('/') != std::string_view::npos) return nullptr;
  for (const Bound& bound : kBound)
    if (bound.kind == reference["kind"].as_string()) return &bound;
  return nullptr;
}

/// Only a pod's own account may be bound to it; its token also tells the node.
Result<void> tell_pod(const Core& core, const Target& target, View pod, auth::TokenClaims& claims) {
  if (pod["spec"]["serviceAccountName"].as_string() != target.name)
    return Error(base::bad_request(
        fmt::format("cannot bind token for serviceaccount \"{}\" to pod running with different serviceaccount name.",
                    target.name)));
  claims.node_name = pod["spec"]["nodeName"].str();
  if (claims.node_name.empty()) return {};
  if (const object::Document node = core.world().get("", "nodes", "", claims.node_name))
    claims.node_uid = object::uid_of(node.root());
  return {};
}

/// The pod, Secret or node that the token is to die with.
Result<void> bind_to(const Core& core, const Target& target, View reference, auth::TokenClaims& claims) {
  if (!reference.exists() || reference.is_null()) return {};
  const Bound* bound = bound_kind(reference);
  if (bound == nullptr) return Error(base::bad_request("cannot bind token to object of type " + type_of(reference)));
  const std::string name = reference["name"].str();
  const object::Document found = core.world().get("", bound->resource, bound->namespaced ? target.ns : "", name);
  if (!found) return Error(base::not_found({"", std::string(bound->resource)}, name));
  if (bound->kind == "Pod")
    if (auto ok = tell_pod(core, target, found.root(), claims); !ok) return ok;
  const std::string_view uid = reference["uid"].as_string();
  if (!uid.empty() && uid != object::uid_of(found.root()))
    return Error(
        base::conflict({"", std::string(bound->kind)}, name,
                       fmt::format("the UID in the bound object reference ({}) does not match the UID in record. "
                                   "The object might have been deleted and then recreated",
                                   uid)));
  claims.*bound->name = name;
  claims.*bound->uid = object::uid_of(found.root());
  return {};
}

/// What the request says of the account itself must be so.
Result<void> check_metadata(const Target& target, View metadata, View account) {
  const auto differs = [](std::string_view have, std::string_view wanted) { return !have.empty() && have != wanted; };
  const auto wrong = [&](std::string_view field, std::string_view have, std::string_view must) {
    schema::ErrorList errors;
    errors.invalid(schema::Path("metadata").child(field), std::string(have), must);
    return Error(base::invalid("authentication.k8s.io", "TokenRequest", target.name, errors.causes()));
  };
  if (const auto name = metadata["name"].as_string(); differs(name, target.name))
    return wrong("name", name, "must match the service account name if specified");
  if (const auto ns = metadata["namespace"].as_string(); differs(ns, target.ns))
    return wrong("namespace", ns, "must match the service account namespace if specified");
  if (const auto uid = metadata["uid"].as_string(); differs(uid, object::uid_of(account)))
    return Error(base::conflict({"authentication.k8s.io", "TokenRequest"}, target.name,
                                fmt::format("the UID in the token request ({}) does not match the UID of the service "
                                            "account ({})",
                                            uid, object::uid_of(account))));
  return {};
}

Result<void> check_duration(int64_t seconds) {
  if (seconds >= kShortest && seconds <= kLongest) return {};
  return Error(base::invalid("authentication.k8s.io", "TokenRequest", "",
                             {{"FieldValueInvalid",
                               fmt::format("Invalid value: {}: may not specify a duration {}", seconds,
                                           seconds < kShortest ? "less than 10 minutes" : "larger than 2^32 seconds"),
                               "spec.expirationSeconds"}}));
}

}  // namespace

Result<Value> make_token(Core& core, const Target& target, Value request) {
  if (core.tokens == nullptr) return Error(base::service_unavailable("the server issues no ServiceAccount tokens"));
  const object::Document account = core.world().get("", "serviceaccounts", target.ns, target.name);
  if (!account) return Error(base::not_found({"", "serviceaccounts"}, target.name));
  const View spec = View(request)["spec"];
  const int64_t asked = spec["expirationSeconds"].as_int(3600);
  if (auto ok = check_metadata(target, View(request)["metadata"], account.root()); !ok) return Error(ok.error());
  if (auto ok = check_duration(asked); !ok) return Error(ok.error());
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
