// The HTTP halves of the verbs: from the request's parameters and body to a call of verbs.h, and from its result to
// an answer. Each takes the exchange over; called on the I/O thread.
#pragma once

#include "api/exchange.h"

namespace proa::api {

void serve_get(const ExchangePtr& exchange);
void serve_list(const ExchangePtr& exchange);
void serve_create(const ExchangePtr& exchange);
void serve_update(const ExchangePtr& exchange);
void serve_patch(const ExchangePtr& exchange);
void serve_delete(const ExchangePtr& exchange);
void serve_delete_collection(const ExchangePtr& exchange);
void serve_watch(const ExchangePtr& exchange);

/// dryRun, fieldManager, fieldValidation into exchange.call. Errors as upstream's option validation gives them.
Result<void> read_write_options(Exchange& exchange, std::string_view options_kind);
/// limit, selectors and versions. Error 400: not a number; 422: what only a watch may ask.
Result<ListRequest> list_request(const http::Query& query);
/// Error 400 in the words of Go's parser.
Result<std::optional<int64_t>> query_number(const http::Query& query, std::string_view name);
/// The object of the body: decoded, defaulted, in the stored version.
/// Which patch a request brings, by its Content-Type; what goes with another one only is refused.
Result<PatchKind> patch_kind_of(const Exchange& exchange);
/// The tree of a patch. What is odd about its text is noted in the call.
Result<object::Value> read_patch(Exchange& exchange, PatchKind kind);

Result<object::Value> read_body_object(Exchange& exchange);

/// The body of a subresource that takes a kind of its own (Binding, Eviction, TokenRequest): decoded and defaulted.
Result<object::Value> read_subresource_object(Exchange& exchange, std::string_view group, std::string_view version,
                                              std::string_view kind);

/// Error 400 where the body names another object than the path. `kind` is the word in the message.
Result<void> check_name(const Exchange& exchange, object::View body, std::string_view kind);

/// A resource request whose kind has been found: to the verb, or to the subresource's own handler.
void serve_resource(const ExchangePtr& exchange);

}  // namespace proa::api
