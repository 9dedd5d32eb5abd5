// kubectl logs.
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/pods/streams.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "schema/time_text.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

struct Options {
  std::string container, since_time, selector;
  bool all_containers = false, all_pods = false, follow = false, timestamps = false, previous = false;
  bool ignore_errors = false, prefix = false;
  int64_t tail = -1, limit_bytes = 0, since_ns = 0, max_requests = 5;
};

/// One container's log.
struct Source {
  std::string path, pod, container;
};

void add_flags(Options& o, FlagSet& flags) {
  flags.text("container", 'c', &o.container);
  flags.text("since-time", 0, &o.since_time);
  flags.text("selector", 'l', &o.selector);
  flags.boolean("all-containers", 0, &o.all_containers);
  flags.boolean("all-pods", 0, &o.all_pods);
  flags.boolean("follow", 'f', &o.follow);
  flags.boolean("timestamps", 0, &o.timestamps);
  flags.boolean("previous", 'p', &o.previous);
  flags.boolean("ignore-errors", 0, &o.ignore_errors);
  flags.boolean("prefix", 0, &o.prefix);
  flags.integer("tail", 0, &o.tail);
  flags.integer("limit-bytes", 0, &o.limit_bytes);
  flags.duration("since", 0, &o.since_ns);
  flags.integer("max-log-requests", 0, &o.max_requests);
  flags.ignored("pod-running-timeout");
  flags.ignored_boolean("insecure-skip-tls-verify-backend");
}

constexpr const char* kUsage =
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs "
    "command";

class Logs {
 public:
  Logs(Session& session, Options& options) : session_(session), o_(options) {}

  Try<void> add_pod(const Info& pod, bool all_pods);
  Try<void> run();

 private:
  Params params(const std::string& container) const;
  void add(const Info& pod, const std::string& container);
  Try<void> stream(Api& api, const Source& source);
  Try<void> together();

  Session& session_;
  Options& o_;
  std::vector<Source> sources_;
  std::mutex printing_;
};

void Logs::add(const Info& pod, const std::string& container) {
  sources_.push_back(
      {target_of(pod.mapping.path(pod.name_space, pod.name, "log"), params(container)), pod.name, container});
}

Try<void> Logs::add_pod(const Info& pod, bool all_pods) {
  const View view = pod.object;
  if (o_.all_containers) {
    for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
      for (View c : view["spec"][std::string_view(list)].items()) add(pod, c["name"].str());
    return {};
  }
  std::string container = o_.container;
  if (container.empty()) container = default_container(session_, view, all_pods);
  if (!container_called(view, container).exists())
    return fail(fmt::format("container {} is not valid for pod {}", container, pod.name));
  add(pod, container);
  return {};
}

Params Logs::params(const std::string& container) const {
  Params out{{"container", container}};
  if (o_.follow) out.emplace_back("follow", "true");
  if (o_.limit_bytes != 0) out.emplace_back("limitBytes", std::to_string(o_.limit_bytes));
  if (o_.previous) out.emplace_back("previous", "true");
  if (o_.since_ns != 0) out.emplace_back("sinceSeconds", std::to_string((o_.since_ns + 500'000'000) / 1'000'000'000));
  out.emplace_back("sinceTime", o_.since_time);
  if (!o_.selector.empty() && o_.tail == -1)
    out.emplace_back("tailLines", "10");
  else if (o_.tail != -1)
    out.emplace_back("tailLines", std::to_string(o_.tail));
  if (o_.timestamps) out.emplace_back("timestamps", "true");
  return out;
}

/// Prints whole lines, so that logs followed together do not mix within one.
Try<void> Logs::stream(Api& api, const Source& source) {
  const std::string prefix = o_.prefix ? fmt::format("[pod/{}/{}] ", source.pod, source.container) : "";
  std::string pending;
  const auto show = [&](std::string_view text) {
    const std::lock_guard lock(printing_);
    session_.out(prefix + std::string(text));
  };
  auto done = api.stream({.path = source.path, .accept = "*/*"}, [&](std::string_view piece) {
    if (prefix.empty() && sources_.size() == 1) {
      session_.out(piece);
      return true;
    }
    pending += piece;
    size_t from = 0;
    for (size_t end; (end = pending.find('\n', from)) != std::string::npos; from = end + 1)
      show(std::string_view(pending).substr(from, end + 1 - from));
    pending.erase(0, from);
    return true;
  });
  if (!pending.empty()) show(pending);
  return done;
}

Try<void> Logs::together() {
  if (static_cast<int64_t>(sources_.size()) > o_.max_requests)
    return fail(
        fmt::format("you are attempting to follow {} log streams, but maximum allowed concurrency is {}, use "
                    "--max-log-requests to increase the limit",
                    sources_.size(), o_.max_requests));
  std::optional<Failure> first;
  std::vector<std::thread> threads;
  for (const Source& source : sources_)
    threads.emplace_back([this, &source, &first] {
      Api own(session_.api().options());
      auto done = stream(own, source);
      if (done) return;
      const std::lock_guard lock(printing_);
      if (o_.ignore_errors)
        session_.out("error: " + done.error().message() + "\n");
      else if (!first)
        first = done.error();
    });
  for (auto& thread : threads) thread.join();
  if (first) return Failed(*first);
  return {};
}

Try<void> Logs::run() {
  if (o_.follow && sources_.size() > 1) return together();
  for (const Source& source : sources_) {
    auto done = stream(session_.api(), source);
    if (done) continue;
    if (!o_.ignore_errors) return done;
    session_.out("error: " + done.error().message() + "\n");
  }
  return {};
}

Try<void> validate(Session& session, Options& o, const FlagSet& flags, const std::vector<std::string>& args) {
  if (args.size() > 2 || (args.empty() && o.selector.empty())) return session.usage(kUsage);
  if (args.size() == 1 && !o.selector.empty()) return session.usage("only a selector (-l) or a POD name is allowed");
  if (args.size() == 2 && flags.changed("container"))
    return fail("only one of -c or an inline [CONTAINER] arg is allowed");
  if (args.size() == 2) o.container = args[1];
  if (!o.since_time.empty())
    if (const auto wrong = schema::go_time_error(o.since_time, false); !wrong.empty()) return fail(wrong);
  if (!o.since_time.empty() && o.since_ns != 0)
    return fail("at most one of `sinceTime` or `sinceSeconds` may be specified");
  if (o.all_containers && !o.container.empty())
    return fail(fmt::format("--all-containers=true should not be specified with container name {}", o.container));
  if (o.limit_bytes < 0) return fail("--limit-bytes must be greater than 0");
  if (o.since_ns < 0) return fail("--since must be greater than 0");
  if (o.tail < -1) return fail("--tail must be greater than or equal to -1");
  return {};
}

Try<void> add_selected(Session& session, const Options& o, Logs& logs) {
  Request request;
  request.args = {"pods"};
  request.selector = o.selector;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  if (found->infos.empty()) session.err(fmt::format("No resources found in {} namespace.\n", session.name_space()));
  for (const Info& pod : found->infos)
    if (auto done = logs.add_pod(pod, o.all_pods); !done) return done;
  return {};
}

Try<void> add_named(Session& session, const Options& o, const std::string& word, Logs& logs) {
  auto chosen = choose_pod(session, {word}, 20'000, PodUse::kLogs);
  if (!chosen) {
    const Failure& f = chosen.error();
    if (f.is("NotFound"))
      return fail(fmt::format("error from server (NotFound): {} in namespace {}", f.message(),
                              object::go_quoted(session.name_space())));
    return Failed(f);
  }
  if (chosen->of > 1 && o.all_pods) {
    Request request;
    request.args = {word};
    auto workload = find(session, request);
    if (!workload) return Failed(workload.error());
    auto pods = pods_of(session, workload->infos[0], PodUse::kLogs);
    if (!pods) return Failed(pods.error());
    for (View pod : View(*pods).items()) {
      Info one = chosen->pod;
      one.name = std::string(object::name_of(pod));
      one.object = pod.to_value();
      if (auto done = logs.add_pod(one, true); !done) return done;
    }
    return {};
  }
  if (chosen->of > 1) session.err(fmt::format("Found {} pods, using pod/{}\n", chosen->of, chosen->pod.name));
  return logs.add_pod(chosen->pod, o.all_pods);
}

}  // namespace

Try<void> logs(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (auto ok = validate(session, o, flags, *args); !ok) return ok;
  if (o.all_pods) o.prefix = true;
  Logs logs(session, o);
  auto added = o.selector.empty() ? add_named(session, o, (*args)[0], logs) : add_selected(session, o, logs);
  if (!added) return added;
  return logs.run();
}

}  // namespace proa::cli::kubectl
