#include "api/http_list.h"

#include <charconv>

#include <fmt/format.h>

#include "api/convert.h"
#include "api/http_verbs.h"
#include "object/json.h"
#include "schema/protobuf.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr size_t kPiece = 64 * 1024;
constexpr size_t kQueueLimit = 512 * 1024;

/// A list on its way out, piece by piece: no more is made than the client takes.
class ListWriter : public std::enable_shared_from_this<ListWriter> {
 public:
  ListWriter(ExchangePtr exchange, Listing listing)
      : exchange_(std::move(exchange)), listing_(std::move(listing)), table_(table_context(*exchange_)) {}

  void start(bool in_pieces) {
    head();
    while (next_ < listing_.entries.size() && (piece_.size() < kPiece || !in_pieces)) item();
    if (next_ == listing_.entries.size()) {
      tail();
      return exchange_->send(200, content_type(), http::share(std::move(piece_)));
    }
    exchange_->answered = 200;
    http::ResponseWriter& writer = *exchange_->writer;
    writer.begin(200, exchange_->headers(content_type()));
    // The writer keeps this alive until the answer is out or the client is gone.
    writer.on_drain([self = shared_from_this()] { self->go_on(); });
    writer.on_abandoned([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->stop();
    });
    flush();
    go_on();
  }

 private:
  std::string content_type() const { return exchange_->media.content_type(); }
  bool is_table() const { return exchange_->media.shape == Shape::kTable; }

  void stop() {
    stopped_ = true;
    listing_ = {};
  }

  void flush() {
    exchange_->writer->write(http::share(std::exchange(piece_, std::string())));
    piece_.reserve(kPiece + kPiece / 4);
  }

  void go_on() {
    if (stopped_) return;
    const auto self = shared_from_this();  // finishing lets go of the writer's hold
    http::ResponseWriter& writer = *exchange_->writer;
    while (next_ < listing_.entries.size() && writer.queued() < kQueueLimit) {
      while (next_ < listing_.entries.size() && piece_.size() < kPiece) item();
      if (next_ < listing_.entries.size()) flush();
    }
    if (next_ < listing_.entries.size()) return;
    tail();
    flush();
    writer.on_drain(nullptr);
    writer.finish();
    stop();
  }

  void head() {
    const Target& target = exchange_->target;
    const Shape shape = exchange_->media.shape;
    if (shape == Shape::kTable)
      piece_ += R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{)";
    else if (shape != Shape::kObject)
      piece_ += R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{)";
    else
      piece_ += fmt::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{{)", target.kind->list_kind,
                            target.kind->api_version());
    piece_ += fmt::format("\"resourceVersion\":\"{}\"", listing_.revision);
    if (!listing_.next.empty()) piece_ += fmt::format(",\"continue\":\"{}\"", listing_.next);
    if (listing_.remaining) piece_ += fmt::format(",\"remainingItemCount\":{}", *listing_.remaining);
    piece_ += "},";
    if (is_table()) {
      piece_ += "\"columnDefinitions\":";
      write_table_columns(table_, piece_);
      piece_ += ",\"rows\":[";
    } else {
      piece_ += "\"items\":[";
    }
  }

  void item() {
    const Target& target = exchange_->target;
    if (next_ > 0) piece_ += ',';
    const View root = listing_.entries[next_]->document.root();
    if (is_table()) {
      write_table_row(table_, root, piece_);
    } else if (exchange_->media.shape != Shape::kObject) {
      piece_ += R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":)";
      object::write_json(root["metadata"], piece_);
      piece_ += '}';
    } else if (target.kind == target.stored) {
      write_list_item(root, target.kind->custom, piece_);
    } else {
      Value converted = root.to_value();
      convert(converted, *target.stored, *target.kind);
      write_list_item(converted, target.kind->custom, piece_);
    }
    listing_.entries[next_++] = nullptr;
  }

  void tail() { piece_ += "]}\n"; }

  ExchangePtr exchange_;
  Listing listing_;
  TableContext table_;
  std::string piece_;
  size_t next_ = 0;
  bool stopped_ = false;
};

/// A list in protobuf: the items are encoded one by one and put behind a head that tells their length.
class ProtobufList {
 public:
  ProtobufList(const Exchange& exchange, const Listing& listing) : exchange_(exchange) {
    const Target& target = exchange.target;
    const bool partial = exchange.media.shape != Shape::kObject;
    list_kind_ = partial ? "PartialObjectMetadataList" : target.kind->list_kind;
    api_version_ = partial ? "meta.k8s.io/v1" : target.kind->api_version();
    item_type_ = partial ? meta_type("PartialObjectMetadata") : target.kind->type;
    Value metadata = Value::object({{"resourceVersion", std::to_string(listing.revision)}});
    if (!listing.next.empty()) metadata.set("continue", listing.next);
    if (listing.remaining) metadata.set("remainingItemCount", *listing.remaining);
    std::string bytes;
    schema::encode_protobuf(metadata, meta_type("ListMeta"), bytes);
    put_field(raw_, kMetadata, bytes);
    for (const store::EntryPtr& entry : listing.entries) item(entry->document.root(), partial);
  }

  std::string finish() {
    std::string type_meta, out;
    put_field(type_meta, 1, api_version_);
    put_field(type_meta, 2, list_kind_);
    out.reserve(raw_.size() + 64);
    out.append("k8s\0", 4);
    put_field(out, 1, type_meta);
    put_field(out, 2, raw_);
    put_field(out, 3, "");
    put_field(out, 4, "");
    return out;
  }

 private:
  static constexpr int kMetadata = 1, kItems = 2;  // of every list in Kubernetes

  static void put_varint(std::string& out, size_t n) {
    for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
    out += static_cast<char>(n);
  }
  static void put_field(std::string& out, int number, std::string_view bytes) {
    put_varint(out, static_cast<size_t>(number) << 3 | 2);
    put_varint(out, bytes.size());
    out += bytes;
  }
  void item(View root, bool partial) {
    const Target& target = exchange_.target;
    scratch_.clear();
    if (partial) {
      schema::encode_protobuf(partial_metadata(root), item_type_, scratch_);
    } else if (target.kind == target.stored) {
      schema::encode_protobuf(root, item_type_, scratch_);
    } else {
      Value converted = root.to_value();
      convert(converted, *target.stored, *target.kind);
      schema::encode_protobuf(converted, item_type_, scratch_);
    }
    put_field(raw_, kItems, scratch_);
  }

  const Exchange& exchange_;
  std::string list_kind_, api_version_, raw_, scratch_;
  schema::Type item_type_;
};

/// The whole list as one tree: for YAML and indented JSON.
Value list_value(const Exchange& exchange, const Listing& listing) {
  const Target& target = exchange.target;
  const bool partial = exchange.media.shape != Shape::kObject;
  Value out = Value::object({{"kind", partial ? "PartialObjectMetadataList" : target.kind->list_kind},
                             {"apiVersion", partial ? "meta.k8s.io/v1" : target.kind->api_version()}});
  out["metadata"].set("resourceVersion", std::to_string(listing.revision));
  if (!listing.next.empty()) out["metadata"].set("continue", listing.next);
  if (listing.remaining) out["metadata"].set("remainingItemCount", *listing.remaining);
  Value items = Value::array();
  for (const store::EntryPtr& entry : listing.entries) {
    const View root = entry->document.root();
    Value item = partial ? partial_metadata(root) : root.to_value();
    if (!partial) convert(item, *target.stored, *target.kind);
    if (!partial && !target.kind->custom) {
      item.erase("kind");
      item.erase("apiVersion");
    }
    items.push_back(std::move(item));
  }
  out.set("items", std::move(items));
  return out;
}

}  // namespace

TableContext table_context(const Exchange& exchange) {
  const std::string include = exchange.query().get("includeObject");
  return {.kind = *exchange.target.kind,
          .behaviour = exchange.core.behaviour(*exchange.target.stored),
          .now = exchange.core.now(),
          .include = include == "None"     ? IncludeObject::kNone
                     : include == "Object" ? IncludeObject::kObject
                                           : IncludeObject::kMetadata};
}

Result<ListRequest> list_request(const http::Query& query) {
  ListRequest out{.label_selector = query.get("labelSelector"),
                  .field_selector = query.get("fieldSelector"),
                  .resource_version = query.get("resourceVersion"),
                  .resource_version_match = query.get("resourceVersionMatch"),
                  .continue_token = query.get("continue"),
                  .limit = 0};
  const std::string limit = query.get("limit");
  const char* end = limit.data() + limit.size();
  if (const auto read = std::from_chars(limit.data(), end, out.limit); !limit.empty() && read.ptr != end)
    return Error(base::bad_request(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", limit)));
  return out;
}

void send_listing(const ExchangePtr& exchange, Listing listing, bool in_pieces) {
  const Media media = exchange->media;
  if (media.shape == Shape::kTable || (media.format == Format::kJson && !media.pretty))
    return std::make_shared<ListWriter>(exchange, std::move(listing))->start(in_pieces);
  if (media.format == Format::kProtobuf && !exchange->target.kind->custom)
    return exchange->send(200, media.content_type(), http::share(ProtobufList(*exchange, listing).finish()));
  const bool partial = media.shape != Shape::kObject;
  const Value list = list_value(*exchange, listing);
  std::string body;
  encode_value(list, partial ? meta_type("PartialObjectMetadataList") : exchange->target.kind->list_type, media, body);
  exchange->send(200, media.content_type(), http::share(std::move(body)));
}

void serve_list(const ExchangePtr& exchange) {
  const auto request = list_request(exchange->query());
  if (!request) return exchange->fail(request.error());
  auto listing = list(exchange->core, exchange->target, *request);
  if (!listing) return exchange->fail(listing.error());
  send_listing(exchange, std::move(*listing));
}

void serve_get(const ExchangePtr& exchange) {
  auto stored = get(exchange->core, exchange->target, exchange->query().get("resourceVersion"));
  if (!stored) return exchange->fail(stored.error());
  exchange->send_object(200, *stored);
}

Result<Value> read_protobuf_options(std::string_view body) {
  const auto envelope = schema::open_envelope(body);
  if (!envelope) return Error(envelope.error());
  return schema::decode_protobuf(envelope->raw, meta_type("DeleteOptions"));
}

}  // namespace proa::api
