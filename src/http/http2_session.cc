// HTTP/2 of the server's side, by nghttp2: every stream is an exchange with a queue of its own, so that one stream
// without window waits alone. DATA is taken by pointer from the queue when nghttp2 says how much may go.
#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include "http/http1_parser.h"
#include "http/protocol.h"
#include "http/text.h"
#include "runtime/clock.h"

namespace proa::http {
namespace {

constexpr uint32_t kMaxStreams = 250;
constexpr uint32_t kStreamWindow = 256 * 1024;
constexpr int32_t kConnectionWindow = 8 * 1024 * 1024;
// Request bodies that one connection may have under way; beyond it further streams are refused.
constexpr size_t kMaxConnectionBodies = 48 * 1024 * 1024;
// Streams that a client opens and resets at once (or makes us reset, by a frame that is an error of the stream) cost us
// work and it nothing: after a burst, so many a second.
constexpr int64_t kResetBurst = 1000, kResetsPerSecond = 33;

struct Stream {
  int32_t id = 0;
  Request request;
  size_t header_bytes = 0;
  int refused = 0;  // 413 or 431: answered so, once
  std::shared_ptr<Exchange> exchange;
  PieceQueue pieces;
  bool responded = false, finished = false, no_body = false;
  bool reset_by_peer = false, broken = false;  // broken: reset by us, for our own reasons
};

class Http2Session final : public Protocol, public ExchangeSink {
 public:
  explicit Http2Session(Carrier& carrier);
  ~Http2Session() override;

  void receive(std::string_view plain) override;
  void produce(Output& out, size_t room) override;
  bool finished() const override {
    return failed_ || (!nghttp2_session_want_read(session_) && !nghttp2_session_want_write(session_)) ||
           (stopping_ && streams_.empty() && !nghttp2_session_want_write(session_));
  }
  bool busy() const override { return !streams_.empty(); }
  void shut_down() override;
  void abandon() override;
  void exchange_ready(Exchange& exchange, Outbox outbox) override;

 private:
  friend struct Callbacks;
  Stream* find(int32_t id) {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;
  }
  void header(Stream& stream, std::string_view name, std::string_view value);
  void body(Stream& stream, std::string_view piece);
  void request_complete(Stream& stream);
  void answer(Stream& stream, int status, const Headers& headers, bool no_body);
  void refuse(Stream& stream);
  void closed(int32_t id, uint32_t code);
  void count_reset();
  ssize_t pull(Stream& stream, size_t room, uint32_t& flags);
  void push(Stream& stream, const uint8_t* frame_header, size_t length);

  Carrier& carrier_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Stream> streams_;
  Output* out_ = nullptr;  // while producing
  size_t body_bytes_ = 0;
  int64_t reset_credit_ = kResetBurst, reset_seen_ns_ = 0;
  bool failed_ = false, stopping_ = false;
};

struct Callbacks {
  static Http2Session& self(void* user) { return *static_cast<Http2Session*>(user); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    // GOAWAY, perhaps not sent yet, says that this one was not done: the client may ask it again elsewhere.
    if (self(user).stopping_)
      return nghttp2_submit_rst_stream(self(user).session_, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                       NGHTTP2_REFUSED_STREAM);
    Stream& stream = self(user).streams_[frame->hd.stream_id];
    stream.id = frame->hd.stream_id;
    self(user).carrier_.activity();
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_length,
                    const uint8_t* value, size_t value_length, uint8_t, void* user) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers are no headers
    if (Stream* stream = self(user).find(frame->hd.stream_id); stream && !stream->exchange)
      self(user).header(*stream, {reinterpret_cast<const char*>(name), name_length},
                        {reinterpret_cast<const char*>(value), value_length});
    return 0;
  }

  static int frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Stream* stream = self(user).find(frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
      if (stream) stream->reset_by_peer = true;
      self(user).count_reset();
    }
    if (!stream || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)) return 0;
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) {
      self(user).request_complete(*stream);
    } else if (frame->hd.type == NGHTTP2_HEADERS && stream->refused) {
      self(user).refuse(*stream);
    } else if (frame->hd.type == NGHTTP2_HEADERS &&
               equals_ignoring_case(stream->request.header("expect"), "100-continue")) {
      uint8_t status_name[] = ":status", status_value[] = "100";
      const nghttp2_nv go_on{status_name, status_value, 7, 3, NGHTTP2_NV_FLAG_NONE};
      nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, stream->id, nullptr, &go_on, 1, nullptr);
    }
    return 0;
  }

  static int data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* bytes, size_t length, void* user) {
    if (Stream* stream = self(user).find(id); stream && !stream->exchange)
      self(user).body(*stream, {reinterpret_cast<const char*>(bytes), length});
    return 0;
  }

  static int closed(nghttp2_session*, int32_t id, uint32_t code, void* user) {
    self(user).closed(id, code);
    return 0;
  }

  static ssize_t read(nghttp2_session*, int32_t id, uint8_t*, size_t room, uint32_t* flags, nghttp2_data_source*,
                      void* user) {
    Stream* stream = self(user).find(id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return self(user).pull(*stream, room, *flags);
  }

  static int send_data(nghttp2_session*, nghttp2_frame* frame, const uint8_t* header, size_t length,
                       nghttp2_data_source*, void* user) {
    Stream* stream = self(user).find(frame->hd.stream_id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    self(user).push(*stream, header, length);
    return 0;
  }

  static nghttp2_session_callbacks* all() {
    static nghttp2_session_callbacks* const made = [] {
      nghttp2_session_callbacks* to = nullptr;
      nghttp2_session_callbacks_new(&to);
      nghttp2_session_callbacks_set_on_begin_headers_callback(to, begin_headers);
      nghttp2_session_callbacks_set_on_header_callback(to, header);
      nghttp2_session_callbacks_set_on_frame_recv_callback(to, frame);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(to, data);
      nghttp2_session_callbacks_set_on_stream_close_callback(to, closed);
      nghttp2_session_callbacks_set_send_data_callback(to, send_data);
      return to;
    }();
    return made;
  }
};

Http2Session::Http2Session(Carrier& carrier) : carrier_(carrier) {
  nghttp2_session_server_new(&session_, Callbacks::all(), this);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMaxStreams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMaxHeaderBytes},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Http2Session::~Http2Session() {
  abandon();
  nghttp2_session_del(session_);
}

void Http2Session::receive(std::string_view plain) {
  if (failed_) return;
  const ssize_t taken =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(plain.data()), plain.size());
  if (taken < 0) {
    failed_ = true;
    abandon();
  }
  carrier_.wake();
  carrier_.activity();
}

void Http2Session::header(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + 32;
  if (stream.header_bytes > kMaxHeaderBytes) {
    stream.refused = 431;
    return;
  }
  Request& request = stream.request;
  if (name == ":method") {
    request.method = value;
  } else if (name == ":path") {
    if (!split_target(value, request.path, request.query)) stream.refused = 400;
  } else if (name == ":authority") {
    request.headers.emplace_back("host", value);
  } else if (!name.starts_with(':')) {
    request.headers.emplace_back(name, value);
    size_t length = 0;
    if (name == "content-length") {
      std::from_chars(value.data(), value.data() + value.size(), length);
      if (length > kMaxBodyBytes)
        stream.refused = 413;
      else
        request.body.reserve(length);
    }
  }
}

void Http2Session::body(Stream& stream, std::string_view piece) {
  if (stream.refused) return;
  body_bytes_ += piece.size();
  stream.request.body += piece;
  if (stream.request.body.size() <= kMaxBodyBytes && body_bytes_ <= kMaxConnectionBodies) return;
  stream.refused = stream.request.body.size() > kMaxBodyBytes ? 413 : 503;
  body_bytes_ -= stream.request.body.size();
  stream.request.body = {};
  refuse(stream);
}

void Http2Session::request_complete(Stream& stream) {
  if (stream.exchange || stream.responded) return;
  if (stream.request.path.empty() && !stream.refused) stream.refused = 400;  // CONNECT has none
  if (stream.refused) return refuse(stream);
  body_bytes_ -= std::min(body_bytes_, stream.request.body.size());
  stream.exchange = carrier_.dispatch(*this, stream.id, std::move(stream.request));
  stream.request = {};
}

void Http2Session::refuse(Stream& stream) {
  if (stream.responded) return;
  const int status = stream.refused;
  const std::string text = status == 413
                               ? status_json(413, "RequestEntityTooLarge",
                                             fmt::format("Request entity too large: limit is {}", kMaxBodyBytes))
                               : fmt::format("{} {}", status, reason_phrase(status));
  stream.pieces.push(share(text));
  stream.finished = true;
  answer(stream, status, {{"content-type", status == 413 ? "application/json" : "text/plain; charset=utf-8"}}, false);
}

void Http2Session::answer(Stream& stream, int status, const Headers& headers, bool no_body) {
  stream.responded = true;
  stream.no_body = no_body;
  const std::string code = std::to_string(status);
  std::vector<nghttp2_nv> fields;
  const auto field = [&](std::string_view name, std::string_view value) {
    fields.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                      reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
                      NGHTTP2_NV_FLAG_NONE});
  };
  fields.reserve(headers.size() + 2);
  field(":status", code);
  for (const auto& [name, value] : headers)
    if (name != "connection" && name != "transfer-encoding") field(name, value);
  field("date", carrier_.date());
  nghttp2_data_provider source{};
  source.read_callback = Callbacks::read;
  nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(), no_body ? nullptr : &source);
}

void Http2Session::exchange_ready(Exchange& exchange, Outbox outbox) {
  Stream* stream = find(exchange.stream());
  if (!stream) return;
  if (outbox.upgrade) {
    const std::string text = status_json(400, "BadRequest", "Upgrade request required");
    outbox.head = Outbox::Head{400, {{"content-type", "application/json"}}, text.size()};
    outbox.pieces = {share(text)};
    outbox.finished = true;
  }
  const bool more = !outbox.pieces.empty() || outbox.finished;
  const bool bodyless = outbox.head && (outbox.head->status == 204 || outbox.head->status == 304);
  if (!bodyless)
    for (SharedBytes& piece : outbox.pieces) stream->pieces.push(std::move(piece));
  // A watch that begins when the server already stops ends at once.
  stream->finished = stream->finished || outbox.finished || (stopping_ && outbox.head && exchange.is_watch());
  if (outbox.head) {
    Headers& headers = outbox.head->headers;
    if (outbox.head->content_length && !bodyless)
      headers.emplace_back("content-length", std::to_string(*outbox.head->content_length));
    const bool empty = stream->finished && stream->pieces.size() == 0;
    answer(*stream, outbox.head->status, headers, empty || bodyless || exchange.is_head());
  } else if (more) {
    nghttp2_session_resume_data(session_, stream->id);
  }
  if (outbox.broken) {
    stream->broken = true;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
  }
  carrier_.wake();
}

ssize_t Http2Session::pull(Stream& stream, size_t room, uint32_t& flags) {
  const size_t count = std::min(room, stream.pieces.size());
  if (count == 0 && !stream.finished) return NGHTTP2_ERR_DEFERRED;
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (stream.finished && count == stream.pieces.size()) flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

void Http2Session::push(Stream& stream, const uint8_t* frame_header, size_t length) {
  static constexpr size_t kFrameHeader = 9;
  out_->add({reinterpret_cast<const char*>(frame_header), kFrameHeader});
  stream.pieces.move_to(*out_, length);
  if (stream.exchange) stream.exchange->taken(length);
}

void Http2Session::produce(Output& out, size_t room) {
  if (failed_) return;
  out_ = &out;
  while (out.size() < room) {
    const uint8_t* bytes = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session_, &bytes);
    if (length < 0) {
      failed_ = true;
      break;
    }
    if (length == 0) break;
    out.add({reinterpret_cast<const char*>(bytes), static_cast<size_t>(length)});
  }
  out_ = nullptr;
}

void Http2Session::closed(int32_t id, uint32_t code) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  if (code != NGHTTP2_NO_ERROR && !found->second.reset_by_peer && !found->second.broken) count_reset();
  const auto exchange = std::move(found->second.exchange);
  body_bytes_ -= std::min(body_bytes_, found->second.request.body.size());
  streams_.erase(found);
  if (exchange) exchange->close();
  carrier_.activity();
}

void Http2Session::count_reset() {
  const int64_t now = runtime::system_clock().monotonic();
  const int64_t earned = (now - reset_seen_ns_) / (runtime::kSecond / kResetsPerSecond);
  if (earned > 0) {
    reset_credit_ = std::min(kResetBurst, reset_credit_ + earned);
    reset_seen_ns_ = now;
  }
  if (--reset_credit_ < 0) nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::shut_down() {
  stopping_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
  for (auto& [id, stream] : streams_) {
    if (!stream.exchange || !stream.exchange->is_watch() || !stream.responded) continue;
    stream.finished = true;
    nghttp2_session_resume_data(session_, id);
  }
  carrier_.wake();
}

void Http2Session::abandon() {
  auto streams = std::move(streams_);
  streams_.clear();
  for (auto& [_, stream] : streams)
    if (stream.exchange) stream.exchange->close();
}

}  // namespace

std::unique_ptr<Protocol> make_http2_session(Carrier& carrier) { return std::make_unique<Http2Session>(carrier); }

}  // namespace proa::http
