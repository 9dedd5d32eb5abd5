// kubectl create -f.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {

using object::Value;

Try<void> create(Session& session) {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector;
  bool save_config = false, edit = false;
  FlagSet flags = session.flags();
  write.add_to(flags, print, "kubectl-create");
  write.add_validate(flags);
  files.add_to(flags);
  flags.text("selector", 'l', &selector);
  flags.boolean("save-config", 0, &save_config);
  flags.boolean("edit", 0, &edit);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!args->empty()) return session.usage(fmt::format("Unexpected args: [{}]", join(*args, " ")));
  if (auto ok = write.check(session); !ok) return ok;
  if (files.empty()) return fail("must specify one of -f and -k");
  if (edit) return fail("this client can't edit before it creates: --edit is not supported");
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  Request request;
  request.files = files;
  request.validate = write.validate != "Ignore";
  request.selector = selector;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  const std::string cause = write.record ? Session::change_cause(flags, {"create"}, {}) : "";
  ResultPrinter printer(print, write.dry_run);
  for (Info& info : found->infos) {
    if (save_config) {
      const std::string text = last_applied_text(info.object);
      info.object["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
    }
    if (!cause.empty()) record_cause(info.object, cause);
    Try<Value> made = write.client_only() ? Try<Value>(info.object) : create_object(session, info, write);
    if (!made) {
      failures.push_back(made.error().at_source("creating", info.source));
      continue;
    }
    auto text = printer.print(*made, "created");
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  if (found->infos.empty()) return fail("no objects passed to create");
  return {};
}

}  // namespace proa::cli::kubectl
