// kubectl edit: the objects as YAML in the user's editor, and a patch of what was changed.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/three_way_patch.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/yaml.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr const char* kHeader =
    "# Please edit the object below. Lines beginning with a '#' will be ignored,\n"
    "# and an empty file will abort the edit. If an error occurs while saving this file will be\n"
    "# reopened with the relevant failures.\n"
    "#\n";

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector;
};

std::string editor_command() {
  for (const char* name : {"KUBE_EDITOR", "EDITOR"})
    if (const char* value = std::getenv(name); value != nullptr && *value != 0) return value;
  return "vi";
}

/// The editor is a command line of the user's own making, so a shell reads it.
Try<void> run_editor(const std::string& file) {
  const std::string command = editor_command() + " \"$0\"";
  const char* argv[] = {"/bin/sh", "-c", command.c_str(), file.c_str(), nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, argv[0], nullptr, nullptr, const_cast<char**>(argv), environ) != 0)
    return fail(fmt::format("unable to launch the editor \"{}\"", editor_command()));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(fmt::format("there was a problem with the editor \"{}\"", editor_command()));
  return {};
}

Try<std::string> temporary_file(const std::string& text, const std::string& extension) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/kubectl-edit-XXXXXX" + extension;
  const int fd = mkstemps(path.data(), static_cast<int>(extension.size()));
  if (fd < 0) return fail("unable to make a temporary file in " + std::string(folder == nullptr ? "/tmp" : folder));
  close(fd);
  auto written = checked(runtime::write_file_atomic(path, text, 0600));
  if (!written) return Failed(written.error());
  return path;
}

bool is_comment(std::string_view line) { return trim(line).starts_with('#'); }

/// What stands behind the header. Further down a line with a '#' may be part of a text.
std::string without_header(const std::string& text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1);
    if (!is_comment(text.substr(at, end - at))) break;
    at = end + 1;
  }
  return text.substr(at);
}

bool has_lines(const std::string& text) {
  for (const auto& line : split(text, "\n"))
    if (!trim(line).empty() && !is_comment(line)) return true;
  return false;
}

/// Do both say the same, whatever their comments and blanks?
bool same_content(const std::string& a, const std::string& b) {
  const auto left = object::parse_yaml(a), right = object::parse_yaml(b);
  return left && right ? View(*left) == View(*right) : without_header(a) == without_header(b);
}

std::string text_of(const std::vector<Info>& infos, bool json) {
  Value shown = without_managed_fields(infos[0].object);
  if (infos.size() > 1) {
    shown = Value::object(
        {{"apiVersion", "v1"}, {"kind", "List"}, {"metadata", Value::object()}, {"items", Value::array()}});
    for (const Info& info : infos) shown["items"].push_back(without_managed_fields(info.object));
  }
  std::string out;
  if (!json) {
    object::write_yaml(shown, out);
    return out;
  }
  object::write_json_indented(shown, out, 4, true);
  return out + "\n";
}

/// The reasons that stand above the text when it is opened again.
std::string comment_of(const std::vector<std::string>& reasons) {
  std::string out;
  for (const auto& reason : reasons) {
    bool first = true;
    for (const auto& line : split(reason, "\n"))
      if (!line.empty()) out += (std::exchange(first, false) ? "# " : "# * ") + line + "\n";
    out += "#\n";
  }
  return out;
}

class Edit {
 public:
  Edit(Session& session, Options& o, std::vector<Info> infos, std::string cause)
      : session_(session), o_(o), infos_(std::move(infos)), cause_(std::move(cause)), printer_(o.print, "none") {}
  Try<void> run();

 private:
  Try<void> apply(const std::string& edited);
  Try<void> patch_one(const Info& info, Value wanted);
  void note(const Failure& why, const Info& info);
  Try<void> run_once(const std::string& original, const std::string& file, bool& again);
  Failed kept(const std::string& file, Failed why) {
    session_.err(fmt::format("A copy of your changes has been stored to \"{}\"\n", file));
    return why;
  }

  Session& session_;
  Options& o_;
  std::vector<Info> infos_;
  std::string cause_;
  ResultPrinter printer_;
  std::vector<std::string> reasons_;
  std::string edited_;
  int refused_ = 0, missing_ = 0;  // of one round: what cannot be mended in the editor
};

/// An invalid object comes back to the editor with the reasons; what else went wrong is told after all were tried.
void Edit::note(const Failure& why, const Info& info) {
  const std::string named = fmt::format("{} \"{}\"", info.mapping.resource_group(), info.name);
  if (why.is("Invalid")) {
    const auto& causes = why.status()->details.causes;
    std::string reason = named + " was not valid" + (causes.empty() ? "" : ":");
    for (const auto& cause : causes) reason += "\n" + cause.field + ": " + cause.message;
    reasons_.push_back(reason);
    return session_.err(fmt::format("error: {} is invalid\n", named));
  }
  ++(why.is("NotFound") ? missing_ : refused_);
  if (why.is("NotFound")) return session_.err(fmt::format("error: {} could not be found on the server\n", named));
  session_.err(fmt::format("error: {} could not be patched: {}\n", named, why.message()));
}

Try<void> Edit::patch_one(const Info& info, Value wanted) {
  if (!cause_.empty()) record_cause(wanted, cause_);
  const Value before = without_managed_fields(info.object);
  if (View(before) == View(wanted)) {
    session_.out(kind_slash_name(before) + " skipped\n");
    return {};
  }
  WriteFlags write = o_.write;
  const bool strategic = static_cast<bool>(info.mapping.type);
  const Value patch =
      strategic ? two_way_patch(before, wanted, info.mapping.type) : two_way_merge_patch(before, wanted);
  auto patched = patch_object(session_, info, strategic ? kStrategicPatch : kMergePatch, sorted_json(patch), write);
  if (!patched) {
    note(patched.error(), info);
    return {};
  }
  auto text = printer_.print(*patched, "edited");
  if (!text) return Failed(text.error());
  session_.out(*text);
  return {};
}

Try<void> Edit::apply(const std::string& edited) {
  auto objects = read_manifest(edited, "edited-file");
  if (!objects) {
    reasons_.push_back("The edited file had a syntax error: " + objects.error().message());
    return {};
  }
  for (Value& wanted : *objects) {
    const Info* original = nullptr;
    for (const Info& info : infos_)
      if (info.name == object::name_of(wanted) && info.mapping.kind == View(wanted)["kind"].as_string())
        original = &info;
    if (original == nullptr) return fail("At least one of apiVersion, kind and name was changed");
    if (auto done = patch_one(*original, std::move(wanted)); !done) return done;
  }
  return {};
}

Try<void> Edit::run_once(const std::string& original, const std::string& file, bool& again) {
  if (auto done = run_editor(file); !done) return kept(file, Failed(done.error()));
  auto edited = checked(runtime::read_file(file));
  if (!edited) return Failed(edited.error());
  if (!reasons_.empty() && same_content(*edited, edited_))
    return kept(file, fail("Edit cancelled, no valid changes were saved."));
  const bool unchanged = same_content(*edited, original);
  if (unchanged || !has_lines(*edited)) {
    unlink(file.c_str());
    session_.err(unchanged ? "Edit cancelled, no changes made.\n" : "Edit cancelled, saved file was empty.\n");
    return {};
  }
  reasons_.clear();
  edited_ = *edited;
  if (auto done = apply(*edited); !done) return kept(file, Failed(done.error()));
  if (refused_ > 0) session_.err(fmt::format("You can run `kubectl replace -f {}` to try this update again.\n", file));
  if (refused_ == 0 && missing_ > 0)
    session_.err(fmt::format("The edits you made on deleted resources have been saved to \"{}\"\n", file));
  if (refused_ + missing_ > 0) return Failed(Failure::quiet(1));
  unlink(file.c_str());
  again = !reasons_.empty();
  return {};
}

Try<void> Edit::run() {
  const bool json = o_.print.output == "json";
  const std::string original = text_of(infos_, json);
  std::string text = original;
  for (bool again = true; again;) {
    again = false;
    // JSON has no place for comments.
    auto file = temporary_file(json ? text : kHeader + comment_of(reasons_) + text, json ? ".json" : ".yaml");
    if (!file) return Failed(file.error());
    if (auto done = run_once(original, *file, again); !done) return done;
    text = without_header(edited_);
  }
  return {};
}

}  // namespace

Try<void> edit(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  o.files.add_to(flags);
  o.write.add_validate(flags);
  o.write.add_record(flags);
  o.write.add_field_manager(flags, "kubectl-edit");
  flags.text("selector", 'l', &o.selector);
  flags.ignored_boolean("output-patch");
  flags.ignored_boolean("save-config");
  flags.ignored_boolean("windows-line-endings");
  flags.ignored("subresource");
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (!o.print.output.empty() && o.print.output != "json" && o.print.output != "yaml")
    return fail(
        fmt::format("unable to match a printer suitable for the output format {}, allowed formats are: json,yaml",
                    object::go_quoted(o.print.output)));
  Request request;
  request.args = *args;
  request.files = o.files;
  request.selector = o.selector;
  request.latest = true;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  if (found->infos.empty()) return fail("edit cancelled, no objects found");
  const std::string cause = o.write.record ? Session::change_cause(flags, {"edit"}, *args) : "";
  return Edit(session, o, std::move(found->infos), cause).run();
}

}  // namespace proa::cli::kubectl
