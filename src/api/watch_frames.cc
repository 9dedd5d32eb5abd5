#include "api/watch_frames.h"

#include "api/convert.h"
#include "object/json.h"
#include "schema/decode.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

void put_varint(std::string& out, size_t n) {
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
  out += static_cast<char>(n);
}

void put_field(std::string& out, int number, std::string_view bytes) {
  put_varint(out, static_cast<size_t>(number) << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}

/// Four bytes of length, then meta/v1 WatchEvent{type, object{raw}}.
std::string protobuf_frame(std::string_view type, std::string_view object) {
  std::string raw, message;
  put_field(raw, 1, object);
  put_field(message, 1, type);
  put_field(message, 2, raw);
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(message.size() >> shift);
  return out + message;
}

}  // namespace

std::string WatchFrames::frame(std::string_view type, std::string_view object) const {
  if (media_.format == Format::kProtobuf && media_.shape != Shape::kTable) return protobuf_frame(type, object);
  std::string out = "{\"type\":\"";
  out += type;
  out += "\",\"object\":";
  if (!object.empty() && object.back() == '\n') object.remove_suffix(1);
  out += object;
  out += "}\n";
  return out;
}

std::string WatchFrames::bookmark(const FeedEvent& event) const {
  Value object = Value::object();
  (void)schema::decode(object, target_.kind->type);
  object["metadata"].set("resourceVersion", std::to_string(event.revision));
  if (event.initial_end) object["metadata"]["annotations"].set("k8s.io/initial-events-end", "true");
  object.erase("kind");
  object.erase("apiVersion");
  auto& members = object.members();
  members.insert(members.begin(), {{object::Name("kind"), Value(target_.kind->kind)},
                                   {object::Name("apiVersion"), Value(target_.kind->api_version())}});
  std::string out;
  if (media_.shape == Shape::kTable) {
    out = R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":)";
    object::write_json(View(object)["metadata"], out);
    out += ",\"columnDefinitions\":null,\"rows\":[]}";
  } else if (media_.shape != Shape::kObject) {
    encode_value(partial_metadata(object), meta_type("PartialObjectMetadata"), media_, out);
  } else {
    encode_value(object, target_.kind->type, media_, out);
  }
  return frame("BOOKMARK", out);
}

std::string WatchFrames::make(const FeedEvent& event, bool headers) const {
  const View root = event.document.root();
  std::string object;
  if (media_.shape == Shape::kTable) {
    write_table_of_one({*target_.kind, core_.behaviour(*target_.stored), core_.now(), include_}, root, headers, object);
  } else if (media_.shape != Shape::kObject) {
    encode_value(partial_metadata(root), meta_type("PartialObjectMetadata"), media_, object);
  } else if (target_.kind == target_.stored) {
    encode_value(root, target_.kind->type, media_, object);
  } else {
    Value converted = root.to_value();
    convert(converted, *target_.stored, *target_.kind);
    encode_value(converted, target_.kind->type, media_, object);
  }
  return frame(to_string(event.type), object);
}

http::SharedBytes WatchFrames::event(const FeedEvent& event) {
  if (event.type == Happening::kBookmark) return http::share(bookmark(event));
  const bool table = media_.shape == Shape::kTable;
  const bool headers = table && std::exchange(first_, false);
  // Ages in tables move on, and headers come once: neither is worth keeping.
  if (table || event.entry == nullptr) return http::share(make(event, headers));
  const uint64_t version = target_.kind == target_.stored ? 0 : std::hash<std::string>()(target_.kind->api_version());
  const uint64_t form = media_.form() << 8 ^ (static_cast<uint64_t>(event.type) + 1) ^ version << 20;
  return core_.encodings.get(event.entry, form, [&] { return make(event, false); });
}

http::SharedBytes WatchFrames::error(const Status& status) const {
  Media plain = media_;
  plain.shape = Shape::kObject;
  std::string object;
  encode_status(status, plain, object);
  return http::share(frame("ERROR", object));
}

}  // namespace proa::api
