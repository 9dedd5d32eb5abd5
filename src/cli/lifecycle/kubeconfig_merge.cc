#include <filesystem>

#include "cli/lifecycle/lifecycle.h"
#include "object/value.h"
#include "object/yaml.h"
#include "runtime/file.h"

namespace proa::cli {
namespace {

using object::Value;
using object::View;

constexpr const char* kLists[] = {"clusters", "users", "contexts"};

void drop(Value& config, std::string_view list, std::string_view name) {
  Value* items = config.find(list);
  if (items == nullptr || !items->is_array()) return;
  std::erase_if(items->items(), [&](const Value& item) { return View(item)["name"].as_string() == name; });
}

Result<Value> read_config(const std::string& file) {
  auto text = runtime::read_file(file);
  if (!text) return Error(text.error());
  auto value = object::parse_yaml(*text);
  if (value && value->is_null()) return Value::object();
  if (value && !value->is_object()) return Error(base::bad_request(file + ": is no kubeconfig"));
  return value;
}

Result<void> write_config(const std::string& file, const Value& config) {
  std::string text;
  object::write_yaml(config, text);
  return runtime::write_file_atomic(file, text, 0600);
}

}  // namespace

Result<void> merge_kubeconfig(const std::string& from_file, const std::string& into_file, const std::string& name) {
  auto from = read_config(from_file);
  if (!from) return Error(from.error());
  Value into = Value::object({{"apiVersion", "v1"}, {"kind", "Config"}});
  if (runtime::file_exists(into_file)) {
    auto old = read_config(into_file);
    if (!old) return Error(old.error());
    into = std::move(*old);
  } else if (auto made = runtime::make_dirs(std::filesystem::path(into_file).parent_path(), 0750); !made) {
    return made;
  }
  for (const char* list : kLists) {
    drop(into, list, name);
    for (View item : View(*from)[std::string_view(list)].items())
      into[std::string_view(list)].push_back(item.to_value());
  }
  into["current-context"] = name;
  return write_config(into_file, into);
}

Result<void> unmerge_kubeconfig(const std::string& file, const std::string& name) {
  if (!runtime::file_exists(file)) return {};
  auto config = read_config(file);
  if (!config) return Error(config.error());
  for (const char* list : kLists) drop(*config, list, name);
  if (View(*config)["current-context"].as_string() == name) {
    const View contexts = View(*config)["contexts"];
    (*config)["current-context"] = contexts.at(0)["name"].str();
  }
  return write_config(file, *config);
}

}  // namespace proa::cli
