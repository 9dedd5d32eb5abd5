// What the `create KIND` commands have in common. Each builds an object in the order in which Go writes its type,
// and hands it over.
// Source: k8s.io/kubectl pkg/cmd/create.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/kubectl/mutation.h"

namespace proa::cli::kubectl {

struct CreateOptions {
  PrintFlags print;
  WriteFlags write;
  bool save_config = false, append_hash = false;
  bool cluster_scoped = false;
  std::string name;
  std::vector<std::string> command;   // after --
  std::vector<std::string> required;  // flags without which there is nothing to create, in order of name

  CreateOptions() { print.typed = true; }
  void add_to(FlagSet& flags);
};

/// Parses; gives the one NAME.
Try<std::string> begin_named(Session& session, FlagSet& flags);
/// Parses; takes the one NAME, and the words after it where `with_command`.
Try<void> begin_create(Session& session, CreateOptions& o, FlagSet& flags, bool with_command = false);

/// `kind`, `apiVersion` and metadata with name, namespace (where one was given), a null creationTimestamp and labels.
object::Value new_object(Session& session, const CreateOptions& o, const std::string& api_version,
                         const std::string& kind, object::Value labels = {});
/// metadata of a pod template.
object::Value template_metadata(object::Value labels);

object::Value words(const std::vector<std::string>& list);

/// The name of a ConfigMap or Secret with a hash of its content behind it, as --append-hash wants it.
std::string name_with_hash(object::View object);
/// Creates and prints. Errors begin with `failed to create WHAT`; with an empty one they are the server's alone.
Try<void> finish_create(Session& session, CreateOptions& o, object::Value object, const std::string& what);

/// Keys and values of --from-file, --from-literal, --from-env-file.
struct DataSources {
  std::vector<std::string> files, literals, env_files;
  void add_to(FlagSet& flags);
  Try<void> check() const;
};
using AddKey = std::function<Try<void>(const std::string& key, const std::string& bytes)>;
Try<void> read_files(const std::vector<std::string>& files, const AddKey& add);
Try<void> read_literals(const std::vector<std::string>& literals, const AddKey& add);
Try<void> read_env_files(const std::vector<std::string>& files, const AddKey& add);
/// What is wrong with a key of a ConfigMap or Secret; empty when nothing is.
std::string key_errors(const std::string& key, std::string_view separator);
/// The value of `name` in this process's environment, "" when unset.
std::string environment_value(const std::string& name);

}  // namespace proa::cli::kubectl
