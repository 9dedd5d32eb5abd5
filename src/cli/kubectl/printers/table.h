// Tables: what the server sends as rows, with columns for namespace, kind and labels added where asked for.
// Source: k8s.io/cli-runtime pkg/printers (HumanReadablePrinter).
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/failure.h"
#include "cli/kubectl/tab_writer.h"
#include "object/value.h"

namespace proa::cli::kubectl {

struct TableOptions {
  bool no_headers = false, wide = false, with_namespace = false, show_labels = false, show_kind = false;
  std::vector<std::string> label_columns;
  std::string kind;  // `deployment.apps` before names; empty: no kind
};

/// Prints tables of one kind, headers once. Objects that are no tables get NAME and AGE.
class TablePrinter {
 public:
  explicit TablePrinter(TableOptions options) : options_(std::move(options)) {}
  /// Lines for the writer, not yet aligned. `event_type`: of a watch with --output-watch-events.
  void print(object::View table, TabWriter& writer, const std::string& event_type = "");

 private:
  struct Column {
    std::string name, type, format;
    int64_t priority = 0;
    bool operator==(const Column&) const = default;
  };
  void print_rows(object::View table, TabWriter& writer, const std::string& event_type);
  void print_objects(object::View object, TabWriter& writer, const std::string& event_type);
  std::string header(const std::string& event_type) const;
  std::vector<std::string> extra_cells(object::View object) const;

  TableOptions options_;
  std::vector<Column> columns_;
  bool headers_printed_ = false;
};

/// `app=web,tier=front`, or `<none>`.
std::string labels_text(object::View labels);

}  // namespace proa::cli::kubectl
