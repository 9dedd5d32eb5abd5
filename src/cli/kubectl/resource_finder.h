// From what a user names (files, TYPE NAME..., TYPE/NAME, TYPE with selectors, `all`) to objects.
// Source: k8s.io/cli-runtime pkg/resource (Builder and its visitors): order, defaults and error texts.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/session.h"
#include "object/value.h"

namespace proa::cli::kubectl {

struct Info {
  Mapping mapping;
  std::string name_space, name;
  object::Value object;  // null when it was not asked for
  std::string source;    // the file it came from

  /// Failure when it has no name: its path would be that of all objects of its kind.
  Try<void> check_name() const {
    if (name.empty()) return fail("resource name may not be empty");
    return {};
  }
  /// `deployment.apps/web`.
  std::string kind_name() const { return mapping.kind_group() + "/" + name; }
};

/// The flags -f, -R and -k.
struct FileFlags {
  std::vector<std::string> names;
  bool recursive = false;
  std::string kustomize;
  void add_to(FlagSet& flags);
  bool empty() const { return names.empty() && kustomize.empty(); }
};

struct Request {
  std::vector<std::string> args;
  FileFlags files;
  std::string selector, field_selector;
  bool all = false;  // --all
  bool all_namespaces = false;
  bool type_means_all = true;  // TYPE alone selects everything
  bool fetch = true;           // named objects are fetched
  bool latest = false;         // objects of files too
  bool flatten = true;         // lists become their items
  bool single_type = false;
  bool continue_on_error = true;
  bool whole_rows = false;  // tables bring whole objects
  bool local = false;       // --local: files only, the server isn't asked
  bool validate = false;    // manifests must say what they are, before anything is sent
  std::string subresource;
  std::string accept = kJson;
  int64_t chunk = 500;  // of a LIST; 0: all at once
};

struct Found {
  std::vector<Info> infos;
  std::vector<Failure> failures;  // of single objects; the others are there
  bool single = false;            // one thing was named
};

/// Failure: nothing was looked for, because the request is wrong.
Try<Found> find(Session& session, const Request& request);

/// Objects of a manifest, YAML or JSON, lists flattened. `source` stands in errors; see Request::validate.
Try<std::vector<object::Value>> read_manifest(const std::string& text, const std::string& source,
                                              bool validate = false);
/// The files that a -f word means: itself, the .json, .yaml and .yml files of a folder, or what a pattern matches.
Try<std::vector<std::string>> files_of(const std::string& word, bool recursive);

}  // namespace proa::cli::kubectl
