// Protobuf by Type: one codec for Kubernetes' own messages, for CRI and for containerd's events.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/type.h"

namespace proa::schema {

/// Appends the message. Members that the type does not know, or that have the wrong kind, are left out.
/// Bytes stand as base64 text in the View. Any thread.
void encode_protobuf(object::View value, Type type, std::string& out);

/// Gives a tree as decode() would leave it. Unknown numbers are skipped. Errors: 400 BadRequest, with the place.
Result<object::Value> decode_protobuf(std::string_view bytes, Type type);

/// `application/vnd.kubernetes.protobuf`: "k8s\0" and a runtime.Unknown around the message.
struct Envelope {
  std::string_view api_version;
  std::string_view kind;
  std::string_view raw;
  std::string_view content_type;
};
bool has_protobuf_magic(std::string_view body);
Result<Envelope> open_envelope(std::string_view body);
/// The object inside, with the envelope's apiVersion and kind. Views into the body are not kept.
Result<object::Value> decode_envelope(const Envelope& envelope, Type type);
/// Appends magic, envelope and the encoded object; apiVersion and kind come from the object.
void encode_envelope(object::View object, Type type, std::string& out);

}  // namespace proa::schema
