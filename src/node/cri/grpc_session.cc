#include "node/cri/grpc_session.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

namespace proa::node::cri {

namespace {

constexpr int32_t kWindow = 4 << 20;
constexpr size_t kMaxMessage = 64 << 20;

struct Stream {
  std::string request;  // framed
  size_t sent = 0;
  std::string received;
  int grpc_status = -1;
  int http_status = 0;
  std::string grpc_message;
  GrpcSession::Handlers handlers;
};

std::string framed(const std::string& message) {
  const auto n = static_cast<uint32_t>(message.size());
  std::string out{0, static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                  static_cast<char>(n)};
  return out += message;
}

int number_of(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

nghttp2_nv header(const std::string& name, const std::string& value) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// The complete messages at the front of `received` go to the handler. False: a frame that cannot be.
bool deliver(Stream& stream) {
  size_t at = 0;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(stream.received[i])); };
  while (stream.received.size() - at >= 5) {
    const size_t n = byte(at + 1) << 24 | byte(at + 2) << 16 | byte(at + 3) << 8 | byte(at + 4);
    if (byte(at) != 0 || n > kMaxMessage) return false;
    if (stream.received.size() - at - 5 < n) break;
    if (stream.handlers.on_message) stream.handlers.on_message({stream.received.data() + at + 5, n});
    at += 5 + n;
  }
  stream.received.erase(0, at);
  return true;
}

}  // namespace

struct GrpcSession::State {
  nghttp2_session* session = nullptr;
  std::map<int32_t, std::shared_ptr<Stream>> streams;

  /// Tells the end now, but keeps the stream until HTTP/2 closes it: nghttp2 may still read its request.
  void detach(int32_t id, Status why) {
    const auto it = streams.find(id);
    if (it == streams.end()) return;
    const GrpcSession::Handlers handlers = std::exchange(it->second->handlers, {});
    if (handlers.on_end) handlers.on_end(Error(std::move(why)));
  }

  /// The handlers may start calls or cancel others, so the stream leaves the map first.
  void end(int32_t id, Result<void> how) {
    const auto it = streams.find(id);
    if (it == streams.end()) return;
    const std::shared_ptr<Stream> stream = it->second;
    streams.erase(it);
    if (stream->handlers.on_end) stream->handlers.on_end(std::move(how));
  }

  static State& of(void* user) { return *static_cast<State*>(user); }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                       const uint8_t* value, size_t value_size, uint8_t, void* user) {
    const auto it = of(user).streams.find(frame->hd.stream_id);
    if (it == of(user).streams.end()) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") it->second->http_status = number_of(text);
    if (key == "grpc-status") it->second->grpc_status = number_of(text);
    if (key == "grpc-message") it->second->grpc_message = percent_decoded(text);
    return 0;
  }

  static int on_data(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    const auto it = of(user).streams.find(id);
    if (it == of(user).streams.end()) return 0;
    const std::shared_ptr<Stream> stream = it->second;
    stream->received.append(reinterpret_cast<const char*>(data), size);
    if (!deliver(*stream)) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
      of(user).detach(id, grpc_error(grpc::kInternal, "damaged gRPC message"));
    }
    return 0;
  }

  static int on_close(nghttp2_session*, int32_t id, uint32_t code, void* user) {
    const auto it = of(user).streams.find(id);
    if (it == of(user).streams.end()) return 0;
    const Stream& stream = *it->second;
    if (stream.grpc_status == 0 && !stream.received.empty()) {
      of(user).end(id, Error(grpc_error(grpc::kInternal, "damaged gRPC message")));
    } else if (stream.grpc_status == 0) {
      of(user).end(id, {});
    } else if (stream.grpc_status > 0) {
      of(user).end(id, Error(grpc_error(stream.grpc_status, stream.grpc_message)));
    } else {
      of(user).end(id, Error(grpc_error(grpc::kUnavailable, fmt::format("stream ended early (HTTP {}, HTTP/2 code {})",
                                                                        stream.http_status, code))));
    }
    return 0;
  }

  static ssize_t on_read(nghttp2_session*, int32_t, uint8_t* buffer, size_t size, uint32_t* flags,
                         nghttp2_data_source* source, void*) {
    Stream& stream = *static_cast<Stream*>(source->ptr);
    const size_t n = std::min(size, stream.request.size() - stream.sent);
    std::memcpy(buffer, stream.request.data() + stream.sent, n);
    stream.sent += n;
    if (stream.sent == stream.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(n);
  }
};

GrpcSession::GrpcSession() : state_(std::make_unique<State>()) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, State::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, State::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, State::on_close);
  nghttp2_session_client_new(&state_->session, callbacks, state_.get());
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
                                             {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
  nghttp2_submit_settings(state_->session, NGHTTP2_FLAG_NONE, settings, 2);
  nghttp2_session_set_local_window_size(state_->session, NGHTTP2_FLAG_NONE, 0, kWindow);
}

GrpcSession::~GrpcSession() {
  state_->streams.clear();
  nghttp2_session_del(state_->session);
}

int GrpcSession::call(std::string_view path, std::string request, Handlers handlers, int64_t timeout_ms,
                      const std::vector<std::pair<std::string, std::string>>& metadata) {
  auto stream = std::make_shared<Stream>();
  stream->request = framed(request);
  stream->handlers = std::move(handlers);
  std::vector<std::pair<std::string, std::string>> headers = {
      {":method", "POST"},         {":scheme", "http"}, {":path", std::string(path)},
      {":authority", "localhost"}, {"te", "trailers"},  {"content-type", "application/grpc"},
      {"user-agent", "proa/0.1"}};
  if (timeout_ms > 0) headers.emplace_back("grpc-timeout", fmt::format("{}m", std::min<int64_t>(timeout_ms, 99999999)));
  headers.insert(headers.end(), metadata.begin(), metadata.end());
  std::vector<nghttp2_nv> fields;
  for (const auto& [name, value] : headers) fields.push_back(header(name, value));
  nghttp2_data_provider body{{.ptr = stream.get()}, State::on_read};
  const int32_t id = nghttp2_submit_request(state_->session, nullptr, fields.data(), fields.size(), &body, nullptr);
  if (id > 0) state_->streams[id] = std::move(stream);
  return id;
}

void GrpcSession::cancel(int stream, Status why) {
  nghttp2_submit_rst_stream(state_->session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  state_->detach(stream, std::move(why));
}

void GrpcSession::fail(const Status& why) {
  while (!state_->streams.empty()) state_->end(state_->streams.begin()->first, Error(why));
}

void GrpcSession::forget() {
  for (auto& [id, stream] : state_->streams) stream->handlers = {};
}

bool GrpcSession::feed(std::string_view bytes) {
  const ssize_t n =
      nghttp2_session_mem_recv(state_->session, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return n == static_cast<ssize_t>(bytes.size()) &&
         (nghttp2_session_want_read(state_->session) != 0 || nghttp2_session_want_write(state_->session) != 0);
}

std::string GrpcSession::output() {
  std::string out;
  const uint8_t* data = nullptr;
  for (ssize_t n = 0; (n = nghttp2_session_mem_send(state_->session, &data)) > 0;)
    out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(n));
  return out;
}

Status grpc_error(int code, std::string message) {
  switch (code) {
    case 3: return {.code = 400, .reason = "BadRequest", .message = std::move(message)};
    case 4: return {.code = 504, .reason = "Timeout", .message = std::move(message)};
    case 5: return {.code = 404, .reason = "NotFound", .message = std::move(message)};
    case 6: return {.code = 409, .reason = "AlreadyExists", .message = std::move(message)};
    case 12: return {.code = 405, .reason = "MethodNotAllowed", .message = std::move(message)};
    case grpc::kUnavailable: return {.code = 503, .reason = "ServiceUnavailable", .message = std::move(message)};
    default: return {.code = 500, .reason = "InternalError", .message = std::move(message)};
  }
}

std::string rpc_text(const Status& status) {
  constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"BadRequest", "InvalidArgument"},  {"Timeout", "DeadlineExceeded"},       {"NotFound", "NotFound"},
      {"AlreadyExists", "AlreadyExists"}, {"MethodNotAllowed", "Unimplemented"}, {"ServiceUnavailable", "Unavailable"}};
  std::string_view code = "Unknown";
  for (const auto& [reason, name] : kCodes)
    if (status.is(reason)) code = name;
  return fmt::format("rpc error: code = {} desc = {}", code, status.message);
}

}  // namespace proa::node::cri
