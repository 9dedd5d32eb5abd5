// The flags -o, --template and their like, and the printers they choose.
// Source: k8s.io/cli-runtime pkg/genericclioptions (PrintFlags) and pkg/printers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/kubectl/flags.h"
#include "object/value.h"

namespace proa::cli::kubectl {

/// Prints one object, or a List, as text. What it prints may depend on what it printed before (`---` of YAML).
class ObjectPrinter {
 public:
  virtual ~ObjectPrinter() = default;
  virtual Try<std::string> print(object::View object) = 0;
};

struct PrintFlags {
  std::string output, template_text;
  bool show_managed_fields = false, allow_missing = true;
  bool no_headers = false;  // of custom columns
  /// Objects of Go types: JSON in their order, not sorted.
  bool typed = false;
  /// Formats that a command has beyond the common ones, for the text of the error.
  bool tables = false;

  /// -o, --template, --allow-missing-template-keys, --show-managed-fields
  void add_to(FlagSet& flags);
  bool given() const { return !output.empty() || !template_text.empty(); }
  /// What -o asks for; REQUIRES: given(), and neither wide nor a table.
  Try<std::unique_ptr<ObjectPrinter>> printer() const;
};

/// `deployment.apps/web created`, or what -o says instead.
class ResultPrinter {
 public:
  /// `dry_run`: none, client or server.
  ResultPrinter(PrintFlags flags, std::string dry_run) : flags_(std::move(flags)), dry_run_(std::move(dry_run)) {}
  Try<std::string> print(object::View object, const std::string& operation);

 private:
  PrintFlags flags_;
  std::string dry_run_;
  std::unique_ptr<ObjectPrinter> printer_;
};

/// `deployment.apps/web`
std::string kind_slash_name(object::View object);
/// An object without metadata.managedFields; a List's items too.
object::Value without_managed_fields(object::View object);
/// Printers of -o FORMAT=SPEC.
Try<std::unique_ptr<ObjectPrinter>> custom_columns_printer(const std::string& spec, bool no_headers);
Try<std::unique_ptr<ObjectPrinter>> custom_columns_file_printer(const std::string& file, bool no_headers);
Try<std::unique_ptr<ObjectPrinter>> go_template_printer(const std::string& text, bool allow_missing);

}  // namespace proa::cli::kubectl
