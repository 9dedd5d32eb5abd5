// create, update, patch, delete over HTTP.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/body.h"
#include "api/convert.h"
#include "api/fields/managed_fields.h"
#include "api/http_list.h"
#include "api/http_verbs.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/yaml.h"
#include "schema/defaulting.h"
#include "schema/field_error.h"

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

/// All that was said must be "All"; else all of it is shown.
Result<void> check_dry_run(const std::vector<std::string>& said, std::string_view options_kind) {
  if (std::ranges::all_of(said, [](const std::string& one) { return one == "All"; })) return {};
  Value shown = Value::array();
  for (const std::string& one : said) shown.push_back(one);
  return Error(base::invalid(
      "meta.k8s.io", options_kind, "",
      {{"FieldValueNotSupported",
        fmt::format("Unsupported value: {}: supported values: \"All\"", object::to_json(shown)), "dryRun"}}));
}

Result<void> check_manager(std::string_view name, std::string_view options_kind) {
  const auto refuse = [&](std::string reason, std::string why) {
    return Error(base::invalid("meta.k8s.io", options_kind, "", {{std::move(reason), std::move(why), "fieldManager"}}));
  };
  if (name.size() > 128) return refuse("FieldValueTooLong", "Too long: may not be more than 128 bytes");
  for (size_t i = 0; i < name.size(); ++i)
    if (const auto c = static_cast<unsigned char>(name[i]); c < 0x20 || c == 0x7f)
      return refuse("FieldValueInvalid", fmt::format("Invalid value: {}: invalid character U+{:04X} (at position {})",
                                                     schema::go_quote(name), c, i));
  return {};
}

void answer(const ExchangePtr& exchange, Result<Stored> result) {
  if (!result) return exchange->fail(result.error());
  exchange->send_object(result->created ? 201 : 200, *result);
}

Result<void> check_options_kind(View options) {
  const std::string kind = options["kind"].str();
  if (kind.empty() || kind == "DeleteOptions") return {};
  return Error(base::bad_request(
      fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme \"pkg/runtime/scheme.go:111\"", kind,
                  options["apiVersion"].as_string())));
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
    if (!tree) return Error(base::bad_request("couldn't get version/kind; json parse error: " + tree.error().message));
    if (auto ok = check_options_kind(*tree); !ok) return Error(ok.error());
    options = std::move(*tree);
  } else {
    if (const std::string* text = request.query.find("propagationPolicy")) options.set("propagationPolicy", *text);
    for (const std::string& text : request.query.all("dryRun")) options["dryRun"].push_back(text);
    auto grace = query_number(request.query, "gracePeriodSeconds");
    if (!grace) return Error(grace.error());
    if (*grace) options.set("gracePeriodSeconds", **grace);
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
  if (!policy.empty() && out.orphan_dependents)
    return Error(base::invalid("meta.k8s.io", "DeleteOptions", "",
                               {{"FieldValueInvalid",
                                 fmt::format("Invalid value: {}: orphanDependents and deletionPropagation cannot be "
                                             "both set",
                                             schema::go_quote(policy)),
                                 "propagationPolicy"}}));
  if (!policy.empty() && policy != "Background" && policy != "Foreground" && policy != "Orphan")
    return Error(base::invalid(
        "meta.k8s.io", "DeleteOptions", "",
        {{"FieldValueNotSupported",
          fmt::format(
              "Unsupported value: \"{}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
              policy),
          "propagationPolicy"}}));
  std::vector<std::string> dry;
  for (const View item : view["dryRun"].items()) dry.push_back(item.str());
  if (view["dryRun"].is_string()) dry.push_back(view["dryRun"].str());
  exchange.call->dry_run = !dry.empty();
  if (auto ok = check_dry_run(dry, "DeleteOptions"); !ok) return Error(ok.error());
  return out;
}

}  // namespace

Result<void> read_write_options(Exchange& exchange, std::string_view options_kind) {
  Call& call = *exchange.call;
  std::vector<std::string> dry = exchange.query().all("dryRun");
  std::erase(dry, "");
  call.dry_run = !dry.empty();
  if (auto ok = check_dry_run(dry, options_kind); !ok) return ok;
  const std::string given = exchange.query().get("fieldManager");
  if (auto ok = check_manager(given, options_kind); !ok) return ok;
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

Result<void> check_name(const Exchange& exchange, View body, std::string_view kind) {
  const std::string_view name = object::name_of(body);
  if (name.empty() || name == exchange.target.name) return {};
  return Error(base::bad_request(fmt::format("name in URL does not match name in {} object", kind)));
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

/// What a JSON patch says that no operation has.
static void complain_of_operations(View operations, std::vector<std::string>& complaints) {
  for (std::string& complaint : complaints) complaint = "json patch " + complaint;
  size_t index = 0;
  for (const View operation : operations.items()) {
    for (const auto& [name, value] : operation.members())
      if (name != "op" && name != "path" && name != "from" && name != "value")
        complaints.push_back(fmt::format("json patch unknown field \"[{}].{}\"", index, name));
    ++index;
  }
}

/// The tree of a patch. What is odd about its text is noted in the call.
Result<Value> read_patch(Exchange& exchange, PatchKind kind) {
  const std::string_view text = exchange.request->body;
  std::vector<std::string> complaints;
  const object::ParseOptions options{.duplicates = &complaints};
  const bool yaml = kind == PatchKind::kApply;
  auto body = yaml ? object::parse_yaml(text, options) : object::parse_json(text, options);
  if (!body) {
    const std::string_view said = yaml                            ? "error decoding YAML: "
                                  : kind == PatchKind::kStrategic ? ""
                                                                  : "error decoding patch: ";
    return Error(base::bad_request(std::string(said) + body.error().message));
  }
  Call& call = *exchange.call;
  if (kind == PatchKind::kJson) complain_of_operations(*body, complaints);
  if (!yaml) {
    call.patch_complaints = std::move(complaints);
    return body;
  }
  if (!complaints.empty() && call.field_validation == FieldValidation::kStrict)
    return Error(base::bad_request(
        fmt::format("error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  {}",
                    fmt::join(complaints, "\n  "))));
  if (call.field_validation == FieldValidation::kWarn) call.warnings = std::move(complaints);
  return body;
}

Result<PatchKind> patch_kind_of(const Exchange& exchange) {
  const http::Request& request = *exchange.request;
  std::string_view type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  PatchKind kind;
  if (type == "application/json-patch+json")
    kind = PatchKind::kJson;
  else if (type == "application/merge-patch+json")
    kind = PatchKind::kMerge;
  else if (type == "application/strategic-merge-patch+json" && !exchange.target.kind->custom)
    kind = PatchKind::kStrategic;
  else if (type == "application/apply-patch+yaml")
    kind = PatchKind::kApply;
  else
    return Error(base::unsupported_media_type("415: Unsupported Media Type"));
  const auto refuse = [](const char* reason, const char* why, const char* field) {
    return Error(base::invalid("meta.k8s.io", "PatchOptions", "", {{reason, why, field}}));
  };
  if (kind != PatchKind::kApply && !request.query.get("force").empty())
    return refuse("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force");
  if (kind == PatchKind::kApply && request.query.get("fieldManager").empty())
    return refuse("FieldValueRequired", "Required value: is required for apply patch", "fieldManager");
  return kind;
}

void serve_patch(const ExchangePtr& exchange) {
  if (auto ok = read_write_options(*exchange, "PatchOptions"); !ok) return exchange->fail(ok.error());
  const auto kind = patch_kind_of(*exchange);
  if (!kind) return exchange->fail(kind.error());
  auto body = read_patch(*exchange, *kind);
  if (!body) return exchange->fail(body.error());
  const bool force = query_flag(exchange->query(), "force");
  patch(exchange->core, exchange->target, exchange->call, *kind, std::move(*body), force,
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
  auto selected = list_request(exchange->query());
  if (!selected) return exchange->fail(selected.error());
  remove_collection(exchange->core, exchange->target, exchange->call, std::move(*request), *selected,
                    [exchange](Result<Listing> result) {
                      if (!result) return exchange->fail(result.error());
                      send_listing(exchange, std::move(*result), false);
                    });
}

}  // namespace proa::api
