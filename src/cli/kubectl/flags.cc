#include "cli/kubectl/flags.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/time.h"

namespace proa::cli::kubectl {

using object::go_quoted;

std::expected<bool, std::string> parse_go_bool(const std::string& text) {
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return std::unexpected(fmt::format("strconv.ParseBool: parsing {}: invalid syntax", go_quoted(text)));
}

std::expected<int64_t, std::string> parse_go_int(const std::string& text, int bits) {
  int64_t value = 0;
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, value);
  const int64_t limit = bits == 32 ? std::numeric_limits<int32_t>::max() : std::numeric_limits<int64_t>::max();
  if (error == std::errc::result_out_of_range || (error == std::errc() && (value > limit || value < -limit - 1)))
    return std::unexpected(fmt::format("strconv.ParseInt: parsing {}: value out of range", go_quoted(text)));
  if (error != std::errc() || end != last || first == last)
    return std::unexpected(fmt::format("strconv.ParseInt: parsing {}: invalid syntax", go_quoted(text)));
  return value;
}

FlagSet::Flag& FlagSet::add(const std::string& name, char shorthand) {
  // A command's own flag comes before one of that name that every command has (--user of create rolebinding).
  std::erase_if(flags_, [&name](const auto& flag) { return flag->name == name; });
  flags_.push_back(std::make_unique<Flag>());
  flags_.back()->name = name;
  flags_.back()->shorthand = shorthand;
  return *flags_.back();
}

FlagSet::Flag& FlagSet::text(const std::string& name, char shorthand, std::string* into) {
  Flag& flag = add(name, shorthand);
  flag.set = [into](const std::string& value) -> std::expected<void, std::string> {
    *into = value;
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::boolean(const std::string& name, char shorthand, bool* into) {
  Flag& flag = add(name, shorthand);
  flag.optional_value = true;
  flag.no_value = "true";
  flag.set = [into](const std::string& value) -> std::expected<void, std::string> {
    auto read = parse_go_bool(value);
    if (!read) return std::unexpected(read.error());
    *into = *read;
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::integer(const std::string& name, char shorthand, int64_t* into, int bits) {
  Flag& flag = add(name, shorthand);
  flag.set = [into, bits](const std::string& value) -> std::expected<void, std::string> {
    auto read = parse_go_int(value, bits);
    if (!read) return std::unexpected(read.error());
    *into = *read;
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::duration(const std::string& name, char shorthand, int64_t* ns) {
  Flag& flag = add(name, shorthand);
  flag.set = [ns](const std::string& value) -> std::expected<void, std::string> {
    const auto read = object::parse_go_duration(value);
    if (!read) {
      const bool number = !value.empty() && value.find_first_not_of("+-.0123456789") == std::string::npos;
      return std::unexpected(
          fmt::format("time: {} duration {}", number ? "missing unit in" : "invalid", go_quoted(value)));
    }
    *ns = *read;
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::list(const std::string& name, char shorthand, std::vector<std::string>* into) {
  Flag& flag = add(name, shorthand);
  flag.set = [into](const std::string& value) -> std::expected<void, std::string> {
    size_t from = 0;
    while (!value.empty()) {
      const size_t comma = value.find(',', from);
      into->push_back(value.substr(from, comma - from));
      if (comma == std::string::npos) break;
      from = comma + 1;
    }
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::array(const std::string& name, char shorthand, std::vector<std::string>* into) {
  Flag& flag = add(name, shorthand);
  flag.set = [into](const std::string& value) -> std::expected<void, std::string> {
    into->push_back(value);
    return {};
  };
  return flag;
}

FlagSet::Flag& FlagSet::ignored(const std::string& name, char shorthand) {
  Flag& flag = add(name, shorthand);
  flag.set = [](const std::string&) -> std::expected<void, std::string> { return {}; };
  return flag;
}

FlagSet::Flag& FlagSet::ignored_boolean(const std::string& name, char shorthand) {
  Flag& flag = ignored(name, shorthand);
  flag.optional_value = true;
  flag.no_value = "true";
  return flag;
}

const FlagSet::Flag* FlagSet::find(std::string_view name) const {
  for (const auto& flag : flags_)
    if (flag->name == name) return flag.get();
  return nullptr;
}

const FlagSet::Flag* FlagSet::find(char shorthand) const {
  for (const auto& flag : flags_)
    if (flag->shorthand == shorthand) return flag.get();
  return nullptr;
}

bool FlagSet::changed(std::string_view name) const {
  const Flag* flag = find(name);
  return flag != nullptr && flag->changed;
}

Try<void> FlagSet::set(Flag& flag, const std::string& value) {
  if (auto done = flag.set(value); !done) {
    const std::string name =
        flag.shorthand != 0 ? fmt::format("-{}, --{}", flag.shorthand, flag.name) : "--" + flag.name;
    return fail(fmt::format("invalid argument {} for {} flag: {}", go_quoted(value), go_quoted(name), done.error()));
  }
  if (!flag.deprecated.empty())
    warnings_.push_back(fmt::format("Flag --{} has been deprecated, {}", flag.name, flag.deprecated));
  flag.changed = true;
  seen_.emplace_back(flag.name, value);
  return {};
}

Try<void> FlagSet::parse_long(const std::vector<std::string>& words, size_t& at) {
  const std::string word = words[at].substr(2);
  const size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  if (name.empty() || name[0] == '-') return fail("bad flag syntax: " + words[at]);
  auto* flag = const_cast<Flag*>(find(std::string_view(name)));
  if (flag == nullptr) {
    if (name == "help") {
      help_ = true;
      return {};
    }
    return fail("unknown flag: --" + name);
  }
  if (equals != std::string::npos) return set(*flag, word.substr(equals + 1));
  if (flag->optional_value) return set(*flag, flag->no_value);
  if (at + 1 >= words.size()) return fail("flag needs an argument: --" + name);
  return set(*flag, words[++at]);
}

Try<void> FlagSet::parse_short(const std::vector<std::string>& words, size_t& at) {
  const std::string letters = words[at].substr(1);
  for (size_t i = 0; i < letters.size(); ++i) {
    auto* flag = const_cast<Flag*>(find(letters[i]));
    if (flag == nullptr) {
      if (letters[i] == 'h') {
        help_ = true;
        continue;
      }
      return fail(fmt::format("unknown shorthand flag: '{}' in -{}", letters[i], letters));
    }
    if (letters.size() > i + 2 && letters[i + 1] == '=') return set(*flag, letters.substr(i + 2));
    if (flag->optional_value) {
      if (auto done = set(*flag, flag->no_value); !done) return done;
      continue;
    }
    if (i + 1 < letters.size()) return set(*flag, letters.substr(i + 1));
    if (at + 1 >= words.size()) return fail(fmt::format("flag needs an argument: '{}' in -{}", letters[i], letters));
    return set(*flag, words[++at]);
  }
  return {};
}

Try<std::vector<std::string>> FlagSet::parse(const std::vector<std::string>& words) {
  std::vector<std::string> args;
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--") {
      args_before_dashes_ = static_cast<int>(args.size());
      args.insert(args.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      args.push_back(word);
      continue;
    }
    auto done = word[1] == '-' ? parse_long(words, at) : parse_short(words, at);
    if (!done) return Failed(done.error());
  }
  return args;
}

std::vector<std::string> FlagSet::describe() const {
  std::vector<std::string> out;
  for (const auto& flag : flags_)
    out.push_back((flag->shorthand != 0 ? fmt::format("-{}, ", flag->shorthand) : "") + "--" + flag->name +
                  (flag->optional_value ? "" : "=VALUE"));
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.substr(a.find("--")) < b.substr(b.find("--")); });
  return out;
}

}  // namespace proa::cli::kubectl
