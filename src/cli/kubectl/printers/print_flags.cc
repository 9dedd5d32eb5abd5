#include "cli/kubectl/printers/print_flags.h"

#include <fmt/format.h>

#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/yaml.h"
#include "runtime/file.h"
#include "schema/registry.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

bool is_list(View object) { return object["items"].is_array() && object["kind"].as_string().ends_with("List"); }

/// yaml, json and name leave managedFields out unless told otherwise.
class Quieting : public ObjectPrinter {
 public:
  explicit Quieting(bool show_managed) : show_managed_(show_managed) {}
  Try<std::string> print(View object) final {
    if (show_managed_) return render(object);
    const Value shown = without_managed_fields(object);
    return render(shown);
  }

 protected:
  virtual std::string render(View object) = 0;

 private:
  bool show_managed_;
};

class YamlPrinter final : public Quieting {
 public:
  using Quieting::Quieting;

 protected:
  std::string render(View object) override {
    std::string out = count_++ > 0 ? "---\n" : "";
    object::write_yaml(object, out);
    return out;
  }

 private:
  int count_ = 0;
};

class JsonPrinter final : public Quieting {
 public:
  JsonPrinter(bool show_managed, bool sorted) : Quieting(show_managed), sorted_(sorted) {}

 protected:
  std::string render(View object) override {
    std::string out;
    object::write_json_indented(object, out, 4, sorted_);
    return out + "\n";
  }

 private:
  bool sorted_;
};

class NamePrinter final : public ObjectPrinter {
 public:
  Try<std::string> print(View object) override {
    if (!is_list(object)) return kind_slash_name(object) + "\n";
    std::string out;
    for (View item : object["items"].items()) out += kind_slash_name(item) + "\n";
    return out;
  }
};

class JsonPathPrinter final : public ObjectPrinter {
 public:
  JsonPathPrinter(JsonPath path, std::string text, bool as_json)
      : path_(std::move(path)), text_(std::move(text)), as_json_(as_json) {}
  Try<std::string> print(View object) override {
    auto out = path_.print(object, as_json_);
    if (out) return out;
    return fail(
        fmt::format("error executing jsonpath {}: Error executing template: {}. Printing more information for "
                    "debugging the template:\n\ttemplate was:\n\t\t{}\n\tobject given to jsonpath engine "
                    "was:\n\t\t{}\n\n\n",
                    object::go_quoted(text_), out.error().message(), text_, go_syntax(object)));
  }

 private:
  JsonPath path_;
  std::string text_;
  bool as_json_;
};

Try<std::unique_ptr<ObjectPrinter>> jsonpath_printer(const std::string& text, bool allow_missing, bool as_json) {
  auto path = JsonPath::parse(text);
  if (!path) return fail(fmt::format("error parsing jsonpath {}, {}", text, path.error().message()));
  path->allow_missing(allow_missing);
  return std::make_unique<JsonPathPrinter>(std::move(*path), text, as_json);
}

Try<std::string> file_text(const std::string& file) {
  auto text = runtime::read_file(file);
  if (!text) return fail(fmt::format("error reading --template {}, open {}: no such file or directory", file, file));
  return std::move(*text);
}

constexpr const char* kCommonFormats =
    "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";
constexpr const char* kTableFormats =
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,"
    "template,templatefile,wide,yaml";

}  // namespace

Value without_managed_fields(View object) {
  Value copy = object.to_value();
  const auto strip = [](Value& one) {
    if (Value* metadata = one.find("metadata")) metadata->erase("managedFields");
  };
  strip(copy);
  if (is_list(object))
    for (Value& item : copy.find("items")->items()) strip(item);
  return copy;
}

std::string kind_slash_name(View object) {
  const auto group = schema::parse_api_version(object["apiVersion"].as_string()).group;
  std::string name(object::name_of(object));
  if (name.empty()) name = "<unknown>";
  return lower(object["kind"].as_string()) + (group.empty() ? "/" : "." + group + "/") + name;
}

void PrintFlags::add_to(FlagSet& flags) {
  flags.text("output", 'o', &output);
  flags.text("template", 0, &template_text);
  flags.boolean("allow-missing-template-keys", 0, &allow_missing);
  flags.boolean("show-managed-fields", 0, &show_managed_fields);
}

Try<std::unique_ptr<ObjectPrinter>> PrintFlags::printer() const {
  const size_t equals = output.find('=');
  const std::string format = output.substr(0, equals);
  std::string spec = equals == std::string::npos ? "" : output.substr(equals + 1);
  if (output == "yaml") return std::make_unique<YamlPrinter>(show_managed_fields);
  if (output == "json") return std::make_unique<JsonPrinter>(show_managed_fields, !typed);
  if (output == "name") return std::make_unique<NamePrinter>();
  if (format == "jsonpath" || format == "jsonpath-as-json" || format == "jsonpath-file") {
    if (spec.empty()) spec = template_text;
    if (spec.empty()) return fail("template format specified but no template given");
    if (format == "jsonpath-file") {
      auto text = file_text(spec);
      if (!text) return Failed(text.error());
      spec = *text;
    }
    return jsonpath_printer(spec, allow_missing, format == "jsonpath-as-json");
  }
  if (tables && format == "custom-columns") return custom_columns_printer(spec, no_headers);
  if (tables && format == "custom-columns-file") return custom_columns_file_printer(spec, no_headers);
  if (format == "go-template" || format == "template" || format == "go-template-file" || format == "templatefile" ||
      (output.empty() && !template_text.empty())) {
    if (spec.empty()) spec = template_text;
    if (spec.empty()) return fail("template format specified but no template given");
    if (format.ends_with("file")) {
      auto text = file_text(spec);
      if (!text) return Failed(text.error());
      spec = *text;
    }
    return go_template_printer(spec, allow_missing);
  }
  return fail(fmt::format("unable to match a printer suitable for the output format {}, allowed formats are: {}",
                          object::go_quoted(output), tables ? kTableFormats : kCommonFormats));
}

Try<std::string> ResultPrinter::print(View object, const std::string& operation) {
  if (!flags_.given()) {
    const char* suffix = dry_run_ == "client" ? " (dry run)" : dry_run_ == "server" ? " (server dry run)" : "";
    return kind_slash_name(object) + (operation.empty() && *suffix == 0 ? "" : " " + operation + suffix) + "\n";
  }
  if (!printer_) {
    auto made = flags_.printer();
    if (!made) return Failed(made.error());
    printer_ = std::move(*made);
  }
  return printer_->print(object);
}

}  // namespace proa::cli::kubectl
