#include "cli/kubectl/resource_finder.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "object/selector.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::go_quoted;
using object::Value;
using object::View;

struct Tuple {
  std::string resource, name;
};

/// What the arguments say.
struct Wanted {
  std::vector<std::string> types;
  std::vector<std::string> names;
  std::vector<Tuple> tuples;
};

std::vector<std::string> unique_parts(const std::string& word) {
  std::vector<std::string> out;
  for (auto& part : split(word, ","))
    if (std::find(out.begin(), out.end(), part) == out.end()) out.push_back(std::move(part));
  return out;
}

/// `a,b name` is `a/name b/name`.
std::vector<std::string> normalized(const std::vector<std::string>& args) {
  if (args.size() < 2) return args;
  const auto types = unique_parts(args[0]);
  if (types.size() < 2) return args;
  std::vector<std::string> out;
  for (const auto& type : types)
    for (size_t i = 1; i < args.size(); ++i) out.push_back(type + "/" + args[i]);
  return out;
}

Try<Tuple> tuple_of(const std::string& word) {
  const auto parts = split(word, "/");
  if (parts.size() != 2) return fail("arguments in resource/name form may not have more than one slash");
  if (parts[0].empty() || parts[1].empty() || unique_parts(parts[0]).size() != 1)
    return fail("arguments in resource/name form must have a single resource and name");
  return Tuple{parts[0], parts[1]};
}

class Finder {
 public:
  Finder(Session& session, const Request& request) : session_(session), request_(request) {}
  Try<Found> run();

 private:
  Try<Wanted> read_args();
  Try<Found> by_files();
  Try<Found> by_selector(const Wanted& wanted);
  Try<Found> by_tuples(const Wanted& wanted);
  Try<Found> by_names(const Wanted& wanted);
  Try<void> add_file(const std::string& text, const std::string& source, Found& found);
  Try<void> add_object(Value object, const std::string& source, Found& found);
  Try<void> list(const Mapping& mapping, Found& found);
  Failure list_failure(const Failure& failure, const Mapping& mapping) const;
  Try<void> append_list(const Mapping& mapping, Value list, Found& found);
  Try<void> fetch(Info& info);
  Try<std::string> namespace_for(const Mapping& mapping);
  void note(Try<void> result, Found& found) {
    if (!result) found.failures.push_back(result.error());
  }
  bool stopped(const Found& found) const { return !request_.continue_on_error && !found.failures.empty(); }

  Session& session_;
  const Request& request_;
};

Try<Wanted> Finder::read_args() {
  Wanted wanted;
  auto args = normalized(request_.args);
  const auto slashes = std::count_if(args.begin(), args.end(), [](const auto& a) { return a.find('/') != a.npos; });
  if (slashes > 0 && static_cast<size_t>(slashes) != args.size()) {
    const std::string& called = session_.called_as();
    return fail(
        fmt::format("there is no need to specify a resource type as a separate argument when passing arguments "
                    "in resource/name form (e.g. '{0} get resource/<resource_name>' instead of '{0} get "
                    "resource resource/<resource_name>'",
                    called));
  }
  if (slashes > 0) {
    for (const auto& arg : args) {
      auto tuple = tuple_of(arg);
      if (!tuple) return Failed(tuple.error());
      wanted.tuples.push_back(std::move(*tuple));
    }
    return wanted;
  }
  if (args.empty()) return wanted;
  for (const auto& type : unique_parts(args[0])) {
    const bool maybe_category = type == "all" || !session_.mapper().registry().find_by_any_name(type);
    const auto members = maybe_category ? session_.mapper().category(type) : std::vector<Mapping>{};
    if (members.empty()) wanted.types.push_back(type);
    for (const auto& member : members) wanted.types.push_back(member.resource_group());
  }
  wanted.names.assign(args.begin() + 1, args.end());
  return wanted;
}

Try<Found> Finder::run() {
  Wanted wanted;
  if (!request_.args.empty()) {
    auto read = read_args();
    if (!read) return Failed(read.error());
    wanted = std::move(*read);
  }
  if (!request_.files.kustomize.empty()) return fail("this client can't build kustomizations: -k is not supported");
  if (request_.all && !request_.selector.empty())
    return fail("setting 'all' parameter but found a non empty selector. ");
  if (!request_.files.names.empty()) {
    if (!wanted.types.empty() || !wanted.tuples.empty())
      return fail(
          wanted.tuples.empty()
              ? "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
              : "resource/name arguments cannot be provided when a path is specified");
    return by_files();
  }
  const bool selects =
      request_.all || !request_.selector.empty() || !request_.field_selector.empty() ||
      (wanted.types.size() > 0 && wanted.names.empty() && request_.args.size() == 1 && request_.type_means_all);
  if (selects) return by_selector(wanted);
  if (!wanted.tuples.empty()) return by_tuples(wanted);
  if (!wanted.names.empty()) return by_names(wanted);
  for (const auto& type : wanted.types)
    if (auto known = session_.mapper().of_resource(type); !known) return Failed(known.error());
  if (!wanted.types.empty()) return fail("resource(s) were provided, but no name was specified");
  return fail(
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n"
      "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'");
}

Try<std::string> Finder::namespace_for(const Mapping& mapping) {
  if (!mapping.namespaced) return std::string();
  if (request_.all_namespaces) return fail("a resource cannot be retrieved by name across all namespaces");
  return session_.name_space();
}

Try<void> Finder::fetch(Info& info) {
  auto got = session_.api().send(
      {.path = info.mapping.path(info.name_space, info.name, request_.subresource), .accept = request_.accept});
  if (!got) return Failed(got.error());
  info.object = std::move(*got);
  return {};
}

Try<Found> Finder::by_names(const Wanted& wanted) {
  if (wanted.types.size() > 1) return fail("you must specify only one resource");
  auto mapping = session_.mapper().of_resource(wanted.types[0]);
  if (!mapping) return Failed(mapping.error());
  auto name_space = namespace_for(*mapping);
  if (!name_space) return Failed(name_space.error());
  Found found;
  found.single = wanted.names.size() == 1;
  for (const auto& name : wanted.names) {
    if (stopped(found)) break;
    Info info{*mapping, *name_space, name, {}, {}};
    if (request_.fetch)
      if (auto done = fetch(info); !done) {
        found.failures.push_back(done.error());
        continue;
      }
    found.infos.push_back(std::move(info));
  }
  return found;
}

Try<Found> Finder::by_tuples(const Wanted& wanted) {
  Found found;
  found.single = wanted.tuples.size() == 1;
  std::vector<Info> infos;
  for (const auto& tuple : wanted.tuples) {
    auto mapping = session_.mapper().of_resource(tuple.resource);
    if (!mapping) return Failed(mapping.error());
    if (request_.single_type && !infos.empty() && !(infos[0].mapping == *mapping))
      return fail("you may only specify a single resource type");
    auto name_space = namespace_for(*mapping);
    if (!name_space) return Failed(name_space.error());
    infos.push_back({*mapping, *name_space, tuple.name, {}, {}});
  }
  for (auto& info : infos) {
    if (stopped(found)) break;
    if (request_.fetch)
      if (auto done = fetch(info); !done) {
        found.failures.push_back(done.error());
        continue;
      }
    found.infos.push_back(std::move(info));
  }
  return found;
}

Try<Found> Finder::by_selector(const Wanted& wanted) {
  if (!wanted.names.empty()) return fail("name cannot be provided when a selector is specified");
  if (!wanted.tuples.empty())
    return fail("selectors and the all flag cannot be used when passing resource/name arguments");
  if (wanted.types.empty()) return fail("at least one resource must be specified to use a selector");
  if (wanted.types.size() > 1 && request_.single_type) return fail("you may only specify a single resource type");
  if (!request_.subresource.empty()) return fail("subresource cannot be used when bulk resources are specified");
  std::vector<Mapping> mappings;
  for (const auto& type : wanted.types) {
    auto mapping = session_.mapper().of_resource(type);
    if (!mapping) return Failed(mapping.error());
    if (std::find(mappings.begin(), mappings.end(), *mapping) == mappings.end()) mappings.push_back(*mapping);
  }
  Found found;
  for (const auto& mapping : mappings)
    if (!stopped(found)) note(list(mapping, found), found);
  return found;
}

Try<void> Finder::list(const Mapping& mapping, Found& found) {
  const std::string name_space = mapping.namespaced && !request_.all_namespaces ? session_.name_space() : "";
  Params params{{"labelSelector", request_.selector}, {"fieldSelector", request_.field_selector}};
  if (request_.chunk > 0) params.emplace_back("limit", std::to_string(request_.chunk));
  if (request_.whole_rows) params.emplace_back("includeObject", "Object");
  std::string next;
  do {
    Params page = params;
    page.emplace_back("continue", next);
    auto got = session_.api().send({.path = mapping.path(name_space), .params = page, .accept = request_.accept});
    if (!got) return Failed(list_failure(got.error(), mapping));
    next = View(*got)["metadata"]["continue"].str();
    if (auto done = append_list(mapping, std::move(*got), found); !done) return done;
  } while (!next.empty());
  return {};
}

Failure Finder::list_failure(const Failure& failure, const Mapping& mapping) const {
  if (!failure.is("BadRequest") && !failure.is("NotFound")) return failure;
  Status status = *failure.status();
  const std::string what = go_quoted(fmt::format("{}/{}, Resource={}", mapping.group, mapping.version, mapping.plural));
  const bool selects = !request_.selector.empty() || !request_.field_selector.empty();
  status.message = selects
                       ? fmt::format("Unable to find {} that match label selector {}, field selector {}: {}", what,
                                     go_quoted(request_.selector), go_quoted(request_.field_selector), status.message)
                       : fmt::format("Unable to list {}: {}", what, status.message);
  return Failure::of(std::move(status));
}

Try<void> Finder::append_list(const Mapping& mapping, Value list, Found& found) {
  const View view = list;
  if (!request_.flatten || !view["items"].is_array() || view["kind"].as_string() == "Table") {
    found.infos.push_back({mapping, {}, {}, std::move(list), {}});
    return {};
  }
  for (Value& item : list.find("items")->items()) {
    Info info{mapping, std::string(object::namespace_of(item)), std::string(object::name_of(item)), {}, {}};
    // Items of a LIST do not say what they are.
    Value whole = Value::object({{"apiVersion", mapping.api_version()}, {"kind", mapping.kind}});
    for (auto& member : item.members())
      if (!(member.name == object::Key("apiVersion")) && !(member.name == object::Key("kind")))
        whole.set(member.name.text(), std::move(member.value));
    info.object = std::move(whole);
    found.infos.push_back(std::move(info));
  }
  return {};
}

Try<void> Finder::add_object(Value object, const std::string& source, Found& found) {
  const View view = object;
  Info info;
  info.name = std::string(object::name_of(view));
  info.name_space = std::string(object::namespace_of(view));
  info.source = source;
  auto mapping = session_.mapper().of_kind(view["apiVersion"].str(), view["kind"].str());
  if (!mapping) {
    if (!mapping.error().message().starts_with("no matches for kind")) return Failed(mapping.error());
    return fail(fmt::format(
        "resource mapping not found for name: {} namespace: {} from {}: {}\nensure CRDs are installed first",
        go_quoted(info.name), go_quoted(info.name_space), go_quoted(source), mapping.error().message()));
  }
  info.mapping = *mapping;
  if (!info.mapping.namespaced) {
    info.name_space.clear();
    if (Value* metadata = object.find("metadata")) metadata->erase("namespace");
  } else if (info.name_space.empty()) {
    info.name_space = session_.name_space();
    object["metadata"]["namespace"] = info.name_space;
  } else if (session_.namespace_given() && info.name_space != session_.name_space()) {
    return fail(
        fmt::format("the namespace from the provided object {0} does not match the namespace {1}. You must pass "
                    "'--namespace={2}' to perform this operation.",
                    go_quoted(info.name_space), go_quoted(session_.name_space()), info.name_space));
  }
  info.object = std::move(object);
  if (!request_.selector.empty()) {
    auto selector = object::LabelSelector::parse(request_.selector);
    if (!selector)
      return fail(fmt::format("the provided selector {} is not valid: {}", go_quoted(request_.selector),
                              selector.error().message));
    if (!selector->matches(object::labels_of(info.object))) return {};
  }
  if (request_.latest && !request_.local && !info.name.empty())
    if (auto done = fetch(info); !done) return done;
  found.infos.push_back(std::move(info));
  return {};
}

Try<void> Finder::add_file(const std::string& text, const std::string& source, Found& found) {
  auto objects = read_manifest(text, source, request_.validate);
  if (!objects) return Failed(objects.error());
  for (Value& object : *objects) {
    note(add_object(std::move(object), source, found), found);
    if (stopped(found)) break;
  }
  return {};
}

Try<Found> Finder::by_files() {
  Found found;
  std::vector<std::pair<std::string, bool>> files;  // name, is stdin
  for (const auto& word : request_.files.names) {
    if (word == "-") {
      files.emplace_back("STDIN", true);
      continue;
    }
    if (word.starts_with("http://") || word.starts_with("https://"))
      return fail("this client reads manifests from files and stdin only: " + word);
    auto expanded = files_of(word, request_.files.recursive);
    if (!expanded) return Failed(expanded.error());
    for (auto& file : *expanded) files.emplace_back(std::move(file), false);
  }
  found.single = files.size() == 1;
  for (const auto& [file, is_stdin] : files) {
    if (stopped(found)) break;
    auto text = is_stdin ? Try<std::string>(read_stdin()) : checked(runtime::read_file(file));
    if (!text) {
      found.failures.push_back(text.error());
      continue;
    }
    note(add_file(*text, file, found), found);
  }
  return found;
}

}  // namespace

void FileFlags::add_to(FlagSet& flags) {
  flags.list("filename", 'f', &names);
  flags.boolean("recursive", 'R', &recursive);
  flags.text("kustomize", 'k', &kustomize);
}

Try<Found> find(Session& session, const Request& request) { return Finder(session, request).run(); }

}  // namespace proa::cli::kubectl
