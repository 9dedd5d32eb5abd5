// From objects to the bytes of an answer: which media type the client wants, and how objects, lists, watch events
// and Statuses look in it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/registry.h"

namespace proa::api {

enum class Format : uint8_t { kJson, kYaml, kProtobuf };
enum class Shape : uint8_t { kObject, kTable, kPartial, kPartialList };

/// What was agreed on.
struct Media {
  Format format = Format::kJson;
  Shape shape = Shape::kObject;
  bool pretty = false;
  bool stream = false;  // the client said ;stream=watch
  std::string content_type() const;
  /// Of a watch: protobuf's says ;stream=watch.
  std::string watch_content_type() const;
  /// Tells encodings of one object apart, for caches.
  uint64_t form() const {
    return static_cast<uint64_t>(format) | static_cast<uint64_t>(shape) << 4 | (pretty ? 256u : 0u);
  }
};

struct Acceptable {
  bool table = true;  // can this endpoint answer with a Table, a PartialObjectMetadata?
  bool partial = true;
};

/// By the Accept header; empty means JSON. Error: 406 with the media types that are served.
Result<Media> negotiate(std::string_view accept, const Acceptable& acceptable = {});

/// A failure as metav1.Status.
object::Value status_value(const Status& status);
/// `{"kind":"Status",...,"status":"Success","details":{...}}`: what a DELETE without the object answers.
object::Value success_status(const base::GroupResource& resource, std::string_view name, std::string_view uid);

/// Appends an object that carries its own kind and apiVersion; `type` may be empty where format is not protobuf.
/// Shapes other than kObject are made before.
void encode_value(object::View value, schema::Type type, Media media, std::string& out);
/// Status in the client's format.
void encode_status(const Status& status, Media media, std::string& out);

/// Appends the JSON of an object's members without apiVersion and kind, as items of typed lists are written.
void write_list_item(object::View item, bool keep_type, std::string& out);

/// {kind: PartialObjectMetadata, metadata}, of a View.
object::Value partial_metadata(object::View object);

/// The built-in type of metav1.Status, and others of meta/v1, by kind.
schema::Type meta_type(std::string_view kind);

}  // namespace proa::api
