#include "cli/kubectl/api.h"

#include <charconv>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/json.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;
/// How often a server that says when to come back is asked again.
constexpr int kBusyTries = 10;

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

/// ` (get deployments.apps web)`: what was asked for, where the path names a resource.
std::string request_text(const Call& call) {
  auto parts = split(call.path, "/");
  if (parts.size() < 4 || (parts[1] != "api" && parts[1] != "apis")) return "";
  const std::string group = parts[1] == "apis" ? "." + parts[2] : "";
  parts.erase(parts.begin(), parts.begin() + (group.empty() ? 3 : 4));
  if (parts.size() > 2 && parts[0] == "namespaces") parts.erase(parts.begin(), parts.begin() + 2);
  if (parts.empty()) return "";
  return fmt::format(" ({} {}{}{})", lower(call.method), parts[0], group, parts.size() > 1 ? " " + parts[1] : "");
}

struct Generic {
  int code;
  const char *reason, *message;
};

constexpr Generic kGeneric[] = {
    {400, "BadRequest", "the server rejected our request for an unknown reason"},
    {401, "Unauthorized", "the server has asked for the client to provide credentials"},
    {404, "NotFound", "the server could not find the requested resource"},
    {405, "MethodNotAllowed", "the server does not allow this method on the requested resource"},
    {409, "Conflict", "the server reported a conflict"},
    {422, "Invalid", "the server rejected our request due to an error in our request"},
    {429, "TooManyRequests", "the server has received too many requests and has asked us to try again later"},
    {503, "ServiceUnavailable", "the server is currently unable to handle the request"},
    {504, "Timeout",
     "the server was unable to return a response in the time allotted, but may still be processing the request"},
};

/// For an answer that is no Status: a proxy's, or that of some other server.
/// Source: k8s.io/apimachinery pkg/api/errors (NewGenericServerResponse).
Status generic_status(const Call& call, int code, const std::string& body) {
  Status status;
  status.code = code;
  const std::string said(trim(body));
  status.message =
      fmt::format("the server responded with the status code {} but did not return more information", code);
  if (code == 403 || code == 415) {
    status.reason = code == 403 ? "Forbidden" : "UnsupportedMediaType";
    status.message = said;
  } else if (code >= 500) {
    status.reason = "InternalError";
    status.message =
        fmt::format("an error on the server ({}) has prevented the request from succeeding", object::go_quoted(said));
  }
  for (const auto& known : kGeneric)
    if (known.code == code) status.reason = known.reason, status.message = known.message;
  if (code == 409 && call.method == "POST") status.reason = "AlreadyExists";
  status.message += request_text(call);
  return status;
}

Status status_of(const Call& call, int code, const std::string& body) {
  auto parsed = object::parse_json(body);
  if (!parsed || View(*parsed)["kind"].as_string() != "Status") return generic_status(call, code, body);
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
  if (status.message.empty()) status.message = generic_status(call, code, "").message;
  return status;
}

/// How long a busy server asks to be left alone; nothing where it doesn't say, or is not busy.
std::optional<int64_t> retry_after_seconds(const http::ClientResponse& response) {
  if (response.status != 429 && response.status < 500) return std::nullopt;
  const auto text = response.header("retry-after");
  int64_t seconds = 0;
  if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc())
    return std::nullopt;
  return seconds;
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
  const std::string target = target_of(call.path, call.params);
  auto response = checked((*connection)->exchange(call.method, target, headers_of(call), call.body));
  for (int tries = 0; response && tries < kBusyTries; ++tries) {
    const auto pause = retry_after_seconds(*response);
    if (!pause) break;
    runtime::block_for(*pause * runtime::kSecond);
    response = checked((*connection)->exchange(call.method, target, headers_of(call), call.body));
  }
  if (!response && response.error().message() == "unexpected EOF") {
    Status cut;
    cut.code = 0;
    cut.message = "unexpected error when reading response body. Please retry. Original error: unexpected EOF";
    return Failed(Failure::of(std::move(cut)));
  }
  if (!response) return Failed(response.error());
  show_warnings(response->headers);
  if (response->status >= 400) return Failed(Failure::of(status_of(call, response->status, response->body)));
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
  if (response->status >= 400) return Failed(Failure::of(status_of(call, response->status, response->body)));
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
  if (refusal.reason == "UpgradeFailed")
    return Failed(Failure::of(status_of({.path = target}, refusal.code, refusal.message)));
  return Failed(Failure::of(refusal));
}

}  // namespace proa::cli::kubectl
