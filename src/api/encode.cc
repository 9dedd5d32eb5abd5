#include "api/encode.h"

#include <cctype>
#include <vector>

#include "object/json.h"
#include "object/yaml.h"
#include "schema/protobuf.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& text, char end) {
  const size_t at = text.find(end);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return trim(head);
}

bool format_of(std::string_view type, Format& format) {
  if (type == "application/json" || type == "*/*" || type == "application/*")
    format = Format::kJson;
  else if (type == "application/yaml")
    format = Format::kYaml;
  else if (type == kProtobufType)
    format = Format::kProtobuf;
  else
    return false;
  return true;
}

/// One clause of Accept: `application/json;as=Table;v=v1;g=meta.k8s.io`.
bool read_clause(std::string_view clause, const Acceptable& acceptable, Media& media) {
  if (!format_of(take_until(clause, ';'), media.format)) return false;
  std::string_view as, group, version;
  while (!clause.empty()) {
    std::string_view parameter = take_until(clause, ';');
    const std::string_view name = take_until(parameter, '=');
    if (name == "as") as = parameter;
    if (name == "g") group = parameter;
    if (name == "v") version = parameter;
    if (name == "stream") media.stream = parameter == "watch";
    if (name == "pretty") media.pretty = parameter == "1";
  }
  if (as.empty()) return true;
  if (group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return false;
  if (as == "Table" && acceptable.table)
    media.shape = Shape::kTable;
  else if (as == "PartialObjectMetadata" && acceptable.partial)
    media.shape = Shape::kPartial;
  else if (as == "PartialObjectMetadataList" && acceptable.partial)
    media.shape = Shape::kPartialList;
  else
    return false;
  return true;
}

void put(Value& object, object::Key name, const std::string& text) {
  if (!text.empty()) object.set(name, text);
}

}  // namespace

std::string Media::content_type() const {
  if (format == Format::kProtobuf) return std::string(kProtobufType);
  return format == Format::kYaml ? "application/yaml" : "application/json";
}

std::string Media::watch_content_type() const {
  if (format == Format::kProtobuf || stream) return content_type() + ";stream=watch";
  return content_type();
}

Result<Media> negotiate(std::string_view accept, const Acceptable& acceptable) {
  if (accept.empty()) return Media{};
  while (!accept.empty()) {
    Media media;
    if (read_clause(take_until(accept, ','), acceptable, media)) return media;
  }
  return Error(
      base::not_acceptable("406: Not Acceptable\n\nAvailable representations: application/json, "
                           "application/yaml, application/vnd.kubernetes.protobuf"));
}

Value status_value(const Status& status) {
  Value out = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
  out.set("status", "Failure");
  put(out, "message", status.message);
  put(out, "reason", status.reason);
  Value details = Value::object();
  put(details, "name", status.details.name);
  put(details, "group", status.details.group);
  put(details, "kind", status.details.kind);
  put(details, "uid", status.details.uid);
  for (const auto& cause : status.details.causes) {
    Value one = Value::object();
    put(one, "reason", cause.reason);
    put(one, "message", cause.message);
    put(one, "field", cause.field);
    details["causes"].push_back(std::move(one));
  }
  if (status.details.retry_after_seconds > 0) details.set("retryAfterSeconds", status.details.retry_after_seconds);
  // Errors that name nothing in particular have empty details where upstream's generic ones do.
  const bool generic = status.code == 404 || status.code == 405 || status.code == 406 ||
                       status.message.starts_with("415:") || status.code == 422 ||
                       status.message.starts_with("forbidden: ");
  if (generic || !View(details).empty()) out.set("details", std::move(details));
  out.set("code", status.code);
  return out;
}

Value success_status(const base::GroupResource& resource, std::string_view name, std::string_view uid) {
  Value out = Value::object({{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Value::object()}});
  out.set("status", "Success");
  Value details = Value::object({{"name", name}});
  put(details, "group", resource.group);
  details.set("kind", resource.resource);
  if (!uid.empty()) details.set("uid", uid);
  out.set("details", std::move(details));
  return out;
}

void encode_value(View value, schema::Type type, Media media, std::string& out) {
  if (media.format == Format::kYaml) return object::write_yaml(value, out);
  if (media.format == Format::kProtobuf && type) return schema::encode_envelope(value, type, out);
  if (media.pretty)
    object::write_json_indented(value, out, 2, false);
  else
    object::write_json(value, out);
  out += '\n';
}

void encode_status(const Status& status, Media media, std::string& out) {
  encode_value(status_value(status), meta_type("Status"), media, out);
}

void write_list_item(View item, bool keep_type, std::string& out) {
  if (keep_type) return object::write_json(item, out);
  char separator = '{';
  for (const auto [name, value] : item.members()) {
    if (name == "kind" || name == "apiVersion") continue;
    out += separator;
    separator = ',';
    object::write_json_string(name, out);
    out += ':';
    object::write_json(value, out);
  }
  if (separator == '{') out += separator;
  out += '}';
}

Value partial_metadata(View object) {
  Value out = Value::object({{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}});
  out.set("metadata", object["metadata"].to_value());
  return out;
}

schema::Type meta_type(std::string_view kind) {
  return schema::builtin_type("io.k8s.apimachinery.pkg.apis.meta.v1." + std::string(kind));
}

}  // namespace proa::api
