// Keys and values from files, literals and env files.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

namespace fs = std::filesystem;

struct FileSource {
  std::string key, path;
};

Try<FileSource> file_source(const std::string& source) {
  const auto separators = std::count(source.begin(), source.end(), '=');
  if (separators == 0) return FileSource{fs::path(source).filename().string(), source};
  if (separators > 1) return fail("key names or file paths cannot contain '='");
  const size_t equals = source.find('=');
  if (equals == 0) return fail(fmt::format("key name for file path {} missing", source.substr(1)));
  if (equals + 1 == source.size())
    return fail(fmt::format("file path for key name {} missing", source.substr(0, equals)));
  return FileSource{source.substr(0, equals), source.substr(equals + 1)};
}

Try<void> add_file(const std::string& key, const std::string& path, const AddKey& add) {
  auto bytes = runtime::read_file(path);
  if (!bytes) return fail(fmt::format("error reading {}: no such file or directory", path));
  return add(key, *bytes);
}

Try<void> add_folder(const std::string& folder, const AddKey& add) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && !entry.is_symlink(error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    if (auto done = add_file(file.filename().string(), file.string(), add); !done) return done;
  return {};
}

std::string env_name_errors(const std::string& name) {
  const bool good =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
      });
  if (good && name != "." && name != "..") return "";
  return "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must "
         "not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation "
         "is "
         "'[-._a-zA-Z][-._a-zA-Z0-9]*')";
}

Try<void> add_env_line(std::string line, const AddKey& add) {
  line.erase(0, line.find_first_not_of(" \t\r\v\f"));
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty() || line[0] == '#') return {};
  const size_t equals = line.find('=');
  const std::string key = line.substr(0, equals);
  if (const std::string why = env_name_errors(key); !why.empty())
    return fail(fmt::format("{} is not a valid key name: {}", object::go_quoted(key), why));
  return add(key, equals == std::string::npos ? environment_value(key) : line.substr(equals + 1));
}

}  // namespace

std::string environment_value(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

void DataSources::add_to(FlagSet& flags) {
  flags.list("from-file", 0, &files);
  flags.array("from-literal", 0, &literals);
  flags.list("from-env-file", 0, &env_files);
}

Try<void> DataSources::check() const {
  if (!env_files.empty() && (!files.empty() || !literals.empty()))
    return fail("from-env-file cannot be combined with from-file or from-literal");
  return {};
}

Try<void> read_files(const std::vector<std::string>& files, const AddKey& add) {
  for (const auto& word : files) {
    auto source = file_source(word);
    if (!source) return Failed(source.error());
    std::error_code error;
    if (!fs::exists(source->path, error))
      return fail(fmt::format("error reading {}: no such file or directory", source->path));
    const bool folder = fs::is_directory(source->path, error);
    if (folder && word.find('=') != std::string::npos) return fail("cannot give a key name for a directory path");
    auto done = folder ? add_folder(source->path, add) : add_file(source->key, source->path, add);
    if (!done) return done;
  }
  return {};
}

Try<void> read_literals(const std::vector<std::string>& literals, const AddKey& add) {
  for (const auto& literal : literals) {
    const size_t equals = literal.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(fmt::format("invalid literal source {}, expected key=value", literal));
    if (auto done = add(literal.substr(0, equals), literal.substr(equals + 1)); !done) return done;
  }
  return {};
}

Try<void> read_env_files(const std::vector<std::string>& files, const AddKey& add) {
  for (const auto& file : files) {
    std::error_code error;
    if (fs::is_directory(file, error)) return fail("env config file cannot be a directory");
    auto text = runtime::read_file(file);
    if (!text) return fail(fmt::format("error reading {}: no such file or directory", file));
    std::string_view rest = *text;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    for (auto& line : split(rest, "\n"))
      if (auto done = add_env_line(std::move(line), add); !done) return done;
  }
  return {};
}

std::string key_errors(const std::string& key, std::string_view separator) {
  std::vector<std::string> errors;
  if (key.size() > 253) errors.push_back("must be no more than 253 characters");
  const bool good = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!good)
    errors.push_back(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
        "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
  if (key == ".") errors.push_back("must not be '.'");
  if (key == "..")
    errors.push_back("must not be '..'");
  else if (key.starts_with(".."))
    errors.push_back("must not start with '..'");
  return join(errors, separator);
}

}  // namespace proa::cli::kubectl
