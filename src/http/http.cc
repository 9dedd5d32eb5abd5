#include "http/http.h"

#include "http/text.h"

namespace proa::http {

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : pairs)
    if (key == name) return &value;
  return nullptr;
}

std::string Query::get(std::string_view name, std::string_view otherwise) const {
  const std::string* found = find(name);
  return found ? *found : std::string(otherwise);
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs)
    if (key == name) values.push_back(value);
  return values;
}

Query Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    query.pairs.emplace_back(percent_decode(pair.substr(0, equals), true), percent_decode(value, true));
  }
  return query;
}

std::string_view Request::header(std::string_view lower_case_name) const {
  return find_header(headers, lower_case_name);
}

}  // namespace proa::http
