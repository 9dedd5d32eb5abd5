// Lists as answers: JSON, YAML, protobuf, Tables and partial metadata, large ones in pieces.
#pragma once

#include "api/exchange.h"
#include "api/table.h"

namespace proa::api {

/// `in_pieces`: only on the I/O thread; elsewhere the list goes out whole.
void send_listing(const ExchangePtr& exchange, Listing listing, bool in_pieces = true);
TableContext table_context(const Exchange& exchange);
Result<object::Value> read_protobuf_options(std::string_view body);

}  // namespace proa::api
