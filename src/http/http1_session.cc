// HTTP/1.1 of the server's side: one request at a time, answers in order, pipelined bytes kept until then.
#include <algorithm>

#include <fmt/format.h>

#include "http/http1_parser.h"
#include "http/protocol.h"
#include "http/text.h"
#include "http/websocket_codec.h"

namespace proa::http {
namespace {

// What a client may send ahead of the answer it waits for.
constexpr size_t kMaxBacklog = 256 * 1024;

class Http1Session final : public Protocol, public ExchangeSink {
 public:
  explicit Http1Session(Carrier& carrier) : carrier_(carrier), parser_(Http1Parser::Kind::kRequest) {}
  ~Http1Session() override { abandon(); }

  void receive(std::string_view plain) override;
  void produce(Output& out, size_t room) override;
  bool finished() const override { return closing_ && !exchange_; }
  bool busy() const override { return exchange_ != nullptr; }
  void shut_down() override;
  void abandon() override;
  void exchange_ready(Exchange& exchange, Outbox outbox) override;

 private:
  void parse(std::string_view bytes);
  void message_complete();
  void refuse(int status);
  void write_head(const Outbox::Head& head);
  void upgrade(Outbox::Upgrade upgrade);
  void complete();

  Carrier& carrier_;
  Http1Parser parser_;
  std::string backlog_;
  std::shared_ptr<Exchange> exchange_;
  Headers upgrade_headers_;
  std::string head_text_;  // goes out before pieces_
  PieceQueue pieces_;
  bool keep_alive_ = true, chunked_ = false, answered_ = false, last_piece_ = false, bodyless_ = false;
  int minor_version_ = 1;
  bool continue_sent_ = false;
  bool closing_ = false, stopping_ = false;
};

void Http1Session::receive(std::string_view plain) {
  if (closing_) return;
  if (!exchange_) return parse(plain);
  backlog_ += plain;
  if (backlog_.size() <= kMaxBacklog) return;
  closing_ = true;
  complete();
}

void Http1Session::parse(std::string_view bytes) {
  std::string kept;
  while (!closing_ && !exchange_ && !bytes.empty()) {
    bytes.remove_prefix(parser_.feed(bytes));
    if (parser_.failed()) return refuse(parser_.error_status());
    if (parser_.done()) {
      backlog_ = bytes;
      message_complete();
      if (exchange_ || closing_) return;
      kept = std::move(backlog_);
      backlog_.clear();
      bytes = kept;
    }
  }
  if (parser_.headers_done() && !parser_.done() && parser_.expects_continue() && !continue_sent_) {
    continue_sent_ = true;
    head_text_ += "HTTP/1.1 100 Continue\r\n\r\n";
    carrier_.wake();
  }
  carrier_.activity();
}

void Http1Session::message_complete() {
  Request request;
  request.method = parser_.method;
  if (!split_target(parser_.target, request.path, request.query)) return refuse(400);
  keep_alive_ = parser_.keep_alive() && !stopping_;
  request.headers = std::move(parser_.headers);
  request.body = std::move(parser_.body);
  minor_version_ = parser_.minor_version;
  request.is_upgrade = request.method == "GET" && minor_version_ > 0 &&
                       header_has(request.headers, "connection", "upgrade") &&
                       header_has(request.headers, "upgrade", "websocket");
  upgrade_headers_.clear();
  if (request.is_upgrade)
    for (const char* name : {"sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol"})
      upgrade_headers_.emplace_back(name, joined_header(request.headers, name));
  parser_.reset();
  continue_sent_ = chunked_ = answered_ = last_piece_ = bodyless_ = false;
  exchange_ = carrier_.dispatch(*this, 0, std::move(request));
  carrier_.activity();
}

void Http1Session::refuse(int status) {
  closing_ = true;
  const bool too_large = status == 413;
  const std::string body = too_large ? status_json(413, "RequestEntityTooLarge",
                                                   fmt::format("Request entity too large: limit is {}", kMaxBodyBytes))
                                     : fmt::format("{} {}", status, reason_phrase(status));
  head_text_ += fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                            status, reason_phrase(status), too_large ? "application/json" : "text/plain; charset=utf-8",
                            body.size(), body);
  carrier_.wake();
}

void Http1Session::exchange_ready(Exchange&, Outbox outbox) {
  if (outbox.upgrade) return upgrade(std::move(*outbox.upgrade));
  if (outbox.head) write_head(*outbox.head);
  if (!bodyless_)
    for (SharedBytes& piece : outbox.pieces) pieces_.push(std::move(piece));
  last_piece_ = last_piece_ || outbox.finished;
  // A watch that begins when the server already stops.
  if (stopping_ && answered_ && exchange_->is_watch()) last_piece_ = true;
  if (outbox.broken) {
    // An answer without its end: the client must see that, so the connection ends too.
    closing_ = true;
    complete();
  }
  carrier_.wake();
}

void Http1Session::write_head(const Outbox::Head& head) {
  answered_ = true;
  bodyless_ = head.status == 204 || head.status == 304;
  head_text_ += fmt::format("HTTP/1.1 {} {}\r\n", head.status, reason_phrase(head.status));
  for (const auto& [name, value] : head.headers) head_text_.append(name).append(": ").append(value).append("\r\n");
  head_text_.append("date: ").append(carrier_.date()).append("\r\n");
  if (head.content_length && !bodyless_) {
    head_text_ += fmt::format("content-length: {}\r\n", *head.content_length);
  } else if (!bodyless_ && minor_version_ > 0) {
    chunked_ = !exchange_->is_head();
    head_text_ += "transfer-encoding: chunked\r\n";
  } else if (!bodyless_) {
    keep_alive_ = false;
  }
  if (!keep_alive_)
    head_text_ += "connection: close\r\n";
  else if (minor_version_ == 0)
    head_text_ += "connection: keep-alive\r\n";
  head_text_ += "\r\n";
}

void Http1Session::upgrade(Outbox::Upgrade wanted) {
  const std::string_view key = find_header(upgrade_headers_, "sec-websocket-key");
  const std::string_view offered = find_header(upgrade_headers_, "sec-websocket-protocol");
  const bool asks = find_header(upgrade_headers_, "sec-websocket-version") == "13" && key.size() == 24;
  std::string chosen;
  for (const std::string& protocol : wanted.protocols)
    if (chosen.empty() && (offered.empty() ? protocol.empty() : list_has(offered, protocol))) chosen = protocol;
  const bool none_needed = offered.empty() && (wanted.protocols.empty() || wanted.protocols.front().empty());
  if (!asks || (chosen.empty() && !none_needed)) {
    const std::string body = status_json(
        400, "BadRequest", asks ? "unable to upgrade: no sub-protocol in common" : "Upgrade request required");
    keep_alive_ = false;
    write_head({400, {{"content-type", "application/json"}}, body.size()});
    pieces_.push(share(body));
    last_piece_ = true;
    return carrier_.wake();
  }
  head_text_ +=
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(key) + "\r\n";
  if (!chosen.empty()) head_text_ += "Sec-WebSocket-Protocol: " + chosen + "\r\n";
  head_text_ += "\r\n";
  WebSocketPair pair = make_websocket_session(carrier_, chosen);
  const auto exchange = std::move(exchange_);
  exchange->close();
  wanted.accepted(pair.socket);
  carrier_.wake();
  carrier_.switch_to(std::move(pair.protocol), std::move(backlog_));
}

void Http1Session::produce(Output& out, size_t room) {
  out.add(head_text_);
  head_text_.clear();
  if (!exchange_) return;
  while (pieces_.size() > 0 && out.size() < room) {
    const size_t count = std::min(pieces_.size(), room - out.size());
    if (chunked_) out.add(fmt::format("{:x}\r\n", count));
    pieces_.move_to(out, count);
    if (chunked_) out.add("\r\n");
    exchange_->taken(count);
  }
  if (!last_piece_ || pieces_.size() > 0 || !answered_) return;
  if (chunked_) out.add("0\r\n\r\n");
  complete();
}

void Http1Session::complete() {
  const auto exchange = std::move(exchange_);
  if (!exchange) return;
  exchange->close();
  pieces_.clear();
  if (!keep_alive_) closing_ = true;
  carrier_.activity();
  if (closing_ || backlog_.empty()) return;
  const std::string next = std::move(backlog_);
  backlog_.clear();
  parse(next);
}

void Http1Session::shut_down() {
  keep_alive_ = false;
  stopping_ = true;
  if (!exchange_) {
    closing_ = true;
  } else if (exchange_->is_watch() && answered_) {
    last_piece_ = true;
  }
  carrier_.wake();
}

void Http1Session::abandon() {
  closing_ = true;
  complete();
}

}  // namespace

std::unique_ptr<Protocol> make_http1_session(Carrier& carrier) { return std::make_unique<Http1Session>(carrier); }

}  // namespace proa::http
