#include "fmt/format.h"
#include "object/json.h"
#include "schema/openapi_paths.h"

namespace proa::schema::openapi {

using object::Value;

namespace {

using Body = Operation::Body;

constexpr std::string_view kPlain[] = {"application/json", "application/vnd.kubernetes.protobuf", "application/yaml"};
constexpr std::string_view kStreams[] = {"application/json", "application/json;stream=watch",
                                         "application/vnd.kubernetes.protobuf",
                                         "application/vnd.kubernetes.protobuf;stream=watch", "application/yaml"};
constexpr std::string_view kPatches[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                         "application/merge-patch+json", "application/strategic-merge-patch+json"};

const char* code_text(int code) { return code == 200 ? "OK" : code == 201 ? "Created" : "Accepted"; }

Value parameter(const Parameter& p, Dialect dialect) {
  Value out = Value::object({{"name", p.name}, {"in", p.in_path ? "path" : "query"}, {"description", p.description}});
  if (p.in_path) out.set("required", true);
  if (dialect == Dialect::kV3) {
    out.set("schema", Value::object({{"type", p.type}, {"uniqueItems", true}}));
  } else {
    out.set("type", p.type);
    out.set("uniqueItems", true);
  }
  return out;
}

/// `#/parameters/limit-1a2b3c4d`: the name, and a hash of what else there is to it.
Value shared_parameter(const std::string& name, Value content, SharedParameters& shared) {
  const std::string key = fmt::format("{}-{:08x}", name, object::name_hash(object::to_json(content)));
  shared.emplace(key, std::move(content));
  return Value::object({{"$ref", "#/parameters/" + key}});
}

Value parameters(const std::vector<Parameter>& list, Dialect dialect, SharedParameters* shared) {
  Value out = Value::array();
  for (const Parameter& p : list) {
    Value content = parameter(p, dialect);
    // The name of an object is described anew for every kind.
    const bool share = shared != nullptr && p.name != "name";
    out.push_back(share ? shared_parameter(p.name, std::move(content), *shared) : std::move(content));
  }
  return out;
}

Value answer_schema(const Operation& op, Dialect dialect) {
  return op.answer_model.empty() ? Value::object({{"type", "string"}}) : reference(op.answer_model, dialect);
}

std::vector<std::string_view> answer_types(const Operation& op) {
  std::vector<std::string_view> types(std::begin(kPlain), std::end(kPlain));
  if (op.streams) types.assign(std::begin(kStreams), std::end(kStreams));
  if (op.answer_model.empty()) types.emplace_back("text/plain");
  return types;
}

Value responses(const Operation& op, Dialect dialect) {
  Value out = Value::object();
  for (const int code : op.codes) {
    Value answer = Value::object({{"description", code_text(code)}});
    if (dialect == Dialect::kV3) {
      Value content = Value::object();
      for (const std::string_view type : answer_types(op)) {
        content.set(type, Value::object({{"schema", answer_schema(op, dialect)}}));
      }
      answer.set("content", std::move(content));
    } else {
      answer.set("schema", answer_schema(op, dialect));
    }
    out.set(std::to_string(code), std::move(answer));
  }
  out.set("401", Value::object({{"description", "Unauthorized"}}));
  return out;
}

Value request_body(const Operation& op) {
  Value content = Value::object();
  const Value schema = Value::object({{"schema", reference(op.body_model, Dialect::kV3)}});
  if (op.body == Body::kPatch) {
    for (const std::string_view type : kPatches) content.set(type, schema);
  } else {
    content.set("*/*", schema);
  }
  Value out = Value::object({{"content", std::move(content)}});
  if (op.body != Body::kOptions) out.set("required", true);
  return out;
}

Value body_parameter(const Operation& op) {
  Value out = Value::object({{"name", "body"}, {"in", "body"}});
  if (op.body != Body::kOptions) out.set("required", true);
  out.set("schema", reference(op.body_model, Dialect::kV2));
  return out;
}

void put_media_types(Value& out, const Operation& op) {
  Value consumes = Value::array(), produces = Value::array();
  if (op.body == Body::kPatch) {
    for (const std::string_view type : kPatches) consumes.push_back(type);
  } else {
    consumes.push_back("*/*");
  }
  for (const std::string_view type : answer_types(op)) produces.push_back(type);
  out.set("consumes", std::move(consumes));
  out.set("produces", std::move(produces));
}

Value operation(const Operation& op, Dialect dialect, SharedParameters* shared) {
  Value out =
      Value::object({{"tags", Value::array({Value(op.tag)})}, {"description", op.description}, {"operationId", op.id}});
  Value list = parameters(op.parameters, dialect, shared);
  if (dialect == Dialect::kV2) {
    put_media_types(out, op);
    out.set("schemes", Value::array({"https"}));
    if (op.body != Body::kNone) list.push_back(body_parameter(op));
  }
  if (!object::View(list).empty()) out.set("parameters", std::move(list));
  if (dialect == Dialect::kV3 && op.body != Body::kNone) out.set("requestBody", request_body(op));
  out.set("responses", responses(op, dialect));
  if (!op.action.empty()) {
    out.set("x-kubernetes-action", op.action);
    out.set("x-kubernetes-group-version-kind", op.kind.to_value());
  }
  return out;
}

}  // namespace

Value render(const Route& route, Dialect dialect, SharedParameters* shared) {
  Value out = Value::object();
  for (const Operation& op : route.operations) out.set(op.method, operation(op, dialect, shared));
  if (!route.shared.empty()) out.set("parameters", parameters(route.shared, dialect, shared));
  return out;
}

}  // namespace proa::schema::openapi
