// Decoding: from a tree as it was parsed from JSON or YAML to the tree that Kubernetes would keep. What Go does
// when it reads into a struct and writes it out again, done in place, by a Type:
//
//  - members are put in the order of the Go struct, maps sorted by key;
//  - unknown members are removed, and reported;
//  - nulls and zero values go where Go leaves them out; zero values that Go always writes (`status: {}`,
//    `resources: {}`, `"containers": null`) are put in;
//  - Quantity, Time, MicroTime, Duration and base64 text are brought to their canonical form;
//  - values of the wrong kind are errors in Go's words.
//
// Pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/value.h"
#include "schema/registry.h"
#include "schema/type.h"

namespace proa::schema {

struct DecodeReport {
  /// `unknown field "spec.foo"`, in the order of the document.
  std::vector<std::string> unknown;
};

/// The error's message is Go's, without what stands before it: `json: cannot unmarshal string into Go struct
/// field DeploymentSpec.spec.replicas of type int32`. Code 400, BadRequest. On error the value is half changed.
Result<void> decode(object::Value& value, Type type, DecodeReport* report = nullptr);

/// `Deployment in version "v1" cannot be handled as a Deployment: WHY` (400 BadRequest): how the API server
/// words any error of decode().
Status cannot_be_handled(const KindInfo& kind, std::string_view why);

/// `strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`: the message for
/// fieldValidation=Strict, to go into cannot_be_handled(). Duplicates are what parse_json() reported.
std::string strict_decoding_error(std::span<const std::string> duplicates, std::span<const std::string> unknown);

/// Removes what a Type does not know, and nothing else: no normalising, no errors.
void prune(object::Value& value, Type type);

/// Is this the zero value of a field of that type and shape (what Go's omitempty would leave out)?
bool is_zero(object::View value, Field field);

}  // namespace proa::schema
