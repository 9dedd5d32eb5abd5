#include "cli/kubectl/create/made.h"

#include <fmt/format.h>

#include "object/json.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;

void CreateOptions::add_to(FlagSet& flags) {
  print.add_to(flags);
  write.add_dry_run(flags);
  write.add_validate(flags);
  write.add_field_manager(flags, "kubectl-create");
  flags.boolean("save-config", 0, &save_config);
}

namespace {

/// NAME, and what stands after it.
Try<std::vector<std::string>> name_and_rest(Session& session, FlagSet& flags,
                                            const std::vector<std::string>& required) {
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  std::string missing;
  for (const std::string& flag : required)
    if (!flags.changed(flag)) missing += fmt::format("{}\"{}\"", missing.empty() ? "" : ", ", flag);
  if (!missing.empty()) return fail(fmt::format("required flag(s) {} not set", missing));
  const int before = flags.args_before_dashes();
  const size_t names = before >= 0 ? static_cast<size_t>(before) : args->size();
  if (names != 1) return session.usage(fmt::format("exactly one NAME is required, got {}", names));
  return args;
}

}  // namespace

Try<std::string> begin_named(Session& session, FlagSet& flags) {
  auto args = name_and_rest(session, flags, {});
  if (!args) return Failed(args.error());
  return (*args)[0];
}

Try<void> begin_create(Session& session, CreateOptions& o, FlagSet& flags, bool with_command) {
  o.add_to(flags);
  auto args = name_and_rest(session, flags, o.required);
  if (!args) return Failed(args.error());
  o.name = (*args)[0];
  if (with_command) o.command.assign(args->begin() + 1, args->end());
  if (auto ok = o.write.ready(session); !ok) return ok;
  return {};
}

Value new_object(Session& session, const CreateOptions& o, const std::string& api_version, const std::string& kind,
                 Value labels) {
  Value metadata = Value::object({{"name", o.name}});
  if (session.namespace_given() && !o.cluster_scoped) metadata["namespace"] = session.name_space();
  metadata["creationTimestamp"] = nullptr;
  if (labels.is_object()) metadata["labels"] = std::move(labels);
  return Value::object({{"kind", kind}, {"apiVersion", api_version}, {"metadata", std::move(metadata)}});
}

Value template_metadata(Value labels) {
  Value metadata = Value::object({{"creationTimestamp", nullptr}});
  if (labels.is_object()) metadata["labels"] = std::move(labels);
  return metadata;
}

Value words(const std::vector<std::string>& list) {
  Value out = Value::array();
  for (const auto& word : list) out.push_back(word);
  return out;
}

Try<void> finish_create(Session& session, CreateOptions& o, Value object, const std::string& what) {
  const View view = object;
  if (o.append_hash) {
    o.name = name_with_hash(object);
    object["metadata"]["name"] = o.name;
  }
  if (o.save_config) {
    const std::string text = last_applied_text(object);
    object["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
  }
  if (!o.write.client_only()) {
    auto mapping = session.mapper().of_kind(view["apiVersion"].str(), view["kind"].str());
    if (!mapping) return Failed(mapping.error());
    Info info{*mapping, session.name_space(), o.name, std::move(object), {}};
    auto created = create_object(session, info, o.write);
    if (!created && what.empty()) return Failed(created.error());
    if (!created) return fail(fmt::format("failed to create {} {}", what, created.error().message()));
    object = std::move(*created);
  }
  auto text = ResultPrinter(o.print, o.write.dry_run).print(object, "created");
  if (!text) return Failed(text.error());
  session.out(*text);
  return {};
}

}  // namespace proa::cli::kubectl
