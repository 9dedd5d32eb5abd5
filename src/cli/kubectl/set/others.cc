// kubectl set selector, serviceaccount, resources.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
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
    if (amount.as_string() == "0")
      kept.erase(name);
    else
      kept.set(name, amount.to_value());
  }
}

Failure no_template(const Info& info) {
  return Failure::text(fmt::format("error: {}/{} the object is not a pod or does not have a pod template",
                                   info.mapping.plural, info.name));
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
                          if (spec == nullptr) return failures.push_back(no_template(info));
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
  return change_objects(session, o, *args, "serviceaccount updated", "ServiceAccountName",
                        [&](Value& object, const Info& info, std::vector<Failure>& failures) {
                          Value* spec = pod_spec(object, info.mapping);
                          if (spec == nullptr) return failures.push_back(no_template(info));
                          spec->set("serviceAccountName", account);
                        });
}

Try<void> set_selector(Session& session) {
  SetOptions o;
  std::string version;
  FlagSet flags = session.flags();
  flags.text("resource-version", 0, &version);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  std::vector<std::string> resources = *args;
  if (resources.empty())
    return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (resources.size() < 2 && o.files.empty()) return fail("selector is required");
  auto selector = object::LabelSelector::parse(resources.back());
  if (!selector) return fail(selector.error().message);
  resources.pop_back();
  Value map = Value::object();
  for (const auto& requirement : selector->requirements()) {
    if (!requirement.exact || requirement.values.size() != 1)
      return fail(fmt::format("invalid selector: {}", args->back()));
    map.set(requirement.key, requirement.values[0]);
  }
  return change_objects(
      session, o, resources, "selector updated", "selector",
      [&](Value& object, const Info& info, std::vector<Failure>& failures) {
        if (info.mapping.kind != "Service") {
          failures.push_back(Failure::text("error: setting a selector is only supported for Services"));
          return;
        }
        object["spec"]["selector"] = map;
      });
}

}  // namespace proa::cli::kubectl
