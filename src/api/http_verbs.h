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
/// Error 400 for a limit that is no number.
Result<ListRequest> list_request(const http::Query& query);
/// The object of the body: decoded, defaulted, in the stored version.
Result<object::Value> read_body_object(Exchange& exchange);

/// The body of a subresource that takes a kind of its own (Binding, Eviction, TokenRequest): decoded and defaulted.
Result<object::Value> read_subresource_object(Exchange& exchange, std::string_view group, std::string_view version,
                                              std::string_view kind);

/// A resource request whose kind has been found: to the verb, or to the subresource's own handler.
void serve_resource(const ExchangePtr& exchange);

}  // namespace proa::api
