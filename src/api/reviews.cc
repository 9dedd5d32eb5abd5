// Kinds that are questions: who am I, may I, whose token is this. Nothing is kept.
#include <fmt/format.h>

#include "api/fields/managed_fields.h"
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "auth/rbac.h"
#include "object/time.h"
#include "schema/field_error.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

auth::Attributes attributes_of(View spec) {
  auth::Attributes out;
  const View resource = spec["resourceAttributes"], path = spec["nonResourceAttributes"];
  out.is_resource = resource.exists() && !resource.is_null();
  const View from = out.is_resource ? resource : path;
  out.verb = from["verb"].str();
  out.path = path["path"].str();
  out.group = resource["group"].str();
  out.version = resource["version"].str();
  out.resource = resource["resource"].str();
  out.subresource = resource["subresource"].str();
  out.ns = resource["namespace"].str();
  out.name = resource["name"].str();
  return out;
}

Value user_info(const auth::User& user) {
  Value out = Value::object({{"username", user.name}});
  if (!user.uid.empty()) out.set("uid", user.uid);
  for (const std::string& group : user.groups) out["groups"].push_back(group);
  for (const auto& [key, values] : user.extra)
    for (const std::string& value : values) out["extra"][key].push_back(value);
  return out;
}

void decide(const Exchange& exchange, Value& review, const auth::User& user) {
  const auth::Attributes attributes = attributes_of(View(review)["spec"]);
  const auth::Decision decision = exchange.gates->authorizer().authorize(user, attributes);
  Value status = Value::object({{"allowed", decision.allowed()}});
  if (decision.verdict == auth::Decision::Verdict::kDeny) status.set("denied", true);
  if (!decision.reason.empty()) status.set("reason", decision.reason);
  review.set("status", std::move(status));
}

void self_subject_access(Exchange& exchange, Value& review) { decide(exchange, review, exchange.call->user); }

void subject_access(Exchange& exchange, Value& review) {
  const View spec = View(review)["spec"];
  auth::User user{.name = spec["user"].str(), .uid = spec["uid"].str()};
  for (const View group : spec["groups"].items()) user.groups.push_back(group.str());
  decide(exchange, review, user);
}

void self_subject(Exchange& exchange, Value& review) {
  review["metadata"].set("creationTimestamp", object::format_time(exchange.core.now()));
  review.set("status", Value::object({{"userInfo", user_info(exchange.call->user)}}));
}

void self_subject_rules(Exchange& exchange, Value& review) {
  Value status = Value::object({{"resourceRules", Value::array()}, {"nonResourceRules", Value::array()}});
  std::vector<std::string> errors;
  const auto visit = [&](const auth::HeldRole& held) {
    for (const View rule : held.rules.items()) {
      const bool urls = !rule["nonResourceURLs"].empty();
      status[urls ? object::Key("nonResourceRules") : object::Key("resourceRules")].push_back(rule.to_value());
    }
    return true;
  };
  auth::visit_rules(exchange.gates->rbac(), exchange.call->user, View(review)["spec"]["namespace"].as_string(), visit,
                    errors);
  // The answer is made anew: what was asked does not stand in it.
  review.set("metadata", Value::object());
  review.set("spec", Value::object());
  status.set("incomplete", false);
  if (!errors.empty()) status.set("evaluationError", auth::aggregate(errors));
  review.set("status", std::move(status));
}

void token(Exchange& exchange, Value& review) {
  const View spec = View(review)["spec"];
  std::vector<std::string> audiences;
  for (const View audience : spec["audiences"].items()) audiences.push_back(audience.str());
  const auto found = exchange.gates->authenticator().review(spec["token"].as_string(), audiences);
  Value status = Value::object();
  if (found) {
    status.set("authenticated", true);
    status.set("user", user_info(found->user));
    for (const std::string& audience : found->audiences) status["audiences"].push_back(audience);
  } else {
    status.set("user", Value::object());
    status.set("error", found.error().message);
  }
  review.set("status", std::move(status));
}

void one_kind_of_attributes(View spec, const schema::Path& path, schema::ErrorList& errors) {
  const View resource = spec["resourceAttributes"], url = spec["nonResourceAttributes"];
  if (resource.is_object() && url.is_object()) {
    const Value shown = Value::object({{"Path", url["path"].str()}, {"Verb", url["verb"].str()}});
    errors.invalid(path.child("nonResourceAttributes"), shown,
                   "cannot be specified in combination with resourceAttributes");
  }
  if (!resource.is_object() && !url.is_object())
    errors.invalid(path.child("resourceAttributes"), Value(nullptr),
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
}

/// What upstream refuses to judge (pkg/apis/authorization/validation).
Result<void> check_question(const Exchange& exchange, View review) {
  const schema::KindInfo& kind = *exchange.target.kind;
  const View spec = review["spec"], resource = spec["resourceAttributes"];
  schema::ErrorList errors;
  const schema::Path path("spec");
  if (kind.kind == "TokenReview" && spec["token"].as_string().empty())
    return Error(base::bad_request("token is required for TokenReview in authentication"));
  if (kind.kind == "SelfSubjectRulesReview" && spec["namespace"].as_string().empty())
    return Error(base::bad_request("no namespace on request"));
  if (kind.kind.ends_with("AccessReview")) one_kind_of_attributes(spec, path, errors);
  if (kind.kind.ends_with("SubjectAccessReview") && kind.kind != "SelfSubjectAccessReview" &&
      spec["user"].as_string().empty() && spec["groups"].empty())
    errors.invalid(path.child("user"), "", "at least one of user or group must be specified");
  if (kind.kind == "LocalSubjectAccessReview") {
    const schema::Path attributes = path.child("resourceAttributes");
    if (resource.is_object() && resource["namespace"].as_string() != exchange.target.ns)
      errors.invalid(attributes.child("namespace"), resource["namespace"].as_string(), "must match metadata.namespace");
    if (spec["nonResourceAttributes"].is_object()) {
      const View url = spec["nonResourceAttributes"];
      const Value shown = Value::object({{"Path", url["path"].str()}, {"Verb", url["verb"].str()}});
      errors.invalid(path.child("nonResourceAttributes"), shown, "disallowed on this kind of request");
    }
  }
  if (errors.empty()) return {};
  Status status = base::invalid(kind.group, "", "", errors.causes());
  return Error(std::move(status));
}

struct Question {
  std::string_view group, kind;
  void (*answer)(Exchange&, Value&);
};

constexpr Question kQuestions[] = {
    {"authorization.k8s.io", "SelfSubjectAccessReview", self_subject_access},
    {"authorization.k8s.io", "SubjectAccessReview", subject_access},
    {"authorization.k8s.io", "LocalSubjectAccessReview", subject_access},
    {"authorization.k8s.io", "SelfSubjectRulesReview", self_subject_rules},
    {"authentication.k8s.io", "SelfSubjectReview", self_subject},
    {"authentication.k8s.io", "TokenReview", token},
};

}  // namespace

bool serve_review(const ExchangePtr& exchange) {
  const schema::KindInfo& kind = *exchange->target.kind;
  for (const Question& question : kQuestions) {
    if (question.group != kind.group || question.kind != kind.kind) continue;
    (void)read_write_options(*exchange, "CreateOptions");
    auto review = read_body_object(*exchange);
    if (!review) {
      exchange->fail(review.error());
      return true;
    }
    if (auto ok = check_question(*exchange, *review); !ok) {
      exchange->fail(ok.error());
      return true;
    }
    fields::update_managed_fields(*review, View(), kind,
                                  {.manager = exchange->call->field_manager, .now = exchange->core.now()});
    question.answer(*exchange, *review);
    exchange->send_value(201, *review, kind.type);
    return true;
  }
  return false;
}

}  // namespace proa::api
