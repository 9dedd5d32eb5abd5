// JSON to values: one pass, recursive descent.
#include <fmt/format.h>

#include "object/go_text.h"
#include "object/json.h"
#include "object/json_scanner.h"
#include "object/member_index.h"

namespace proa::object {
namespace {

/// Where in the tree the scanner is, as far as finding metadata.managedFields[].fieldsV1 needs it.
enum class Place : uint8_t { kAnywhere, kMetadata, kManagedFields };

class Reader : JsonScanner {
 public:
  Reader(std::string_view text, const ParseOptions& options) : JsonScanner(text), options_(options) {}

  Result<Value> read() {
    Value value;
    if (!read_value(value, Place::kAnywhere, 0)) return Error(base::bad_request(error_));
    skip_blanks();
    if (at_ != end_) {
      fail("after top-level value");
      return Error(base::bad_request(error_));
    }
    if (!out_of_range_.empty()) return Error(base::bad_request(out_of_range_));
    return value;
  }

  /// As parse_json_prefix() says.
  Result<Value> read_prefix(std::string_view& text) {
    Value value;
    const bool good = read_value(value, Place::kAnywhere, 0);
    if (!good && at_ == end_) error_ = "unexpected EOF";
    if (!good && at_ != end_) ++at_;
    text = std::string_view(at_, end_);
    if (good && !out_of_range_.empty()) return Error(base::bad_request(out_of_range_));
    if (!good) return Error(base::bad_request(error_));
    return value;
  }

 private:
  bool read_value(Value& out, Place place, size_t depth) {
    skip_blanks();
    if (at_ == end_) return fail("");
    switch (*at_) {
      case '{': return read_object(out, place, depth + 1);
      case '[': return read_array(out, place, depth + 1);
      case '"': {
        std::string text;
        if (!read_string(text)) return false;
        out = Value(std::move(text));
        return true;
      }
      case 't': return read_word("true", true, out);
      case 'f': return read_word("false", false, out);
      case 'n': return read_word("null", nullptr, out);
      default: break;
    }
    if (*at_ == '-' || (*at_ >= '0' && *at_ <= '9')) return read_number(out);
    return fail("looking for beginning of value");
  }

  bool read_word(std::string_view word, Value value, Value& out) {
    for (const char c : word) {
      if (at_ == end_ || *at_ != c) {
        return fail(fmt::format("in literal {} (expecting '{}')", word, c));
      }
      ++at_;
    }
    out = std::move(value);
    return true;
  }

  bool too_deep(size_t depth) {
    if (depth <= options_.max_depth) return false;
    error_ = "exceeded max depth";
    return true;
  }

  bool read_array(Value& out, Place place, size_t depth) {
    if (too_deep(depth)) return false;
    ++at_;
    Value::Array items;
    skip_blanks();
    if (at_ != end_ && *at_ == ']') {
      ++at_;
      out = Value(std::move(items));
      return true;
    }
    while (true) {
      if (tracks_path()) path_.push_back({{}, items.size()});
      if (!read_value(items.emplace_back(), place, depth)) return false;
      if (tracks_path()) path_.pop_back();
      skip_blanks();
      if (at_ == end_) return fail("");
      if (*at_ == ']') break;
      if (*at_ != ',') return fail("after array element");
      ++at_;
    }
    ++at_;
    out = Value(std::move(items));
    return true;
  }

  bool read_object(Value& out, Place place, size_t depth) {
    if (too_deep(depth)) return false;
    ++at_;
    Value::Object members;
    members.reserve(8);
    MemberIndex index(members);
    skip_blanks();
    if (at_ != end_ && *at_ == '}') {
      ++at_;
      out = Value(std::move(members));
      return true;
    }
    while (true) {
      if (!read_member(index, place, depth)) return false;
      skip_blanks();
      if (at_ == end_) return fail("");
      if (*at_ == '}') break;
      if (*at_ != ',') return fail("after object key:value pair");
      ++at_;
    }
    ++at_;
    out = Value(std::move(members));
    return true;
  }

  bool read_member(MemberIndex& index, Place place, size_t depth) {
    skip_blanks();
    if (at_ == end_ || *at_ != '"') return fail("looking for beginning of object key string");
    std::string_view name;
    if (!read_name(name)) return false;
    skip_blanks();
    if (at_ == end_ || *at_ != ':') return fail("after object key");
    ++at_;
    // Before the value is read: the name may lie in scratch_, which names below reuse.
    const Place inner = place_below(place, name);
    const bool raw = options_.keep_fields_v1_raw && place == Place::kManagedFields && name == "fieldsV1";
    if (tracks_path()) path_.push_back({std::string(name), 0});
    Value& value = member_for(name, index);
    if (!(raw ? read_raw(value) : read_value(value, inner, depth))) return false;
    if (tracks_path()) path_.pop_back();
    return true;
  }

  static Place place_below(Place place, std::string_view name) {
    if (place == Place::kMetadata && name == "managedFields") return Place::kManagedFields;
    return name == "metadata" ? Place::kMetadata : Place::kAnywhere;
  }

  /// The place for a member's value; that of an earlier member of the same name, which is lost.
  Value& member_for(std::string_view name, MemberIndex& index) {
    const Key key(name);
    Value* found = index.find(key);
    if (found == nullptr) return index.add(key);
    if (options_.duplicates != nullptr) {
      options_.duplicates->push_back(fmt::format("duplicate field \"{}\"", path_text()));
    }
    *found = Value();
    return *found;
  }

  bool tracks_path() const { return options_.duplicates != nullptr; }

  std::string path_text() const {
    std::string text;
    for (const auto& [name, index] : path_) {
      if (name.empty()) {
        text += fmt::format("[{}]", index);
      } else {
        if (!text.empty()) text += '.';
        text += name;
      }
    }
    return text;
  }

  /// Checks the value at hand and keeps its text, without blanks. What is no object is read as usual.
  bool read_raw(Value& out) {
    skip_blanks();
    if (at_ == end_ || *at_ != '{') return read_value(out, Place::kAnywhere, 0);
    std::string text;
    if (!copy_value(text, 0)) return false;
    out = Value::raw(std::move(text));
    return true;
  }

  bool copy_value(std::string& out, size_t depth) {
    skip_blanks();
    if (at_ == end_) return fail("");
    if (*at_ == '{') return copy_container(out, depth + 1, '}');
    if (*at_ == '[') return copy_container(out, depth + 1, ']');
    const char* start = at_;
    if (*at_ == '"') return copy_string(out);
    Value value;
    if (!read_value(value, Place::kAnywhere, 0)) return false;
    out.append(start, at_);
    return true;
  }

  bool copy_string(std::string& out) {
    const char* start = at_;
    std::string_view text;
    if (!read_name(text)) return false;
    const std::string_view literal(start, at_);
    // Mostly the text stands as it is between its quotes.
    if (text.data() == start + 1 || is_valid_utf8(literal)) {
      out += literal;
    } else {
      write_json_string(text, out);
    }
    return true;
  }

  bool copy_container(std::string& out, size_t depth, char close) {
    if (too_deep(depth)) return false;
    const bool object = close == '}';
    out += *at_++;
    skip_blanks();
    if (at_ != end_ && *at_ == close) {
      out += *at_++;
      return true;
    }
    while (true) {
      if (object && !copy_name(out)) return false;
      if (!copy_value(out, depth)) return false;
      skip_blanks();
      if (at_ == end_) return fail("");
      const char c = *at_;
      if (c != close && c != ',') return fail(object ? "after object key:value pair" : "after array element");
      out += c;
      ++at_;
      if (c == close) return true;
    }
  }

  bool copy_name(std::string& out) {
    skip_blanks();
    if (at_ == end_ || *at_ != '"') return fail("looking for beginning of object key string");
    if (!copy_string(out)) return false;
    skip_blanks();
    if (at_ == end_ || *at_ != ':') return fail("after object key");
    out += *at_++;
    return true;
  }

  struct Step {
    std::string name;  // empty: an item
    size_t index;
  };

  const ParseOptions& options_;
  std::vector<Step> path_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const ParseOptions& options) { return Reader(text, options).read(); }

Result<Value> parse_json_prefix(std::string_view& text, const ParseOptions& options) {
  return Reader(text, options).read_prefix(text);
}

}  // namespace proa::object
