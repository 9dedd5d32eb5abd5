// kubectl set selector, serviceaccount, resources.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/quantity.h"
#include "object/selector.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// `cpu=1,memory=2Gi` as a map of amounts.
Try<Value> amounts_of(const std::string& text) {
  Value out = Value::object();
  if (text.empty()) return out;
  for (const auto& part : split(text, ",")) {
    const auto sides = split(part, "=");
    if (sides.size() != 2) return fail(fmt::format("Invalid argument syntax {}, expected <resource>=<value>", part));
    auto quantity = object::Quantity::parse(sides[1]);
    if (!quantity) return fail(quantity.error().message);
    out.set(sides[0], quantity->to_string());
  }
  return out;
}

void merge_amounts(Value& container, const char* which, View amounts) {
  for (auto [name, amount] : amounts.members()) {
    Value& kept = container["resources"][std::string_view(which)];
    kept.set(name, amount.to_value());
  }
}

/// What a Service can have as its selector, and what it can't, as upstream prints it: `{a In [x y]}`.
struct ServiceSelector {
  Value map = Value::object();
  std::vector<std::string> others;
};

Try<ServiceSelector> read_selector(const std::string& text) {
  using Op = object::LabelSelector::Op;
  auto parsed = object::LabelSelector::parse(text);
  if (!parsed)
    return fail(
        fmt::format("couldn't parse the selector string {}: {}", object::go_quoted(text), parsed.error().message));
  ServiceSelector out;
  for (const auto& one : parsed->requirements()) {
    if (one.op == Op::kGreaterThan || one.op == Op::kLessThan)
      return fail(fmt::format("{} isn't supported in label selectors", one.op == Op::kLessThan ? "\"lt\"" : "\"gt\""));
    if (one.exact && one.op == Op::kNotIn) return fail("\"!=\" is not a valid label selector operator");
    const char* op = one.op == Op::kIn       ? "In"
                     : one.op == Op::kNotIn  ? "NotIn"
                     : one.op == Op::kExists ? "Exists"
                                             : "DoesNotExist";
    if (one.exact)
      out.map.set(one.key, one.values[0]);
    else
      out.others.push_back(fmt::format("{{{} {} [{}]}}", one.key, op, join(one.values, " ")));
  }
  return out;
}

Try<std::vector<std::string>> begin(Session& session, SetOptions& o, FlagSet& flags) {
  o.add_to(flags);
  auto args = session.parse(flags);
  if (!args) return args;
  if (auto ok = o.write.ready(session); !ok) return Failed(ok.error());
  return args;
}

}  // namespace

Try<void> set_resources(Session& session) {
  SetOptions o;
  std::string containers = "*", limits_text, requests_text;
  FlagSet flags = session.flags();
  flags.text("containers", 'c', &containers);
  flags.text("limits", 0, &limits_text);
  flags.text("requests", 0, &requests_text);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  if (limits_text.empty() && requests_text.empty())
    return fail("you must specify an update to requests or limits (in the form of --requests/--limits)");
  auto limits = amounts_of(limits_text), requests = amounts_of(requests_text);
  if (!limits) return Failed(limits.error());
  if (!requests) return Failed(requests.error());
  return change_objects(session, o, *args, "resource requirements updated", "resources update to pod template",
                        [&](Value& object, const Info& info, std::vector<Failure>& failures) {
                          Value* spec = pod_spec(object, info.mapping);
                          if (spec == nullptr) return failures.push_back(no_template(info, o.local));
                          bool any = false;
                          Value* list = spec->find("containers");
                          if (list != nullptr && list->is_array())
                            for (Value& container : list->items()) {
                              if (!fits(View(container)["name"].as_string(), containers)) continue;
                              any = true;
                              merge_amounts(container, "limits", *limits);
                              merge_amounts(container, "requests", *requests);
                            }
                          if (!any)
                            failures.push_back(Failure::text("error: unable to find container named " + containers));
                        });
}

Try<void> set_serviceaccount(Session& session) {
  SetOptions o;
  FlagSet flags = session.flags();
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  if (args->empty()) return fail("serviceaccount is required");
  const std::string account = args->back();
  args->pop_back();
  if (args->empty() && o.files.empty())
    if (auto none = find(session, {}); !none) return Failed(none.error());
  o.send_unchanged = true;
  return change_objects(session, o, *args, "serviceaccount updated", "ServiceAccountName",
                        [&](Value& object, const Info& info, std::vector<Failure>& failures) {
                          Value* spec = pod_spec(object, info.mapping);
                          if (spec == nullptr) return failures.push_back(no_template(info, o.local));
                          spec->set("serviceAccountName", account);
                        });
}

Try<void> set_selector(Session& session) {
  SetOptions o;
  o.send_unchanged = true;
  FlagSet flags = session.flags();
  flags.text("resource-version", 0, &o.resource_version);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  std::vector<std::string> resources = *args;
  if (resources.empty())
    return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  const auto selector = read_selector(resources.back());
  if (!selector) return Failed(selector.error());
  resources.pop_back();
  if (resources.empty() && o.files.empty())
    if (auto none = find(session, {}); !none) return Failed(none.error());
  return change_objects(
      session, o, resources, "selector updated", "",
      [&](Value& object, const Info& info, std::vector<Failure>& failures) {
        if (info.mapping.kind != "Service") {
          failures.push_back(Failure::text("error: setting a selector is only supported for Services"));
          return;
        }
        if (!selector->others.empty())
          return failures.push_back(Failure::text(
              fmt::format("error: match expression [{}] not supported on this object", join(selector->others, " "))));
        object["spec"]["selector"] = selector->map;
      });
}

}  // namespace proa::cli::kubectl
