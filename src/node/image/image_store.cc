#include "node/image/image_store.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <sstream>

#include <fmt/format.h>

#include "node/cri/client.h"
#include "runtime/event_loop.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::node {

namespace {

// The registry that a name without one means, for Docker and CRI alike; here it is never asked.
constexpr std::string_view kDefaultDomain =
                               "docker"
                               ".io/",
                           kOfficial =
                               "docker"
                               ".io/library/";

Result<std::string> run(std::vector<std::string> argv) {
  runtime::Command command;
  command.argv = std::move(argv);
  const std::string program = command.argv.front();
  auto result = runtime::run_process(command);
  if (!result)
    return Error(base::internal_error(
        fmt::format("can't run {0}: {1}. Install it: apt-get install {0}", program, result.error().message)));
  if (result->exit_code == 0) return result->out;
  std::string said = result->err.empty() ? result->out : result->err;
  while (said.ends_with('\n')) said.pop_back();
  return Error(
      base::bad_request(said.empty() ? fmt::format("{} ended with status {}", program, result->exit_code) : said));
}

/// One question to CRI, on a loop of its own.
template <class T, class Ask>
Result<T> ask(const std::string& socket, Ask question) {
  runtime::EventLoop loop("image");
  loop.start();
  std::promise<Result<T>> answer;
  std::unique_ptr<cri::Runtime> client;
  loop.post([&] {
    client = cri::make_client(loop, socket);
    question(*client, [&](Result<T> got) { answer.set_value(std::move(got)); });
  });
  Result<T> got = answer.get_future().get();
  std::promise<void> gone;
  loop.post([&] {
    client.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  return got;
}

size_t tag_colon(std::string_view name) {
  const size_t colon = name.rfind(':');
  return colon == name.npos || name.find('/', colon) != name.npos ? name.npos : colon;
}

}  // namespace

std::string full_image_name(std::string_view name) {
  std::string out(name);
  const size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool has_domain =
      slash != name.npos && (first.find('.') != first.npos || first.find(':') != first.npos || first == "localhost");
  if (!has_domain) out = std::string(slash == name.npos ? kOfficial : kDefaultDomain) + out;
  if (tag_colon(out) == std::string::npos && out.find('@') == std::string::npos) out += ":latest";
  return out;
}

std::string short_image_name(std::string_view full) {
  if (full.starts_with(kOfficial)) return std::string(full.substr(kOfficial.size()));
  if (full.starts_with(kDefaultDomain)) return std::string(full.substr(kDefaultDomain.size()));
  return std::string(full);
}

Result<ImageStore> ImageStore::open(const std::string& node_dir) {
  ContainerdPaths paths = containerd_paths(node_dir);
  if (!runtime::file_exists(paths.socket))
    return Error(base::service_unavailable(fmt::format(
        "no containers run here: there is no containerd at {}. Start a cluster first: proa up", paths.socket)));
  const auto answers = ask<cri::Version>(paths.socket, [](cri::Runtime& runtime, auto done) { runtime.version(done); });
  if (!answers) return Error(base::service_unavailable(answers.error().message + ". Start a cluster first: proa up"));
  return ImageStore(node_dir, std::move(paths));
}

std::vector<std::string> ImageStore::buildah(std::vector<std::string> args) const {
  // containerd knows already whether overlayfs can be had below this directory.
  const bool overlay =
      runtime::read_file(paths_.config).value_or("").find("snapshotter = \"overlayfs\"") != std::string::npos;
  std::vector<std::string> out = {"buildah",
                                  "--root",
                                  dir_ + "/images/store",
                                  "--runroot",
                                  dir_ + "/images/run",
                                  "--storage-driver",
                                  overlay ? "overlay" : "vfs"};
  out.insert(out.end(), args.begin(), args.end());
  return out;
}

std::vector<std::string> ImageStore::ctr(std::vector<std::string> args) const {
  std::vector<std::string> out = {"ctr", "--address", paths_.socket, "--namespace", "k8s.io", "images"};
  out.insert(out.end(), args.begin(), args.end());
  return out;
}

Result<void> ImageStore::hand_over(const std::string& built, const std::string& full_name) const {
  const std::string archive = fmt::format("{}/images/handover-{}.tar", dir_, ::getpid());
  (void)::unlink(archive.c_str());
  auto pushed =
      run(buildah({"push", "--quiet", "--disable-compression", built, "oci-archive:" + archive + ":" + full_name}));
  if (!pushed) return Error(pushed.error());
  auto imported = run(ctr({"import", archive}));
  (void)::unlink(archive.c_str());
  if (!imported) return Error(imported.error());
  return {};
}

Result<BuildResult> ImageStore::build(const BuildRequest& request) const {
  if (auto made = runtime::make_dirs(dir_ + "/images", 0700); !made) return Error(made.error());
  const std::string id_file = fmt::format("{}/images/id-{}", dir_, ::getpid());
  std::vector<std::string> args = {"bud",    "--isolation",  "chroot",    "--format",
                                   "docker", "--pull-never", "--iidfile", id_file};
  for (const std::string& tag : request.tags) args.insert(args.end(), {"--tag", full_image_name(tag)});
  if (!request.file.empty()) args.insert(args.end(), {"--file", request.file});
  for (const std::string& each : request.build_args) args.insert(args.end(), {"--build-arg", each});
  if (!request.target.empty()) args.insert(args.end(), {"--target", request.target});
  if (request.no_cache) args.emplace_back("--no-cache");
  args.push_back(request.context);
  auto built = run(buildah(std::move(args)));
  if (!built) return Error(built.error());
  BuildResult result;
  result.output = std::move(*built);
  result.id = runtime::read_file(id_file).value_or("");
  (void)::unlink(id_file.c_str());
  while (result.id.ends_with('\n')) result.id.pop_back();
  const std::string bare = result.id.starts_with("sha256:") ? result.id.substr(7) : result.id;
  for (const std::string& tag : request.tags)
    if (auto handed = hand_over(bare, full_image_name(tag)); !handed) return Error(handed.error());
  return result;
}

Result<std::vector<std::string>> ImageStore::load(const std::string& archive) const {
  auto said = run(ctr({"import", archive}));
  if (!said) return Error(said.error());
  std::vector<std::string> names;
  std::istringstream lines(*said);
  for (std::string word, line; std::getline(lines, line);) {
    std::istringstream words(line);
    if (words >> word >> word) names.push_back(word);  // "unpacking NAME (sha256:...)...done"
  }
  // The builder's store as well, so that FROM finds it; not every archive can be read by it.
  for (const char* kind : {"docker-archive:", "oci-archive:"})
    if (run(buildah({"pull", "--quiet", kind + archive}))) break;
  return names;
}

Result<std::vector<ImageRow>> ImageStore::list() const {
  auto images =
      ask<std::vector<cri::Image>>(paths_.socket, [](cri::Runtime& runtime, auto done) { runtime.list_images(done); });
  if (!images) return Error(images.error());
  std::vector<ImageRow> rows;
  for (const cri::Image& image : *images) {
    const std::string id = image.id.substr(image.id.find(':') + 1).substr(0, 12);
    for (const std::string& name : image.repo_tags) {
      const std::string shown = short_image_name(name);
      const size_t colon = tag_colon(shown);
      rows.push_back(
          {shown.substr(0, colon), colon == std::string::npos ? "<none>" : shown.substr(colon + 1), id, image.size});
    }
    if (image.repo_tags.empty()) rows.push_back({"<none>", "<none>", id, image.size});
  }
  std::ranges::sort(rows, {}, [](const ImageRow& row) { return std::pair(row.repository, row.tag); });
  return rows;
}

Result<void> ImageStore::remove(const std::string& name) const {
  const std::string full = full_image_name(name);
  auto there = ask<std::optional<cri::Image>>(
      paths_.socket, [&](cri::Runtime& runtime, auto done) { runtime.image_status(full, done); });
  if (!there) return Error(there.error());
  if (!*there) return Error(base::bad_request(fmt::format("No such image: {}", name)));
  auto removed = run(ctr({"rm", full}));
  if (!removed) return Error(removed.error());
  (void)run(buildah({"rmi", full}));
  return {};
}

Result<void> ImageStore::save(const std::vector<std::string>& names, const std::string& archive) const {
  std::vector<std::string> args = {"export", archive};
  for (const std::string& name : names) args.push_back(full_image_name(name));
  auto saved = run(ctr(std::move(args)));
  if (!saved) return Error(saved.error());
  return {};
}

Result<void> ImageStore::tag(const std::string& source, const std::string& target) const {
  auto tagged = run(ctr({"tag", "--force", full_image_name(source), full_image_name(target)}));
  if (!tagged) return Error(tagged.error());
  (void)run(buildah({"tag", full_image_name(source), full_image_name(target)}));
  return {};
}

}  // namespace proa::node
