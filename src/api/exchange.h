// One HTTP request on its way through this room: what was asked, who asks, how to answer. Shared by the chain, the
// verbs' HTTP halves and whatever finishes the request later on another thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/core.h"
#include "api/encode.h"
#include "api/gates.h"
#include "api/route.h"
#include "api/verbs.h"
#include "http/http.h"

namespace proa::api {

/// Filled on the I/O thread, then handed from one step to the next; one thread at a time.
struct Exchange : std::enable_shared_from_this<Exchange> {
  Exchange(Core& the_core, http::RequestPtr the_request, http::ResponseWriterPtr the_writer)
      : core(the_core), request(std::move(the_request)), writer(std::move(the_writer)) {}
  ~Exchange();

  Core& core;
  http::RequestPtr request;
  http::ResponseWriterPtr writer;
  const Gates* gates = nullptr;
  Route route;
  Target target;
  Media media;
  CallPtr call = std::make_shared<Call>();
  runtime::TimeNs arrived = 0;
  int answered = 0;  // the status code that was sent

  const http::Query& query() const { return request->query; }
  http::Headers headers(std::string content_type) const;
  void send(int code, std::string content_type, http::SharedBytes body);
  void send_text(int code, std::string body) { send(code, "text/plain; charset=utf-8", http::share(std::move(body))); }
  void send_json(int code, std::string body) { send(code, "application/json", http::share(std::move(body))); }
  /// A tree in the client's format.
  void send_value(int code, object::View value, schema::Type type);
  void fail(const Status& status);
  /// An object as stored, in the client's version, format and shape.
  void send_object(int code, const Stored& stored);
};
using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace proa::api
