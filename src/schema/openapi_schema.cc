#include "schema/openapi_schema.h"

#include <algorithm>

#include "object/json.h"

namespace proa::schema::openapi {

using object::Value;

namespace {

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

void put_json(Value& into, object::Key name, std::string_view json) {
  if (json.empty()) return;
  if (auto parsed = object::parse_json(json)) into.set(name, std::move(*parsed));
}

void put_scalar(Value& out, Scalar scalar) {
  struct Named {
    const char *type, *format;
  };
  const auto named = [&]() -> Named {
    switch (scalar) {
      case Scalar::kBool: return {"boolean", ""};
      case Scalar::kInt32: return {"integer", "int32"};
      case Scalar::kInt64:
      case Scalar::kUint64:
      case Scalar::kUint32: return {"integer", "int64"};
      case Scalar::kFloat: return {"number", "float"};
      case Scalar::kDouble: return {"number", "double"};
      case Scalar::kBytes: return {"string", "byte"};
      default: return {"string", ""};
    }
  }();
  out.set("type", named.type);
  if (*named.format != '\0') out.set("format", named.format);
}

void put_enum(Value& out, Field f) {
  if (f.enum_count() == 0) return;
  Value values = Value::array();
  for (size_t i = 0; i < f.enum_count(); ++i) values.push_back(f.enum_value(i));
  out.set("enum", std::move(values));
}

/// One element: what stands under `items`, `additionalProperties`, or in the member itself.
Value element_schema(Field f, Dialect dialect, std::string_view default_json, Value out) {
  const bool v3 = dialect == Dialect::kV3;
  if (f.scalar() == Scalar::kMessage && f.type().form() == Form::kStrings) {
    out.set("type", "array");
    Value item = Value::object({{"type", "string"}});
    if (v3) item.set("default", "");
    out.set("items", std::move(item));
    return out;
  }
  if (f.scalar() == Scalar::kMessage) {
    Value ref = reference(f.type().model(), dialect);
    if (v3) put_json(out, "default", default_json);
    if (out.members().empty()) return ref;
    if (v3) {
      out.set("allOf", Value::array({std::move(ref)}));
    } else {
      out.set("$ref", object::View(ref)["$ref"].as_string());
    }
    return out;
  }
  put_scalar(out, f.scalar());
  if (v3) put_json(out, "default", default_json);
  put_enum(out, f);
  return out;
}

void put_extensions(Value& out, Field f) {
  static constexpr std::string_view kListTypes[] = {"atomic", "set", "map"};
  if (f.list_key_count() != 0) {
    Value keys = Value::array();
    for (size_t i = 0; i < f.list_key_count(); ++i) keys.push_back(f.list_key(i));
    out.set("x-kubernetes-list-map-keys", std::move(keys));
  }
  if (f.list_type() != ListType::kUnset)
    out.set("x-kubernetes-list-type", kListTypes[static_cast<size_t>(f.list_type())]);
  if (f.is_atomic() && !(f.type() && f.type().is_atomic())) out.set("x-kubernetes-map-type", "atomic");
  if (f.has(Field::kGranular)) out.set("x-kubernetes-map-type", "granular");
  if (!f.patch_merge_key().empty()) out.set("x-kubernetes-patch-merge-key", f.patch_merge_key());
  if (f.has(Field::kReplace)) out.set("x-kubernetes-patch-strategy", "replace");
  if (f.merges() || f.retains_keys()) {
    const char* strategy = !f.retains_keys() ? "merge" : f.merges() ? "merge,retainKeys" : "retainKeys";
    out.set("x-kubernetes-patch-strategy", strategy);
  }
}

Value member_schema(Field f, Dialect dialect) {
  Value out = Value::object();
  if (!f.doc().empty()) out.set("description", f.doc());
  if (f.shape() == Shape::kSingle) {
    out = element_schema(f, dialect, f.openapi_default(), std::move(out));
  } else {
    Value element = element_schema(f, dialect, f.element_default(), Value::object());
    out.set("type", f.is_list() ? "array" : "object");
    out.set(f.is_list() ? object::Key("items") : object::Key("additionalProperties"), std::move(element));
  }
  put_extensions(out, f);
  return out;
}

void put_members(Value& out, Type type, Dialect dialect) {
  std::vector<Field> fields;
  Value required = Value::array();
  for (const Field f : type.fields()) {
    fields.push_back(f);
    if (f.has(Field::kRequired)) required.push_back(f.name());
  }
  std::sort(fields.begin(), fields.end(), [](Field a, Field b) { return a.name() < b.name(); });
  if (!object::View(required).empty()) out.set("required", std::move(required));
  if (fields.empty()) return;
  Value properties = Value::object();
  for (const Field f : fields) properties.set(f.key(), member_schema(f, dialect));
  out.set("properties", std::move(properties));
}

void put_special(Value& out, Form form, Dialect dialect) {
  const auto one_of = [&](const char* first, const char* second) {
    out.set("oneOf", Value::array({Value::object({{"type", first}}), Value::object({{"type", second}})}));
  };
  switch (form) {
    case Form::kTime:
    case Form::kMicroTime:
      out.set("type", "string");
      out.set("format", "date-time");
      return;
    case Form::kDuration: out.set("type", "string"); return;
    case Form::kIntOrString:
      if (dialect == Dialect::kV2) out.set("type", "string");
      out.set("format", "int-or-string");
      if (dialect == Dialect::kV3) one_of("integer", "string");
      return;
    case Form::kQuantity:
      if (dialect == Dialect::kV2) out.set("type", "string");
      if (dialect == Dialect::kV3) one_of("string", "number");
      return;
    case Form::kRawExtension:
    case Form::kFieldsV1: out.set("type", "object"); return;
    default: return;  // JSON and the JSONSchemaPropsOr...: anything
  }
}

void add_kind(KindsOfModel& to, Type type, const std::string& group, const std::string& version,
              const std::string& kind) {
  if (!type) return;
  auto& list = to[std::string(type.model())];
  const bool seen = std::any_of(list.begin(), list.end(), [&](const GroupVersionKind& other) {
    return other.group == group && other.version == version && other.kind == kind;
  });
  if (!seen) list.push_back({group, version, kind});
}

}  // namespace

Value GroupVersionKind::to_value() const {
  return Value::object({{"group", group}, {"kind", kind}, {"version", version}});
}

KindsOfModel kinds_of_models(const std::vector<KindRef>& kinds) {
  KindsOfModel out;
  for (const KindRef& k : kinds) {
    add_kind(out, k->type, k->group, k->version, k->kind);
    add_kind(out, k->list_type, k->group, k->version, k->list_kind);
    for (const Subresource& s : k->subresources) {
      if (!s.version.empty()) add_kind(out, s.type, s.group, s.version, s.kind);
    }
    for (const char* name : {"DeleteOptions", "WatchEvent"}) {
      add_kind(out, builtin_type(std::string(kMeta) + name), k->group, k->version, name);
    }
  }
  for (const char* name : {"Status", "APIResourceList", "APIGroup", "APIGroupList", "APIVersions"}) {
    add_kind(out, builtin_type(std::string(kMeta) + name), "", "v1", name);
  }
  for (auto& [model, list] : out) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return std::tie(a.group, a.version, a.kind) < std::tie(b.group, b.version, b.kind);
    });
  }
  return out;
}

void add_model(Models& models, Type type) {
  if (!type || type.form() == Form::kStrings || !models.emplace(type.model(), type).second) return;
  if (type.form() != Form::kStruct) return;
  for (const Field f : type.fields()) add_model(models, f.type());
}

Value reference(std::string_view model, Dialect dialect) {
  return Value::object(
      {{"$ref", std::string(dialect == Dialect::kV3 ? "#/components/schemas/" : "#/definitions/").append(model)}});
}

Value patch_schema() {
  return Value::object(
      {{"description", "Patch is provided to give a concrete name and type to the Kubernetes PATCH request body."},
       {"type", "object"}});
}

Value schema_of(Type type, Dialect dialect, const std::vector<GroupVersionKind>* kinds) {
  Value out = Value::object();
  if (!type.doc().empty()) out.set("description", type.doc());
  if (type.form() == Form::kStruct) {
    out.set("type", "object");
    put_members(out, type, dialect);
  } else {
    put_special(out, type.form(), dialect);
  }
  if (kinds != nullptr) {
    Value list = Value::array();
    for (const GroupVersionKind& k : *kinds) list.push_back(k.to_value());
    out.set("x-kubernetes-group-version-kind", std::move(list));
  }
  if (type.is_atomic()) out.set("x-kubernetes-map-type", "atomic");
  put_json(out, "x-kubernetes-unions", type.unions());
  return out;
}

}  // namespace proa::schema::openapi
