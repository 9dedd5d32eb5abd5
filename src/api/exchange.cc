#include "api/exchange.h"

#include <cctype>

#include <fmt/format.h>

#include "api/convert.h"
#include "api/table.h"
#include "object/json.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// `299 - "text"`, with quotes and backslashes escaped and nothing that a header may not hold.
std::string warning_text(std::string_view text) {
  std::string out = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

IncludeObject include_of(const http::Query& query) {
  const std::string include = query.get("includeObject");
  if (include == "None") return IncludeObject::kNone;
  return include == "Object" ? IncludeObject::kObject : IncludeObject::kMetadata;
}

}  // namespace

Exchange::~Exchange() {
  if (answered == 0) return;
  const double seconds = static_cast<double>(core.clock.monotonic() - arrived) / 1e9;
  core.metrics.observe(upper(route.verb), route.group, route.version, route.resource, route.subresource, answered,
                       seconds);
}

http::Headers Exchange::headers(std::string content_type) const {
  http::Headers out;
  out.reserve(3 + call->warnings.size());
  out.emplace_back("cache-control", "no-cache, private");
  out.emplace_back("content-type", std::move(content_type));
  for (const std::string& warning : call->warnings) out.emplace_back("warning", warning_text(warning));
  return out;
}

void Exchange::send(int code, std::string content_type, http::SharedBytes body) {
  if (answered != 0) return;
  answered = code;
  writer->send(code, headers(std::move(content_type)), std::move(body));
}

void Exchange::send_value(int code, View value, schema::Type type) {
  Media plain = media;
  plain.shape = Shape::kObject;
  if (plain.format == Format::kProtobuf && !type) plain.format = Format::kJson;
  std::string body;
  encode_value(value, type, plain, body);
  send(code, plain.content_type(), http::share(std::move(body)));
}

void Exchange::fail(const Status& status) {
  if (answered != 0) return;
  Media plain = media;
  plain.shape = Shape::kObject;
  std::string body;
  encode_status(status, plain, body);
  http::Headers out = headers(plain.content_type());
  if (status.details.retry_after_seconds > 0)
    out.emplace_back("retry-after", std::to_string(status.details.retry_after_seconds));
  answered = status.code;
  writer->send(status.code, std::move(out), http::share(std::move(body)));
}

void Exchange::send_object(int code, const Stored& stored) {
  const View root = stored.document.root();
  const bool as_stored = target.kind == target.stored;
  std::string body;
  if (media.shape == Shape::kTable) {
    write_table_of_one({*target.kind, core.behaviour(*target.stored), core.now(), include_of(query())}, root, true,
                       body);
    body += '\n';
    return send(code, "application/json", http::share(std::move(body)));
  }
  if (media.shape != Shape::kObject) {
    const Value partial = partial_metadata(root);
    encode_value(partial, meta_type("PartialObjectMetadata"), media, body);
    return send(code, media.content_type(), http::share(std::move(body)));
  }
  if (!as_stored) {
    Value converted = root.to_value();
    convert(converted, *target.stored, *target.kind);
    encode_value(converted, target.kind->type, media, body);
  } else {
    body.reserve(stored.document.bytes());
    encode_value(root, target.kind->type, media, body);
  }
  send(code, media.content_type(), http::share(std::move(body)));
}

}  // namespace proa::api
