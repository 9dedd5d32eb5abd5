#include "api/table.h"

#include <fmt/format.h>

#include "api/encode.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

View at_path(View object, std::string_view path) {
  while (!path.empty()) {
    const size_t dot = path.find('.');
    object = object[path.substr(0, dot)];
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return object;
}

Value age(View time, object::TimeNs now) {
  const auto when = object::time_of(time);
  return when ? Value(object::human_duration(now - *when)) : Value("<unknown>");
}

Value cell(const schema::Column& column, View object, object::TimeNs now) {
  if (column.name == "Name" && column.path.empty()) return Value(object::name_of(object));
  const std::string_view path = column.path;
  if (column.path.empty()) return column.name == "Age" ? age(object["metadata"]["creationTimestamp"], now) : Value("");
  const View value = at_path(object, path);
  if (column.type == "date") return age(value, now);
  if (column.type == "string" && !value.is_string() && value.exists()) return Value(object::to_json(value));
  return value.exists() ? value.to_value() : Value(nullptr);
}

const std::vector<schema::Column>& plain_columns() {
  static const std::vector<schema::Column> columns{
      {.name = "Name",
       .type = "string",
       .format = "name",
       .path = "",
       .description =
           "Name must be unique within a namespace. Is required when creating resources, although some "
           "resources may allow a client to request the generation of an appropriate name automatically. "
           "Name is primarily intended for creation idempotence and configuration definition. Cannot be "
           "updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"},
      {.name = "Created At",
       .type = "date",
       .format = "",
       .path = "metadata.creationTimestamp",
       .description = "CreationTimestamp is a timestamp representing the server time when this object was created. It "
                      "is not guaranteed to be set in happens-before order across separate operations. Clients may "
                      "not set this value. It is represented in RFC3339 form and is in UTC."}};
  return columns;
}

const std::vector<schema::Column>& columns_of(const schema::KindInfo& kind) {
  return kind.columns.empty() ? plain_columns() : kind.columns;
}

void write_ended(const std::optional<Ended>& ended, std::string& out) {
  if (!ended) return;
  out += fmt::format(R"(,"conditions":[{{"type":"Completed","status":"True","reason":"{}","message":"{}"}}])",
                     ended->reason, ended->message);
}

void member(std::string_view name, std::string_view text, std::string& out) {
  out += '"';
  out += name;
  out += "\":";
  object::write_json_string(text, out);
  out += ',';
}

}  // namespace

void write_table_columns(const TableContext& context, std::string& out) {
  out += '[';
  bool first = true;
  for (const schema::Column& column : columns_of(context.kind)) {
    if (!first) out += ',';
    first = false;
    out += '{';
    member("name", column.name, out);
    member("type", column.type, out);
    member("format", column.format, out);
    member("description", column.description, out);
    out += fmt::format("\"priority\":{}}}", column.priority);
  }
  out += ']';
}

void write_table_row(const TableContext& context, View object, std::string& out) {
  std::vector<Value> cells;
  if (context.behaviour.row != nullptr && !context.kind.columns.empty()) {
    context.behaviour.row(object, context.now, cells);
  } else if (context.kind.columns.empty()) {
    cells.emplace_back(object::name_of(object));
    cells.emplace_back(object["metadata"]["creationTimestamp"].as_string());
  } else {
    for (const schema::Column& column : context.kind.columns) cells.push_back(cell(column, object, context.now));
  }
  out += "{\"cells\":[";
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    object::write_json(cells[i], out);
  }
  out += ']';
  if (context.behaviour.ended != nullptr) write_ended(context.behaviour.ended(object), out);
  if (context.include == IncludeObject::kMetadata) {
    out += R"(,"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":)";
    object::write_json(object["metadata"], out);
    out += '}';
  } else if (context.include == IncludeObject::kObject) {
    out += ",\"object\":";
    object::write_json(object, out);
  } else {
    out += ",\"object\":null";
  }
  out += '}';
}

void write_table_of_one(const TableContext& context, View object, bool headers, std::string& out) {
  out += R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":)";
  object::write_json_string(object["metadata"]["resourceVersion"].as_string(), out);
  out += "},\"columnDefinitions\":";
  if (headers)
    write_table_columns(context, out);
  else
    out += "null";
  out += ",\"rows\":[";
  write_table_row(context, object, out);
  out += "]}";
}

}  // namespace proa::api
