// What the `set` commands have in common: `TYPE NAME KEY=VALUE...`, pod specs wherever they lie, and sending changes.
// Source: k8s.io/kubectl pkg/cmd/set.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/kubectl/mutation.h"

namespace proa::cli::kubectl {

struct SetOptions {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector;
  bool all = false, local = false;
  bool send_unchanged = false;   // objects that are as wanted already are sent and printed all the same
  std::string resource_version;  // that the object must have
  void add_to(FlagSet& flags);
};

/// Resources first, then what contains `=` or ends in `-`.
struct ResourcesAndPairs {
  std::vector<std::string> resources, pairs;
};
Try<ResourcesAndPairs> resources_and_pairs(const std::vector<std::string>& args, const std::string& pair_type);

/// `KEY=VALUE` in order, and the keys of `KEY-`.
struct Pairs {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> removed;
};
Try<Pairs> parse_pairs(const std::vector<std::string>& pairs, const std::string& pair_type, bool with_removal);

/// The pod spec of an object: its own or its template's; nullptr when it has none.
object::Value* pod_spec(object::Value& object, const Mapping& mapping);

/// Changes one object; appends what went wrong.
using ObjectChange = std::function<void(object::Value& object, const Info& info, std::vector<Failure>& failures)>;
/// Finds, checks what else was asked, changes, sends and prints each. `what` stands in errors: `image update to pod
/// template:`.
Try<void> change_objects(Session& session, const SetOptions& options, const std::vector<std::string>& resources,
                         const std::string& operation, const std::string& what, const ObjectChange& change,
                         const std::function<Try<void>()>& check = nullptr);

/// `services/web the object is not a pod or does not have a pod template: *v1.Service`. Without a server its resource
/// isn't known, but its kind is.
Failure no_template(const Info& info, bool local);

/// Does a name fit `*` or a text with `*` in it?
bool fits(std::string_view name, std::string_view pattern);

}  // namespace proa::cli::kubectl
