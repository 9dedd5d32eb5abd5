// kubectl get.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/printers/sort.h"
#include "cli/kubectl/printers/table.h"
#include "cli/kubectl/resource_finder.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  FileFlags files;
  TableOptions table;
  std::string selector, field_selector, sort_by, raw, subresource;
  bool all_namespaces = false, watch = false, watch_only = false, ignore_not_found = false, watch_events = false;
  bool server_print = true;
  int64_t chunk_size = 500;
};

void add_flags(Options& o, FlagSet& flags) {
  o.print.tables = true;
  o.print.add_to(flags);
  o.files.add_to(flags);
  flags.text("selector", 'l', &o.selector);
  flags.text("field-selector", 0, &o.field_selector);
  flags.text("sort-by", 0, &o.sort_by);
  flags.text("raw", 0, &o.raw);
  flags.text("subresource", 0, &o.subresource);
  flags.boolean("all-namespaces", 'A', &o.all_namespaces);
  flags.boolean("watch", 'w', &o.watch);
  flags.boolean("watch-only", 0, &o.watch_only);
  flags.boolean("output-watch-events", 0, &o.watch_events);
  flags.boolean("ignore-not-found", 0, &o.ignore_not_found);
  flags.boolean("no-headers", 0, &o.table.no_headers);
  flags.boolean("show-labels", 0, &o.table.show_labels);
  flags.boolean("server-print", 0, &o.server_print);
  flags.list("label-columns", 'L', &o.table.label_columns);
  flags.integer("chunk-size", 0, &o.chunk_size);
  flags.boolean("show-kind", 0, &o.table.show_kind);
}

class Get {
 public:
  Get(Session& session, Options& options, std::vector<std::string> args)
      : session_(session), o_(options), args_(std::move(args)) {
    human_ = (o_.print.output.empty() && o_.print.template_text.empty()) || o_.print.output == "wide";
    o_.table.wide = o_.print.output == "wide";
    o_.print.no_headers = o_.table.no_headers;
  }
  Try<void> run();

 private:
  Request request() const;
  Try<void> tables();
  Try<void> generic();
  Try<void> watch();
  Try<void> watch_from(const Mapping& mapping, const std::string& name, const std::string& version, bool list,
                       TablePrinter& table, TabWriter& writer, ObjectPrinter* printer);
  Try<void> sorted(std::vector<Info>& infos);
  Try<void> emit(View object, const std::string& event, TablePrinter& table, TabWriter& writer, ObjectPrinter* printer);

  Session& session_;
  Options& o_;
  std::vector<std::string> args_;
  bool human_ = true;
};

Request Get::request() const {
  Request request;
  request.args = args_;
  request.files = o_.files;
  request.selector = o_.selector;
  request.field_selector = o_.field_selector;
  request.all_namespaces = o_.all_namespaces;
  request.latest = true;
  request.subresource = o_.subresource;
  request.chunk = o_.sort_by.empty() ? o_.chunk_size : 0;
  if (human_ && o_.server_print) {
    request.accept = kAcceptTable;
    request.whole_rows = !o_.sort_by.empty();
  }
  return request;
}

Try<void> Get::sorted(std::vector<Info>& infos) {
  if (infos.empty() || o_.sort_by.empty()) return {};
  const bool table = View(infos[0].object)["kind"].as_string() == "Table";
  if (table) {
    // A table that can't be sorted is not shown; nobody is told why.
    for (Info& info : infos)
      if (View(info.object)["rows"].size() > 1 && !sort_rows(info.object, o_.sort_by))
        info.object["rows"] = Value::array();
    return {};
  }
  std::vector<Value> objects;
  for (Info& info : infos) objects.push_back(std::move(info.object));
  if (auto done = sort_objects(objects, o_.sort_by); !done) return done;
  for (size_t i = 0; i < infos.size(); ++i) infos[i].object = std::move(objects[i]);
  return {};
}

bool several_kinds(const std::vector<Info>& infos) {
  for (const Info& info : infos)
    if (!(info.mapping == infos[0].mapping)) return true;
  return false;
}

Try<void> Get::tables() {
  auto found = find(session_, request());
  if (!found) return Failed(found.error());
  auto& infos = found->infos;
  if (o_.ignore_not_found) std::erase_if(found->failures, [](const Failure& f) { return f.is("NotFound"); });
  if (auto done = sorted(infos); !done) return done;
  const bool with_kind = several_kinds(infos);
  TabWriter writer(kTableStyle);
  std::optional<TablePrinter> printer;
  const Mapping* last = nullptr;
  bool written = false, separate = false, all_namespaced = !o_.all_namespaces;
  const auto flush = [&] {
    const std::string block = writer.flush();
    if (block.empty()) return;
    session_.out(separate ? "\n" + block : block);
    written = true;
    separate = false;
  };
  for (const Info& info : infos) {
    all_namespaced = all_namespaced && info.mapping.namespaced;
    if (last == nullptr || !(*last == info.mapping)) {
      flush();
      writer.forget_widths();
      if (last != nullptr && !o_.table.no_headers && written) separate = true;
      TableOptions options = o_.table;
      options.with_namespace = o_.all_namespaces && info.mapping.namespaced;
      if (with_kind || o_.table.show_kind) options.kind = info.mapping.kind_group();
      printer.emplace(options);
      last = &info.mapping;
    }
    printer->print(info.object, writer);
  }
  flush();
  if (!written && !o_.ignore_not_found && found->failures.empty())
    session_.err(all_namespaced ? fmt::format("No resources found in {} namespace.\n", session_.name_space())
                                : std::string("No resources found\n"));
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  return {};
}

Try<void> Get::generic() {
  auto found = find(session_, request());
  if (!found) return Failed(found.error());
  auto& infos = found->infos;
  if (o_.ignore_not_found) std::erase_if(found->failures, [](const Failure& f) { return f.is("NotFound"); });
  if (!found->failures.empty() && found->single) return Failed(Failure::all(std::move(found->failures)));
  if (infos.empty() && o_.ignore_not_found) {
    if (found->failures.empty()) return {};
    return Failed(Failure::all(std::move(found->failures)));
  }
  auto printer = o_.print.printer();
  if (!printer) return Failed(printer.error());
  if (auto done = sorted(infos); !done) return done;
  Value shown;
  if (found->single && infos.size() == 1) {
    shown = std::move(infos[0].object);
  } else {
    shown = Value::object({{"apiVersion", "v1"},
                           {"items", Value::array()},
                           {"kind", "List"},
                           {"metadata", Value::object({{"resourceVersion", ""}})}});
    for (Info& info : infos) shown["items"].push_back(std::move(info.object));
  }
  auto text = (*printer)->print(shown);
  if (text) session_.out(*text);
  if (!text) found->failures.push_back(text.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  return {};
}

Try<void> Get::emit(View object, const std::string& event, TablePrinter& table, TabWriter& writer,
                    ObjectPrinter* printer) {
  if (printer == nullptr) {
    table.print(object, writer, o_.watch_events ? event : "");
    session_.out(writer.flush());
    return {};
  }
  Value wrapped;
  if (o_.watch_events) {
    wrapped =
        Value::object({{"object", o_.print.show_managed_fields ? object.to_value() : without_managed_fields(object)},
                       {"type", event}});
    object = wrapped;
  }
  auto text = printer->print(object);
  if (!text) return Failed(text.error());
  session_.out(*text);
  return {};
}

Value table_of_status(View status) {
  Value columns = Value::array(), cells = Value::array();
  for (const std::string_view name : {"status", "reason", "message"}) {
    columns.push_back(Value::object({{"name", name}, {"type", "string"}}));
    cells.push_back(status[name].to_value());
  }
  return Value::object(
      {{"kind", "Table"}, {"columnDefinitions", columns}, {"rows", Value::array({Value::object({{"cells", cells}})})}});
}

Try<void> Get::watch_from(const Mapping& mapping, const std::string& name, const std::string& version, bool list,
                          TablePrinter& table, TabWriter& writer, ObjectPrinter* printer) {
  Call call{.path = mapping.path(o_.all_namespaces ? "" : session_.name_space()),
            .accept = human_ && o_.server_print ? kAcceptTable : kJson};
  std::string fields = o_.field_selector;
  if (!list) fields = "metadata.name=" + name;
  call.params = {{"labelSelector", o_.selector}, {"fieldSelector", fields}, {"resourceVersion", version}};
  // A watch of one object begins by telling what it is, which was shown already.
  bool show = list;
  std::optional<Failure> bad;
  auto ended = session_.api().watch(std::move(call), 0, [&](const std::string& type, Value object) {
    if (type == "BOOKMARK") return true;
    // Upstream shows why a watch ended as one more object.
    if (type == "ERROR" && printer == nullptr) object = table_of_status(object);
    if (show || o_.watch_only) {
      if (auto done = emit(object, type, table, writer, printer); !done) {
        bad = done.error();
        return false;
      }
    }
    show = true;
    return true;
  });
  if (bad) return Failed(*bad);
  if (!ended && Api::is_timeout(ended.error())) return {};  // --request-timeout ends a watch
  return ended;
}

Try<void> Get::watch() {
  Request first = request();
  first.single_type = true;
  first.flatten = false;
  first.continue_on_error = false;
  first.chunk = 0;
  auto found = find(session_, first);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  if (several_kinds(found->infos))
    return fail(
        "watch is only supported on individual resources and resource collections - more than 1 resource was found");
  const Info& info = found->infos[0];
  std::unique_ptr<ObjectPrinter> printer;
  if (!human_) {
    auto made = o_.print.printer();
    if (!made) return Failed(made.error());
    printer = std::move(*made);
  }
  TableOptions options = o_.table;
  options.with_namespace = o_.all_namespaces && info.mapping.namespaced;
  if (o_.table.show_kind) options.kind = info.mapping.kind_group();
  TablePrinter table(options);
  TabWriter writer(kTableStyle);
  // Several of a kind are shown, as upstream does before it finds that it can't watch them.
  for (size_t i = 1; i < found->infos.size(); ++i) {
    if (i == 1) table.print(info.object, writer);
    table.print(found->infos[i].object, writer);
  }
  if (found->infos.size() > 1) {
    session_.out(writer.flush());
    return fail("you may only watch a single resource or type of resource at a time");
  }
  const bool list = info.name.empty();
  const View object = info.object;
  if (!o_.watch_only) {
    if (list && printer && object["items"].is_array()) {
      for (View item : object["items"].items()) {
        Value whole = Value::object({{"apiVersion", info.mapping.api_version()}, {"kind", info.mapping.kind}});
        for (auto [name, value] : item.members()) whole.set(name, value.to_value());
        if (auto done = emit(whole, "ADDED", table, writer, printer.get()); !done) return done;
      }
    } else if (auto done = emit(object, "ADDED", table, writer, printer.get()); !done) {
      return done;
    }
  }
  const std::string version = list ? object["metadata"]["resourceVersion"].str() : "0";
  return watch_from(info.mapping, info.name, version, list, table, writer, printer.get());
}

Try<void> Get::run() {
  if (o_.watch || o_.watch_only) return watch();
  return human_ ? tables() : generic();
}

Try<void> validate(Session& session, const Options& o, const std::vector<std::string>& args) {
  if (!o.raw.empty()) {
    if (!args.empty()) return fail("arguments may not be passed when --raw is specified");
    if (!o.print.output.empty()) return fail("--raw and --output are mutually exclusive");
    return {};
  }
  if (!o.watch && !o.watch_only && args.empty() && o.files.empty()) {
    session.err(
        fmt::format("You must specify the type of resource to get. Use \"{} api-resources\" for a complete list "
                    "of supported resources.\n\n",
                    session.called_as()));
    return session.usage(
        fmt::format("Required resource not specified.\nUse \"{0} explain <resource>\" for a detailed "
                    "description of that resource (e.g. {0} explain pods).",
                    session.called_as()));
  }
  if (o.table.show_labels && !o.print.output.empty() && o.print.output != "wide")
    return fail(fmt::format("--show-labels option cannot be used with {} printer", o.print.output));
  if (o.watch_events && !o.watch && !o.watch_only)
    return fail("--output-watch-events option can only be used with --watch or --watch-only");
  return {};
}

}  // namespace

Try<void> get(Session& session) {
  Options options;
  FlagSet flags = session.flags();
  add_flags(options, flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (auto ok = validate(session, options, *args); !ok) return ok;
  if (!options.raw.empty()) {
    auto body = session.api().raw({.path = options.raw, .accept = "application/json, */*"});
    if (!body) return Failed(body.error());
    session.out(*body);
    return {};
  }
  return Get(session, options, *args).run();
}

}  // namespace proa::cli::kubectl
