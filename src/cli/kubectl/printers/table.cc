#include "cli/kubectl/printers/table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/time.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

std::string cell_text(View cell) {
  if (!cell.is_string()) return cell.is_null() ? "" : go_print(cell);
  std::string text = cell.str();
  const size_t line_end = text.find_first_of("\f\n\r");
  if (line_end != std::string::npos) text = text.substr(0, line_end) + "...";
  return replaced(text, "\x1b", "^[");
}

std::string event_text(const std::string& type) { return fmt::format("{:<8}", type); }

std::string age_of(View object) {
  const auto created = object::time_of(object["metadata"]["creationTimestamp"]);
  return created ? object::human_duration(runtime::system_clock().wall() - *created) : "<unknown>";
}

void write_line(const std::vector<std::string>& cells, TabWriter& writer) { writer.write(join(cells, "\t") + "\n"); }

}  // namespace

std::string labels_text(View labels) {
  std::vector<std::string> parts;
  for (auto [name, value] : labels.members()) parts.push_back(fmt::format("{}={}", name, value.as_string()));
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return a.substr(0, a.find('=')) < b.substr(0, b.find('=')); });
  return parts.empty() ? "<none>" : join(parts, ",");
}

std::string TablePrinter::header(const std::string& event_type) const {
  std::vector<std::string> names;
  if (!event_type.empty()) names.push_back("EVENT");
  if (options_.with_namespace) names.push_back("NAMESPACE");
  for (const auto& column : columns_)
    if (options_.wide || column.priority == 0) names.push_back(upper(column.name));
  for (const auto& label : options_.label_columns) names.push_back(upper(label.substr(label.rfind('/') + 1)));
  if (options_.show_labels) names.push_back("LABELS");
  return join(names, "\t") + "\n";
}

std::vector<std::string> TablePrinter::extra_cells(View object) const {
  std::vector<std::string> cells;
  const View labels = object::labels_of(object);
  for (const auto& label : options_.label_columns) cells.push_back(labels[label].str());
  if (options_.show_labels) cells.push_back(labels_text(labels));
  return cells;
}

void TablePrinter::print_rows(View table, TabWriter& writer, const std::string& event_type) {
  std::vector<Column> columns;
  for (View from : table["columnDefinitions"].items())
    columns.push_back({from["name"].str(), from["type"].str(), from["format"].str(), from["priority"].as_int()});
  bool headers = !options_.no_headers;
  if (headers_printed_ && (columns.empty() || columns == columns_)) headers = false;
  if (!columns.empty() && columns != columns_) columns_ = columns;
  if (table["rows"].empty()) return;
  if (headers) writer.write(header(event_type));
  headers_printed_ = true;
  for (View row : table["rows"].items()) {
    std::vector<std::string> cells;
    const View object = row["object"];
    if (!event_type.empty()) cells.push_back(event_text(event_type));
    if (options_.with_namespace) cells.emplace_back(object::namespace_of(object));
    bool named = options_.kind.empty();
    for (size_t i = 0; i < columns_.size(); ++i) {
      const View cell = row["cells"].at(i);
      if (!cell.exists()) break;
      const bool is_name = !named && columns_[i].format == "name" && columns_[i].type == "string";
      if (is_name) named = true;
      if (!options_.wide && columns_[i].priority != 0) continue;
      cells.push_back((is_name ? options_.kind + "/" : "") + cell_text(cell));
    }
    for (auto& extra : extra_cells(object)) cells.push_back(std::move(extra));
    write_line(cells, writer);
  }
}

void TablePrinter::print_objects(View object, TabWriter& writer, const std::string& event_type) {
  if (!std::exchange(headers_printed_, true) && !options_.no_headers) {
    columns_ = {{"Name", "string", "name", 0}, {"Age", "string", "", 0}};
    writer.write(header(event_type));
  }
  const auto one = [&](View item) {
    std::vector<std::string> cells;
    if (!event_type.empty()) cells.push_back(event_text(event_type));
    if (options_.with_namespace) cells.emplace_back(object::namespace_of(item));
    cells.push_back((options_.kind.empty() ? "" : options_.kind + "/") + std::string(object::name_of(item)));
    cells.push_back(age_of(item));
    for (auto& extra : extra_cells(item)) cells.push_back(std::move(extra));
    write_line(cells, writer);
  };
  if (!object["items"].is_array()) return one(object);
  for (View item : object["items"].items()) one(item);
}

void TablePrinter::print(View table, TabWriter& writer, const std::string& event_type) {
  if (table["kind"].as_string() == "Table")
    print_rows(table, writer, event_type);
  else
    print_objects(table, writer, event_type);
}

}  // namespace proa::cli::kubectl
