// -o custom-columns=HEADER:PATH,...
#include <sstream>

#include <fmt/format.h>

#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/tab_writer.h"
#include "cli/kubectl/text.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

struct ColumnSpec {
  std::string header;
  JsonPath path;
};

class CustomColumns final : public ObjectPrinter {
 public:
  CustomColumns(std::vector<ColumnSpec> columns, bool no_headers)
      : columns_(std::move(columns)), headers_due_(!no_headers) {}

  Try<std::string> print(View object) override {
    if (std::exchange(headers_due_, false)) {
      std::vector<std::string> headers;
      for (const auto& column : columns_) headers.push_back(column.header);
      writer_.write(join(headers, "\t") + "\n");
    }
    const bool many = object["items"].is_array() && object["kind"].as_string().ends_with("List");
    if (!many) {
      if (auto done = row(object); !done) return Failed(done.error());
    } else {
      for (View item : object["items"].items())
        if (auto done = row(item); !done) return Failed(done.error());
    }
    return writer_.flush();
  }

 private:
  Try<void> row(View object) {
    std::vector<std::string> cells;
    for (const auto& column : columns_) {
      auto found = column.path.find(object);
      if (!found) return Failed(found.error());
      std::vector<std::string> values;
      if (found->empty() || (*found)[0].empty()) values.push_back("<none>");
      for (const auto& group : *found)
        for (View value : group) values.push_back(go_print(value));
      cells.push_back(join(values, ","));
    }
    writer_.write(join(cells, "\t") + "\n");
    return {};
  }

  std::vector<ColumnSpec> columns_;
  bool headers_due_;
  TabWriter writer_{kTableStyle};
};

Try<ColumnSpec> column_of(const std::string& header, const std::string& path) {
  auto relaxed = relaxed_path(path);
  if (!relaxed) return Failed(relaxed.error());
  auto parsed = JsonPath::parse(*relaxed);
  if (!parsed) return Failed(parsed.error());
  parsed->allow_missing(true);
  return ColumnSpec{header, std::move(*parsed)};
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

}  // namespace

Try<std::unique_ptr<ObjectPrinter>> custom_columns_printer(const std::string& spec, bool no_headers) {
  if (spec.empty()) return fail("custom-columns format specified but no custom columns given");
  std::vector<ColumnSpec> columns;
  for (const auto& part : split(spec, ",")) {
    const size_t colon = part.find(':');
    if (colon == std::string::npos)
      return fail(fmt::format("unexpected custom-columns spec: {}, expected <header>:<json-path-expr>", part));
    auto column = column_of(part.substr(0, colon), part.substr(colon + 1));
    if (!column) return Failed(column.error());
    columns.push_back(std::move(*column));
  }
  return std::make_unique<CustomColumns>(std::move(columns), no_headers);
}

Try<std::unique_ptr<ObjectPrinter>> custom_columns_file_printer(const std::string& file, bool no_headers) {
  auto text = runtime::read_file(file);
  if (!text) return fail(fmt::format("error reading template {}, open {}: no such file or directory", file, file));
  const auto lines = split(*text, "\n");
  const auto headers = words_of(lines[0]);
  const auto specs = lines.size() > 1 ? words_of(lines[1]) : std::vector<std::string>{};
  if (headers.size() != specs.size())
    return fail(
        fmt::format("number of headers ({}) and field specifications ({}) don't match", headers.size(), specs.size()));
  std::vector<ColumnSpec> columns;
  for (size_t i = 0; i < headers.size(); ++i) {
    auto column = column_of(headers[i], specs[i]);
    if (!column) return Failed(column.error());
    columns.push_back(std::move(*column));
  }
  return std::make_unique<CustomColumns>(std::move(columns), no_headers);
}

}  // namespace proa::cli::kubectl
