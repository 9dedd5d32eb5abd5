// kubectl wait.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/print_flags.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;
constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kWeekMs = 7LL * 24 * 3600 * 1000;

struct Options {
  PrintFlags print;
  FileFlags files;
  std::string condition, selector, field_selector;
  int64_t timeout_ns = 30 * kSecondNs;
  bool all = false, all_namespaces = false, local = false;
};

/// Is it so, of this object?
using Check = std::function<Try<bool>(View)>;

bool same_folded(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

Check condition_check(std::string name) {
  std::string wanted = "true";
  if (const size_t equals = name.find('='); equals != std::string::npos) {
    wanted = name.substr(equals + 1);
    name = name.substr(0, equals);
  }
  return [name, wanted](View object) -> Try<bool> {
    for (View condition : object["status"]["conditions"].items()) {
      if (!same_folded(condition["type"].as_string(), name)) continue;
      const View own = condition["observedGeneration"];
      const View observed = own.exists() ? own : object["status"]["observedGeneration"];
      if (observed.exists() && observed.as_int() < object::generation_of(object)) return false;
      return same_folded(condition["status"].as_string(), wanted);
    }
    return false;
  };
}

/// Parts around single `=`; `==` belongs to the expression.
std::vector<std::string> split_expression(const std::string& input) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < input.size(); ++i) {
    if (input[i] != '=') {
      out.back() += input[i];
    } else if (i + 1 < input.size() && input[i + 1] == '=') {
      out.back() += "==";
      ++i;
    } else {
      out.emplace_back();
    }
  }
  return out;
}

Try<Check> jsonpath_check(const std::string& input) {
  const auto parts = split_expression(input);
  if (parts.size() > 2)
    return fail(
        "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
        "--for=jsonpath='{.status.readyReplicas}'");
  auto relaxed = relaxed_path(parts[0]);
  if (!relaxed) return Failed(relaxed.error());
  if (relaxed->empty()) return fail("jsonpath expression cannot be empty");
  std::string wanted;
  if (parts.size() == 2) {
    wanted = parts[1];
    while (!wanted.empty() && (wanted.front() == '\'' || wanted.front() == '"')) wanted.erase(0, 1);
    while (!wanted.empty() && (wanted.back() == '\'' || wanted.back() == '"')) wanted.pop_back();
    if (wanted.empty())
      return fail(
          "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  }
  auto path = JsonPath::parse(*relaxed);
  if (!path) return Failed(path.error());
  path->allow_missing(true);
  auto shared = std::make_shared<JsonPath>(std::move(*path));
  return [shared, wanted](View object) -> Try<bool> {
    auto found = shared->find(object);
    if (!found) return Failed(found.error());
    if (found->empty() || (*found)[0].empty()) return false;
    if (found->size() > 1) return fail("given jsonpath expression matches more than one list");
    if ((*found)[0].size() > 1) return fail("given jsonpath expression matches more than one value");
    if (wanted.empty()) return true;
    const View value = (*found)[0][0];
    if (value.is_object() || value.is_array())
      return fail("jsonpath leads to a nested object or list which is not supported");
    return trim(go_print(value)) == trim(wanted);
  };
}

Failure out_of_time(const Info& info) {
  return Failure::text(fmt::format("{} on {}/{}", kTimedOut, info.mapping.plural, info.name));
}

Try<void> wait_for(Session& session, const Info& info, int64_t timeout_ms, const Check& check, object::Value& last) {
  if (timeout_ms == 0) {
    auto live = session.api().get(info.mapping.path(info.name_space, info.name));
    if (!live) return Failed(live.error());
    auto so = check(*live);
    if (!so) return Failed(so.error());
    last = std::move(*live);
    if (!*so) return fail(fmt::format("condition not met for {}/{}", info.mapping.plural, info.name));
    return {};
  }
  bool there = true;
  auto done = until(
      session, info, timeout_ms,
      [&](Seen seen, View object) -> Try<bool> {
        if (seen == Seen::kDeleted) return false;  // another of its name may come
        last = object.to_value();
        // Items of a LIST do not say what they are.
        last["apiVersion"] = info.mapping.api_version();
        last["kind"] = info.mapping.kind;
        return check(last);
      },
      [&] {
        there = false;
        return true;
      });
  if (done && !there) return Failed(Failure::of(base::not_found({info.mapping.group, info.mapping.plural}, info.name)));
  if (!done && done.error().message() == kTimedOut) return Failed(out_of_time(info));
  return done;
}

Try<void> wait_gone(Session& session, const Info& info, int64_t timeout_ms) {
  if (info.name.empty()) return fail("resource name must be provided");
  auto live = session.api().get(info.mapping.path(info.name_space, info.name));
  if (!live && live.error().is("NotFound")) return {};
  if (!live) return Failed(live.error());
  if (timeout_ms == 0) return fail(fmt::format("condition not met for {}/{}", info.mapping.plural, info.name));
  auto done = until(
      session, info, timeout_ms, [](Seen seen, View) -> Try<bool> { return seen == Seen::kDeleted; },
      [] { return true; });
  if (!done && done.error().message() == kTimedOut) return Failed(out_of_time(info));
  return done;
}

Try<Check> check_of(const std::string& condition) {
  if (condition.starts_with("condition=")) return condition_check(condition.substr(10));
  if (condition.starts_with("jsonpath=")) return jsonpath_check(condition.substr(9));
  return fail("unrecognized condition: " + object::go_quoted(condition));
}

/// Until what is named is there.
Try<void> wait_created(Session& session, const Request& request, int64_t timeout_ms) {
  Request by_name = request;
  by_name.fetch = false;
  auto found = find(session, by_name);
  if (!found) return Failed(found.error());
  for (const Info& info : found->infos) {
    auto done = until(session, info, timeout_ms, [](Seen, View) -> Try<bool> { return true; });
    if (!done) return done;
  }
  return {};
}

}  // namespace

Try<void> wait(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  o.files.add_to(flags);
  flags.text("for", 0, &o.condition);
  flags.text("selector", 'l', &o.selector);
  flags.text("field-selector", 0, &o.field_selector);
  flags.duration("timeout", 0, &o.timeout_ns);
  flags.boolean("all", 0, &o.all);
  flags.boolean("all-namespaces", 'A', &o.all_namespaces);
  flags.boolean("local", 0, &o.local);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  const bool deletion = lower(o.condition) == "delete", creation = lower(o.condition) == "create";
  Check check = [](View) -> Try<bool> { return true; };
  if (!deletion && !creation) {
    auto made = check_of(o.condition);
    if (!made) return Failed(made.error());
    check = *made;
  }
  const int64_t timeout_ms = o.timeout_ns < 0 ? kWeekMs : o.timeout_ns / 1'000'000;
  Request request;
  request.args = *args;
  request.files = o.files;
  request.selector = o.selector;
  request.field_selector = o.field_selector;
  request.all = o.all;
  request.all_namespaces = o.all_namespaces;
  request.type_means_all = false;
  request.latest = true;
  if (creation)
    if (auto done = wait_created(session, request, timeout_ms); !done) return done;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  if (deletion) std::erase_if(failures, [](const Failure& f) { return f.is("NotFound"); });
  ResultPrinter printer(o.print, "none");
  for (const Info& info : found->infos) {
    object::Value last = info.object.is_object() ? info.object : object::Value::object();
    auto done = deletion   ? wait_gone(session, info, timeout_ms)
                : creation ? Try<void>()
                           : wait_for(session, info, timeout_ms, check, last);
    // Items of a LIST do not say what they are.
    last["apiVersion"] = info.mapping.api_version();
    last["kind"] = info.mapping.kind;
    auto text = done ? printer.print(last, "condition met") : Try<std::string>(Failed(done.error()));
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  if (found->infos.empty() && !deletion) return fail("no matching resources found");
  return {};
}

}  // namespace proa::cli::kubectl
