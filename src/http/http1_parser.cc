#include "http/http1_parser.h"

#include <algorithm>
#include <charconv>

#include "http/text.h"

namespace proa::http {
namespace {

bool is_token_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char); }

bool is_field_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u == '\t' || (u >= 0x20 && u != 0x7f);
}

bool is_field_text(std::string_view text) { return std::all_of(text.begin(), text.end(), is_field_char); }

/// `Name: value` of a header or trailer.
bool is_field(std::string_view line) {
  const size_t colon = line.find(':');
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) && is_field_text(line.substr(colon + 1));
}

/// What the headers say of the message's length.
struct Framing {
  int hosts = 0, lengths = 0, encodings = 0;
  std::string_view length, encoding;
  bool lengths_differ = false;
};

Framing framing_of(const Headers& headers) {
  Framing out;
  for (const auto& [name, value] : headers) {
    out.hosts += name == "host";
    if (name == "content-length") {
      out.lengths_differ = out.lengths_differ || (out.lengths++ > 0 && value != out.length);
      out.length = value;
    }
    if (name == "transfer-encoding") {
      ++out.encodings;
      out.encoding = value;
    }
  }
  return out;
}

template <class T>
bool parse_whole(std::string_view text, T& value, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Http1Parser::Http1Parser(Kind kind, size_t max_body) : kind_(kind), max_body_(max_body) {}

void Http1Parser::reset() {
  method.clear();
  target.clear();
  status = 0;
  minor_version = 1;
  headers.clear();
  body.clear();
  no_body = false;
  state_ = State::kStartLine;
  line_.clear();
  header_bytes_ = 0;
  remaining_ = 0;
  body_bytes_ = 0;
  until_close_ = false;
  error_status_ = 0;
}

void Http1Parser::fail(int status_code) {
  state_ = State::kFailed;
  error_status_ = status_code;
}

size_t Http1Parser::feed(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && !done() && !failed()) {
    const std::string_view rest = bytes.substr(taken);
    if (state_ == State::kBody || state_ == State::kChunkData) {
      taken += take_body(rest);
      continue;
    }
    std::string_view line;
    bool complete = false;
    taken += take_line(rest, line, complete);
    if (failed() || !complete) continue;
    line_done(line);
    line_.clear();
  }
  return taken;
}

size_t Http1Parser::take_line(std::string_view bytes, std::string_view& line, bool& complete) {
  const size_t newline = bytes.find('\n');
  const size_t taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
  header_bytes_ += taken;
  if (header_bytes_ > kMaxHeaderBytes) {
    fail(431);
    return taken;
  }
  complete = newline != std::string_view::npos;
  if (!complete || !line_.empty()) line_ += bytes.substr(0, complete ? newline : taken);
  if (!complete) return taken;
  line = line_.empty() ? bytes.substr(0, newline) : std::string_view(line_);
  ended_by_crlf_ = line.ends_with('\r');
  if (ended_by_crlf_) line.remove_suffix(1);
  return taken;
}

void Http1Parser::line_done(std::string_view line) {
  switch (state_) {
    case State::kStartLine: return start_line(line);
    case State::kHeaders: return line.empty() ? end_of_headers() : header_line(line);
    case State::kChunkSize: return ended_by_crlf_ ? chunk_size_line(line) : fail(400);
    case State::kChunkEnd:
      if (!line.empty() || !ended_by_crlf_) return fail(400);
      header_bytes_ = 0;
      state_ = State::kChunkSize;
      return;
    case State::kTrailers:
      if (!line.empty()) return is_field(line) ? void() : fail(400);
      state_ = State::kDone;
      return;
    default: return fail(400);
  }
}

void Http1Parser::start_line(std::string_view line) {
  if (kind_ == Kind::kResponse) return status_line(line);
  // Empty lines before a request are passed over, as RFC 9112 section 2.2 advises.
  if (line.empty()) return;
  request_line(line);
}

void Http1Parser::request_line(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(400);
  method = line.substr(0, first);
  target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || target.empty() ||
      std::any_of(target.begin(), target.end(), [](char c) { return c <= ' ' || c == 0x7f; }))
    return fail(400);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(version.starts_with("HTTP/") ? 505 : 400);
  minor_version = version.back() - '0';
  state_ = State::kHeaders;
}

void Http1Parser::status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' || !parse_whole(line.substr(9, 3), status, 10))
    return fail(400);
  minor_version = line[7] == '0' ? 0 : 1;
  state_ = State::kHeaders;
}

void Http1Parser::header_line(std::string_view line) {
  if (!is_field(line)) return fail(400);
  const size_t colon = line.find(':');
  headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  to_lower(headers.back().first);
}

void Http1Parser::end_of_headers() {
  const Framing framing = framing_of(headers);
  const bool request = kind_ == Kind::kRequest;
  if (request && (framing.hosts > 1 || (framing.hosts == 0 && minor_version > 0))) return fail(400);
  if (framing.lengths_differ || framing.encodings > 1) return fail(400);
  if (framing.encodings > 0 && (framing.lengths > 0 || framing.encoding.empty())) return fail(400);
  if (!request && (no_body || status / 100 == 1 || status == 204 || status == 304)) {
    state_ = State::kDone;
    return;
  }
  const std::string_view expected = find_header(headers, "expect");
  if (request && minor_version > 0 && !expected.empty() && !expects_continue()) return fail(417);
  if (framing.encodings > 0) {
    if (!equals_ignoring_case(framing.encoding, "chunked") || minor_version == 0) return fail(501);
    header_bytes_ = 0;
    state_ = State::kChunkSize;
    return;
  }
  if (framing.lengths > 0) {
    if (!parse_whole(framing.length, remaining_, 10)) return fail(400);
    if (remaining_ > max_body_) return fail(413);
    if (!on_body && max_body_ != SIZE_MAX) body.reserve(remaining_);
    state_ = remaining_ == 0 ? State::kDone : State::kBody;
    return;
  }
  until_close_ = !request;
  remaining_ = UINT64_MAX;
  state_ = request ? State::kDone : State::kBody;
}

void Http1Parser::chunk_size_line(std::string_view line) {
  std::string_view digits = line.substr(0, line.find(';'));
  while (digits.ends_with(' ') || digits.ends_with('\t')) digits.remove_suffix(1);
  if (!is_field_text(line) || digits.size() > 15 || !parse_whole(digits, remaining_, 16)) return fail(400);
  if (remaining_ > max_body_ - std::min(max_body_, body_bytes_)) return fail(413);
  state_ = remaining_ == 0 ? State::kTrailers : State::kChunkData;
}

size_t Http1Parser::take_body(std::string_view bytes) {
  const size_t take = static_cast<size_t>(std::min<uint64_t>(bytes.size(), remaining_));
  body_bytes_ += take;
  if (body_bytes_ > max_body_) {
    fail(413);
    return take;
  }
  const std::string_view piece = bytes.substr(0, take);
  if (!on_body) {
    body += piece;
  } else if (!on_body(piece)) {
    fail(400);
    return take;
  }
  if (until_close_) return take;
  remaining_ -= take;
  if (remaining_ == 0) state_ = state_ == State::kBody ? State::kDone : State::kChunkEnd;
  return take;
}

void Http1Parser::end_of_input() {
  if (done() || failed()) return;
  if (state_ == State::kBody && until_close_) {
    state_ = State::kDone;
  } else {
    fail(400);
  }
}

bool Http1Parser::keep_alive() const {
  if (until_close_ || header_has(headers, "connection", "close")) return false;
  return minor_version > 0 || header_has(headers, "connection", "keep-alive");
}

bool Http1Parser::expects_continue() const {
  return minor_version > 0 && equals_ignoring_case(find_header(headers, "expect"), "100-continue");
}

bool split_target(std::string_view target, std::string& path, Query& query) {
  const size_t scheme = target.find("://");
  const std::string_view name = target.substr(0, scheme == std::string_view::npos ? 0 : scheme);
  const bool absolute = equals_ignoring_case(name, "http") || equals_ignoring_case(name, "https");
  if (absolute) target = target.substr(std::min(target.size(), target.find_first_of("/?#", scheme + 3)));
  if (!absolute && !target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const size_t mark = target.find('?');
  path = mark == 0 || target.empty() ? "/" : percent_decode(target.substr(0, mark), false);
  if (mark != std::string_view::npos) query = Query::parse(target.substr(mark + 1));
  return true;
}

}  // namespace proa::http
