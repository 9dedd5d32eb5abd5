// create, update, patch, delete over HTTP.
#include <charconv>

#include <fmt/format.h>

#include "api/body.h"
#include "api/convert.h"
#include "api/fields/managed_fields.h"
#include "api/http_list.h"
#include "api/http_verbs.h"
#include "object/meta.h"
#include "schema/defaulting.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

std::string manager_of(const http::Request& request) {
  std::string given = request.query.get("fieldManager");
  if (!given.empty()) return given;
  const std::string_view agent = request.header("user-agent");
  return std::string(agent.substr(0, agent.find('/')).substr(0, 128));
}

Result<void> set_validation(Exchange& exchange, std::string_view options_kind) {
  const std::string text = exchange.query().get("fieldValidation");
  FieldValidation& validation = exchange.call->field_validation;
  if (text.empty() || text == "Warn")
    validation = FieldValidation::kWarn;
  else if (text == "Strict")
    validation = FieldValidation::kStrict;
  else if (text == "Ignore")
    validation = FieldValidation::kIgnore;
  else
    return Error(base::invalid(
        "meta.k8s.io", options_kind, "",
        {{"FieldValueNotSupported",
          fmt::format("Unsupported value: \"{}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", text),
          "fieldValidation"}}));
  return {};
}

void answer(const ExchangePtr& exchange, Result<Stored> result) {
  if (!result) return exchange->fail(result.error());
  exchange->send_object(result->created ? 201 : 200, *result);
}

Result<DeleteRequest> read_delete_options(Exchange& exchange) {
  const http::Request& request = *exchange.request;
  DeleteRequest out;
  Value options = Value::object();
  if (!request.body.empty()) {
    const auto format = body_format(request.header("content-type"));
    if (!format) return Error(format.error());
    auto tree =
        *format == BodyFormat::kProtobuf ? read_protobuf_options(request.body) : read_tree(request.body, *format);
    if (!tree) return Error(base::bad_request(tree.error().message));
    options = std::move(*tree);
  } else {
    for (const char* name : {"propagationPolicy", "dryRun"})
      if (const std::string* text = request.query.find(name)) options.set(std::string_view(name), *text);
    if (const std::string* text = request.query.find("gracePeriodSeconds"))
      options.set("gracePeriodSeconds", static_cast<long>(std::strtol(text->c_str(), nullptr, 10)));
    if (const std::string* text = request.query.find("orphanDependents"))
      options.set("orphanDependents", *text == "true");
  }
  const View view(options);
  if (view["gracePeriodSeconds"].is_int())
    out.grace_period_seconds = std::max<int64_t>(view["gracePeriodSeconds"].as_int(), -1);
  if (view["gracePeriodSeconds"].as_int() < 0) out.grace_period_seconds = 1;
  out.uid = view["preconditions"]["uid"].str();
  out.resource_version = view["preconditions"]["resourceVersion"].str();
  out.propagation_policy = view["propagationPolicy"].str();
  if (const View orphan = view["orphanDependents"]; orphan.exists() && !orphan.is_null())
    out.orphan_dependents = orphan.as_bool();
  const std::string& policy = out.propagation_policy;
  if (!policy.empty() && policy != "Background" && policy != "Foreground" && policy != "Orphan")
    return Error(base::invalid(
        "meta.k8s.io", "DeleteOptions", "",
        {{"FieldValueNotSupported",
          fmt::format(
              "Unsupported value: \"{}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
              policy),
          "propagationPolicy"}}));
  if (!policy.empty() && out.orphan_dependents)
    return Error(base::invalid(
        "meta.k8s.io", "DeleteOptions", "",
        {{"FieldValueInvalid",
          fmt::format("Invalid value: \"{}\": orphanDependents and deletionPropagation cannot be both set", policy),
          "propagationPolicy"}}));
  for (const View item : view["dryRun"].items()) exchange.call->dry_run |= item.as_string() == "All";
  exchange.call->dry_run |= request.query.get("dryRun") == "All";
  return out;
}

}  // namespace

Result<void> read_write_options(Exchange& exchange, std::string_view options_kind) {
  Call& call = *exchange.call;
  for (const std::string& dry : exchange.query().all("dryRun")) {
    if (dry.empty()) continue;
    if (dry != "All")
      return Error(
          base::invalid("meta.k8s.io", options_kind, "",
                        {{"FieldValueNotSupported",
                          fmt::format("Unsupported value: [\"{}\"]: supported values: \"All\"", dry), "dryRun"}}));
    call.dry_run = true;
  }
  const std::string given = exchange.query().get("fieldManager");
  if (given.size() > 128)
    return Error(base::invalid("meta.k8s.io", options_kind, "",
                               {{"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"}}));
  call.field_manager = manager_of(*exchange.request);
  return set_validation(exchange, options_kind);
}

Result<Value> read_body_object(Exchange& exchange) {
  const auto format = body_format(exchange.request->header("content-type"));
  if (!format) return Error(format.error());
  const Target& target = exchange.target;
  auto object = read_object(exchange.request->body, *format, *target.kind, target.kind->type, *exchange.call);
  if (!object) return object;
  schema::apply_defaults(*object, target.kind->type, exchange.core.now());
  convert(*object, *target.kind, *target.stored);
  return object;
}

Result<Value> read_subresource_object(Exchange& exchange, std::string_view group, std::string_view version,
                                      std::string_view kind) {
  const schema::Subresource* sub = exchange.target.kind->subresource(exchange.target.subresource);
  if (sub == nullptr) return Error(base::no_such_endpoint());
  const auto format = body_format(exchange.request->header("content-type"));
  if (!format) return Error(format.error());
  schema::KindInfo info;
  info.group = group;
  info.version = version;
  info.kind = kind;
  info.type = sub->request_type ? sub->request_type : sub->type;
  auto object = read_object(exchange.request->body, *format, info, info.type, *exchange.call);
  if (object) schema::apply_defaults(*object, info.type, exchange.core.now());
  return object;
}

void serve_create(const ExchangePtr& exchange) {
  if (auto ok = read_write_options(*exchange, "CreateOptions"); !ok) return exchange->fail(ok.error());
  auto object = read_body_object(*exchange);
  if (!object) return exchange->fail(object.error());
  create(exchange->core, exchange->target, exchange->call, std::move(*object),
         [exchange](Result<Stored> result) { answer(exchange, std::move(result)); });
}

void serve_update(const ExchangePtr& exchange) {
  if (auto ok = read_write_options(*exchange, "UpdateOptions"); !ok) return exchange->fail(ok.error());
  auto object = read_body_object(*exchange);
  if (!object) return exchange->fail(object.error());
  update(exchange->core, exchange->target, exchange->call, std::move(*object),
         [exchange](Result<Stored> result) { answer(exchange, std::move(result)); });
}

void serve_patch(const ExchangePtr& exchange) {
  if (auto ok = read_write_options(*exchange, "PatchOptions"); !ok) return exchange->fail(ok.error());
  const http::Request& request = *exchange->request;
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  PatchKind kind;
  if (type == "application/json-patch+json")
    kind = PatchKind::kJson;
  else if (type == "application/merge-patch+json")
    kind = PatchKind::kMerge;
  else if (type == "application/strategic-merge-patch+json" && !exchange->target.kind->custom)
    kind = PatchKind::kStrategic;
  else if (type == "application/apply-patch+yaml" || type == "application/apply-patch+json")
    kind = PatchKind::kApply;
  else
    return exchange->fail(base::unsupported_media_type("415: Unsupported Media Type"));
  if (kind == PatchKind::kApply && request.query.get("fieldManager").empty())
    return exchange->fail(
        base::invalid("meta.k8s.io", "PatchOptions", "",
                      {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}}));
  auto body = read_tree(request.body, type.ends_with("yaml") ? BodyFormat::kYaml : BodyFormat::kJson);
  if (!body) return exchange->fail(base::bad_request(body.error().message));
  patch(exchange->core, exchange->target, exchange->call, kind, std::move(*body), query_flag(request.query, "force"),
        [exchange](Result<Stored> result) { answer(exchange, std::move(result)); });
}

void serve_delete(const ExchangePtr& exchange) {
  auto request = read_delete_options(*exchange);
  if (!request) return exchange->fail(request.error());
  remove(exchange->core, exchange->target, exchange->call, std::move(*request), [exchange](Result<Deleted> result) {
    if (!result) return exchange->fail(result.error());
    const KindBehaviour& behaviour = exchange->core.behaviour(*exchange->target.stored);
    if (!result->gone || behaviour.returns_deleted_object)
      return exchange->send_object(200, {.document = result->document, .entry = result->entry});
    const Value status =
        success_status(exchange->target.resource(), exchange->target.name, object::uid_of(result->document.root()));
    exchange->send_value(200, status, meta_type("Status"));
  });
}

void serve_delete_collection(const ExchangePtr& exchange) {
  auto request = read_delete_options(*exchange);
  if (!request) return exchange->fail(request.error());
  const auto which = list_request(exchange->query());
  if (!which) return exchange->fail(which.error());
  remove_collection(exchange->core, exchange->target, exchange->call, std::move(*request), *which,
                    [exchange](Result<Listing> result) {
                      if (!result) return exchange->fail(result.error());
                      send_listing(exchange, std::move(*result), false);
                    });
}

}  // namespace proa::api
