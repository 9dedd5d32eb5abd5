// What commands that write have in common: --dry-run, --record, --field-manager, --validate, and sending the write.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

/// Flags of commands that write.
struct WriteFlags {
  std::string dry_run = "none";  // none, client, server
  std::string validate = "strict";
  std::string field_manager;
  bool record = false;

  /// What most of them take: how to print, --dry-run, --record and --field-manager.
  void add_to(FlagSet& flags, PrintFlags& print, const std::string& manager);
  void add_dry_run(FlagSet& flags);
  void add_validate(FlagSet& flags);
  void add_record(FlagSet& flags);
  void add_field_manager(FlagSet& flags, const std::string& otherwise);
  /// Brings --dry-run and --validate to their words, or says what is wrong with them.
  Try<void> check(Session& session);
  /// Checks them, and that there is a cluster to write to.
  Try<void> ready(Session& session);
  /// Parses, and is ready; gives the arguments.
  Try<std::vector<std::string>> begin(Session& session, FlagSet& flags);
  bool client_only() const { return dry_run == "client"; }
  Params params() const;
};

/// Sets kubernetes.io/change-cause.
void record_cause(object::Value& object, const std::string& cause);

Try<object::Value> create_object(Session& session, const Info& info, const WriteFlags& write);
Try<object::Value> patch_object(Session& session, const Info& info, const char* patch_type, const std::string& patch,
                                const WriteFlags& write, const std::string& subresource = "");
/// Sends the difference of two states of an object: strategically where the kind is built in.
Try<object::Value> patch_difference(Session& session, const Info& info, object::View after, const WriteFlags& write);

/// The JSON text of a tree with members sorted and a line end, as kubectl keeps it in annotations.
std::string sorted_json(object::View view);

inline constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
inline constexpr const char* kChangeCause = "kubernetes.io/change-cause";

/// Removes an annotation, and the map with it when it is empty.
void erase_annotation(object::Value& object, const char* name);
/// The text for the last-applied annotation: the object without that annotation.
std::string last_applied_text(object::View object);

}  // namespace proa::cli::kubectl
