// The small words of HTTP: header look-up, percent-encoding, comma lists, reason phrases.
#pragma once

#include <string>
#include <string_view>

#include "http/http.h"

namespace proa::http {

/// The first value of that name; empty when missing. REQUIRES: names in lower case on both sides.
std::string_view find_header(const Headers& headers, std::string_view lower_case_name);
/// `+` is a space in queries only. A `%` without two hexadecimal digits stays as it is.
std::string percent_decode(std::string_view text, bool plus_is_space);
/// Does a comma list (`Connection: keep-alive, Upgrade`) hold the token, whatever its case? Parameters are passed over.
bool list_has(std::string_view list, std::string_view lower_case_token);
/// The same of all headers of that name: several lines are one list. REQUIRES: names in lower case on both sides.
bool header_has(const Headers& headers, std::string_view lower_case_name, std::string_view lower_case_token);
/// All values of that name as one comma list.
std::string joined_header(const Headers& headers, std::string_view lower_case_name);
bool equals_ignoring_case(std::string_view a, std::string_view b);
void to_lower(std::string& text);
std::string_view trim(std::string_view text);
/// "OK", "Not Found", ...; "Status" for codes without a phrase.
std::string_view reason_phrase(int status);
/// A metav1.Status as JSON, for what the transport itself refuses.
std::string status_json(int code, std::string_view reason, std::string_view message);
/// `Thu, 01 Jan 1970 00:00:00 GMT`
std::string http_date(int64_t unix_seconds);

}  // namespace proa::http
