#include "node/image/image_command.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "node/image/image_store.h"

namespace proa::node {

namespace {

constexpr const char* kUsage = R"(Images for this cluster, no registry needed.

Usage:
  proa image build [-t NAME[:TAG]] [-f FILE] [--build-arg NAME=VALUE] [--target STAGE] [--no-cache] [-q] CONTEXT
  proa image load -i ARCHIVE
  proa image ls
  proa image rm NAME...
  proa image save -o ARCHIVE NAME...
  proa image tag SOURCE TARGET
)";

int fail(std::string_view why) {
  fmt::print(stderr, "error: {}\n", why);
  return 1;
}

/// Flags with a value, in all of docker's forms: -t X, -tX, --tag X, --tag=X.
class Flags {
 public:
  explicit Flags(std::vector<std::string> args) : rest_(std::move(args)) {}

  std::optional<std::string> value(std::string_view letter, std::string_view name) {
    for (size_t i = 0; i < rest_.size(); ++i) {
      const std::string arg = rest_[i];
      if ((arg == letter && !letter.empty()) || arg == name) {
        if (i + 1 == rest_.size()) return std::nullopt;
        std::string out = rest_[i + 1];
        rest_.erase(rest_.begin() + static_cast<long>(i), rest_.begin() + static_cast<long>(i) + 2);
        return out;
      }
      std::optional<std::string> out;
      if (arg.starts_with(std::string(name) + "="))
        out = arg.substr(name.size() + 1);
      else if (!letter.empty() && arg.size() > 2 && arg.starts_with(letter) && !arg.starts_with("--"))
        out = arg.substr(2);
      if (!out) continue;
      rest_.erase(rest_.begin() + static_cast<long>(i));
      return out;
    }
    return std::nullopt;
  }
  std::vector<std::string> values(std::string_view letter, std::string_view name) {
    std::vector<std::string> out;
    while (auto each = value(letter, name)) out.push_back(std::move(*each));
    return out;
  }
  bool has(std::string_view letter, std::string_view name) {
    return std::erase_if(rest_, [&](const std::string& arg) {
             return arg == letter || arg == name || arg == std::string(name) + "=true";
           }) > 0;
  }
  /// What is left; a flag among it is unknown.
  const std::vector<std::string>& rest() const { return rest_; }
  std::string unknown() const {
    for (const std::string& arg : rest_)
      if (arg.size() > 1 && arg.starts_with('-')) return arg;
    return {};
  }

 private:
  std::vector<std::string> rest_;
};

std::string human_size(uint64_t bytes) {
  double value = static_cast<double>(bytes);
  for (const char* unit : {"B", "kB", "MB", "GB"}) {
    if (value < 1000) return fmt::format("{:.3g}{}", value, unit);
    value /= 1000;
  }
  return fmt::format("{:.3g}TB", value);
}

int build(const ImageStore& store, Flags flags) {
  BuildRequest request;
  request.tags = flags.values("-t", "--tag");
  request.file = flags.value("-f", "--file").value_or("");
  request.build_args = flags.values("", "--build-arg");
  request.target = flags.value("", "--target").value_or("");
  request.no_cache = flags.has("", "--no-cache");
  (void)flags.value("", "--progress");
  (void)flags.has("", "--rm");
  const bool quiet = flags.has("-q", "--quiet");
  if (const std::string flag = flags.unknown(); !flag.empty()) return fail("unknown flag: " + flag);
  if (flags.rest().size() != 1)
    return fail("\"proa image build\" requires exactly 1 argument: the folder with the Dockerfile");
  request.context = flags.rest().front();
  const auto built = store.build(request);
  if (!built) return fail(built.error().message);
  if (quiet) {
    fmt::print("{}\n", built->id);
    return 0;
  }
  fmt::print("{}", built->output);
  fmt::print("Successfully built {}\n", built->id.substr(built->id.find(':') + 1).substr(0, 12));
  for (const std::string& tag : request.tags)
    fmt::print("Successfully tagged {}\n", short_image_name(full_image_name(tag)));
  return 0;
}

int load(const ImageStore& store, Flags flags) {
  const auto archive = flags.value("-i", "--input");
  if (!archive) return fail("\"proa image load\" requires -i ARCHIVE");
  const auto names = store.load(*archive);
  if (!names) return fail(names.error().message);
  for (const std::string& name : *names) fmt::print("Loaded image: {}\n", short_image_name(name));
  return 0;
}

int list(const ImageStore& store) {
  const auto rows = store.list();
  if (!rows) return fail(rows.error().message);
  size_t repository = 10, tag = 3;
  for (const ImageRow& row : *rows) {
    repository = std::max(repository, row.repository.size());
    tag = std::max(tag, row.tag.size());
  }
  fmt::print("{:<{}}   {:<{}}   {:<12}   SIZE\n", "REPOSITORY", repository, "TAG", tag, "IMAGE ID");
  for (const ImageRow& row : *rows)
    fmt::print("{:<{}}   {:<{}}   {:<12}   {}\n", row.repository, repository, row.tag, tag, row.id,
               human_size(row.size));
  return 0;
}

int remove(const ImageStore& store, const std::vector<std::string>& names) {
  if (names.empty()) return fail("\"proa image rm\" requires at least 1 argument: the image's name");
  int code = 0;
  for (const std::string& name : names) {
    if (const auto removed = store.remove(name); !removed)
      code = fail(removed.error().message);
    else
      fmt::print("Untagged: {}\n", short_image_name(full_image_name(name)));
  }
  return code;
}

}  // namespace

int run_image_command(const std::vector<std::string>& args, const std::string& node_dir) {
  const std::string verb = args.empty() ? "--help" : args.front();
  const auto asks_for_help = [](const std::string& arg) { return arg == "--help" || arg == "-h"; };
  if (verb == "help" || verb == "--help" || std::ranges::any_of(args, asks_for_help)) {
    fmt::print("{}", kUsage);
    return args.empty() ? 1 : 0;
  }
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  constexpr const char* kVerbs[] = {"build", "load", "ls", "list", "rm", "save", "tag"};
  if (std::ranges::find(kVerbs, verb) == std::end(kVerbs)) return fail("unknown command: proa image " + verb);
  const auto store = ImageStore::open(node_dir);
  if (!store) return fail(store.error().message);
  if (verb == "build") return build(*store, Flags(rest));
  if (verb == "load") return load(*store, Flags(rest));
  if (verb == "rm") return remove(*store, rest);
  if (verb == "tag") {
    if (rest.size() != 2) return fail("\"proa image tag\" requires exactly 2 arguments: SOURCE and TARGET");
    const auto tagged = store->tag(rest[0], rest[1]);
    return tagged ? 0 : fail(tagged.error().message);
  }
  if (verb == "save") {
    Flags flags(rest);
    const auto archive = flags.value("-o", "--output");
    if (!archive || flags.rest().empty()) return fail("\"proa image save\" requires -o ARCHIVE and at least one NAME");
    const auto saved = store->save(flags.rest(), *archive);
    return saved ? 0 : fail(saved.error().message);
  }
  return list(*store);
}

}  // namespace proa::node
