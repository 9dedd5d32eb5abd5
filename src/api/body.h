// From the bytes of a request to an object: JSON, YAML or protobuf, decoded by the kind's schema, checked by
// fieldValidation, defaulted. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/core.h"
#include "base/status.h"
#include "object/value.h"
#include "schema/registry.h"

namespace proa::api {

enum class BodyFormat : uint8_t { kJson, kYaml, kProtobuf };
/// By Content-Type; empty is JSON. Error: 415.
Result<BodyFormat> body_format(std::string_view content_type);

/// One object of the kind that the endpoint takes. apiVersion and kind may be missing and are filled in; others than
/// the endpoint's are an error in upstream's words. Unknown and repeated fields: by call.field_validation.
Result<object::Value> read_object(std::string_view body, BodyFormat format, const schema::KindInfo& kind,
                                  schema::Type type, Call& call);

/// Why an object of this kind and version is none of the endpoint's, in upstream's words; empty when it is one.
std::string wrong_kind(std::string_view sent_kind, std::string_view sent_version, const schema::KindInfo& kind,
                       const Call& call);

/// A strategic patch and an applied object are turned into an object by another reader than JSON's, whose complaints
/// are its own: what it says where the JSON reader says `message`.
std::string as_converter_says(const std::string& message);

/// An empty list of managers takes the tracking away, as one with an empty entry does; decoding would lose it.
void keep_reset_of_managers(object::Value& object);

/// Decodes what is already a tree (a patched object, one from inside): prunes, normalises, checks, sets apiVersion
/// and kind. `duplicates` are what the parser reported.
Result<void> decode_object(object::Value& value, const schema::KindInfo& kind, schema::Type type,
                           const std::vector<std::string>& duplicates, Call& call);

/// Puts metadata's members into the order in which Go writes them.
void order_metadata(object::Value& object);

/// Any other body (DeleteOptions, a patch): a tree, not decoded.
Result<object::Value> read_tree(std::string_view body, BodyFormat format);

}  // namespace proa::api
