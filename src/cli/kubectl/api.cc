#include "cli/kubectl/api.h"

#include <cstdio>

#include <fmt/format.h>

#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

std::string escape(std::string_view text, std::string_view also_plain) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~' || also_plain.find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Status generic_status(int code, const std::string& body) {
  Status status;
  status.code = code;
  switch (code) {
    case 401:
      status.reason = "Unauthorized", status.message = "the server has asked for the client to provide credentials";
      break;
    case 403: status.reason = "Forbidden", status.message = body.empty() ? "unknown" : body; break;
    case 404: status.reason = "NotFound", status.message = "the server could not find the requested resource"; break;
    case 405:
      status.reason = "MethodNotAllowed",
      status.message = "the server does not allow this method on the requested resource";
      break;
    case 409: status.reason = "Conflict", status.message = "the server reported a conflict"; break;
    case 415:
      status.reason = "UnsupportedMediaType", status.message = "the body of the request was in an unknown format";
      break;
    case 429:
      status.reason = "TooManyRequests",
      status.message = "the server has received too many requests and has asked us to try again later";
      break;
    case 503:
      status.reason = "ServiceUnavailable",
      status.message = body.empty() ? "the server is currently unable to handle the request" : body;
      break;
    case 504:
      status.reason = "Timeout",
      status.message =
          "the server was unable to return a response in the time allotted, but may still be processing the request";
      break;
    default:
      status.reason = code >= 500 ? "InternalError" : "BadRequest";
      status.message =
          body.empty()
              ? fmt::format("the server responded with the status code {} but did not return more information", code)
              : body;
  }
  return status;
}

Status status_of(int code, const std::string& body) {
  auto parsed = object::parse_json(body);
  if (!parsed || View(*parsed)["kind"].as_string() != "Status") return generic_status(code, body);
  const View from = *parsed;
  Status status;
  status.code = static_cast<int>(from["code"].as_int(code));
  status.reason = from["reason"].str();
  status.message = from["message"].str();
  const View details = from["details"];
  status.details = {details["name"].str(),
                    details["group"].str(),
                    details["kind"].str(),
                    details["uid"].str(),
                    {},
                    static_cast<int>(details["retryAfterSeconds"].as_int())};
  for (View cause : details["causes"].items())
    status.details.causes.push_back({cause["reason"].str(), cause["message"].str(), cause["field"].str()});
  if (status.message.empty()) status.message = generic_status(code, "").message;
  return status;
}

http::Headers headers_of(const Call& call) {
  http::Headers headers{{"accept", call.accept}};
  if (!call.body.empty()) headers.emplace_back("content-type", call.content_type);
  return headers;
}

/// `299 - "text"`: the text.
std::string warning_text(std::string_view header) {
  const size_t first = header.find('"');
  const size_t last = header.rfind('"');
  if (first == std::string_view::npos || last <= first) return {};
  std::string out;
  for (size_t i = first + 1; i < last; ++i) {
    if (header[i] == '\\' && i + 1 < last) ++i;
    out += header[i];
  }
  return out;
}

}  // namespace

std::string escape_query(std::string_view text) { return escape(text, ""); }
std::string escape_path(std::string_view text) { return escape(text, ":@!$&'()*+,;="); }

std::string target_of(const std::string& path, const Params& params) {
  std::string out = path;
  char separator = path.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : params) {
    if (value.empty()) continue;
    out += separator + escape_query(name) + "=" + escape_query(value);
    separator = '&';
  }
  return out;
}

bool Api::is_timeout(const Failure& failure) {
  return failure.message().find("Client.Timeout") != std::string::npos ||
         failure.message().find("request canceled") != std::string::npos;
}

Try<http::Client*> Api::client() {
  if (!client_) {
    auto made = checked(http::Client::make(options_));
    if (!made) return Failed(made.error());
    client_ = std::move(*made);
  }
  return client_.get();
}

void Api::show_warnings(const http::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name != "warning") continue;
    const std::string text = warning_text(value);
    if (!text.empty() && shown_.insert(text).second) fmt::print(stderr, "Warning: {}\n", text);
  }
}

Try<std::string> Api::raw(const Call& call) {
  auto connection = client();
  if (!connection) return Failed(connection.error());
  auto response =
      checked((*connection)->exchange(call.method, target_of(call.path, call.params), headers_of(call), call.body));
  if (!response) return Failed(response.error());
  show_warnings(response->headers);
  if (response->status >= 400) return Failed(Failure::of(status_of(response->status, response->body)));
  return std::move(response->body);
}

Try<Value> Api::send(const Call& call) {
  auto body = raw(call);
  if (!body) return Failed(body.error());
  return checked(object::parse_json(*body));
}

Try<void> Api::stream_with(http::Client& client, const Call& call, const std::function<bool(std::string_view)>& piece) {
  auto response = checked(client.stream(call.method, target_of(call.path, call.params), headers_of(call), piece));
  if (!response) return Failed(response.error());
  show_warnings(response->headers);
  if (response->status >= 400) return Failed(Failure::of(status_of(response->status, response->body)));
  return {};
}

Try<void> Api::stream(const Call& call, const std::function<bool(std::string_view)>& piece) {
  auto connection = client();
  if (!connection) return Failed(connection.error());
  return stream_with(**connection, call, piece);
}

Try<void> Api::watch(Call call, int64_t timeout_ms, const std::function<bool(const std::string&, Value)>& event) {
  http::ClientOptions options = options_;
  if (timeout_ms > 0) options.timeout_ms = timeout_ms;
  auto connection = checked(http::Client::make(options));
  if (!connection) return Failed(connection.error());
  call.params.emplace_back("watch", "true");
  std::string pending;
  std::optional<Failure> bad;
  auto ended = stream_with(**connection, call, [&](std::string_view piece) {
    pending += piece;
    size_t from = 0;
    for (size_t end; (end = pending.find('\n', from)) != std::string::npos; from = end + 1) {
      auto parsed = object::parse_json(std::string_view(pending).substr(from, end - from));
      if (!parsed) {
        bad = Failure::of(parsed.error());
        return false;
      }
      const std::string type = View(*parsed)["type"].str();
      Value* object = parsed->find("object");
      if (!event(type, object == nullptr ? Value() : std::move(*object))) return false;
    }
    pending.erase(0, from);
    return true;
  });
  if (bad) return Failed(*bad);
  return ended;
}

Try<std::unique_ptr<http::ClientSocket>> Api::websocket(const std::string& target,
                                                        const std::vector<std::string>& protocols) {
  auto connection = client();
  if (!connection) return Failed(connection.error());
  auto socket = (*connection)->websocket(target, protocols);
  if (socket) return std::move(*socket);
  // A refusal's body is what the server would have answered without an upgrade.
  const Status& refusal = socket.error();
  if (refusal.reason == "UpgradeFailed") return Failed(Failure::of(status_of(refusal.code, refusal.message)));
  return Failed(Failure::of(refusal));
}

}  // namespace proa::cli::kubectl
