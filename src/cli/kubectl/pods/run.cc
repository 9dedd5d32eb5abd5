// kubectl run: makes a pod, and stays with it where asked to.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/pods/attach.h"
#include "cli/kubectl/pods/streams.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/three_way_patch.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/image_reference.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/patch.h"
#include "schema/decode.h"
#include "schema/formats.h"
#include "schema/strategic_merge.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  WriteFlags write;
  std::string image, pull_policy, port, labels, restart = "Always", overrides, override_type = "merge";
  std::vector<std::string> env, annotations;
  bool remove = false, in = false, tty = false, attach = false, leave_open = false, command = false, expose = false;
  bool quiet = false, privileged = false, save_config = false;
  int64_t timeout_ns = 60'000'000'000, grace = -1;
  std::string name;
  std::vector<std::string> words;
};

void add_flags(Options& o, FlagSet& flags) {
  o.print.typed = true;
  o.write.add_to(flags, o.print, "kubectl-run");
  flags.text("image", 0, &o.image);
  flags.text("image-pull-policy", 0, &o.pull_policy);
  flags.text("port", 0, &o.port);
  flags.text("labels", 'l', &o.labels);
  flags.text("restart", 0, &o.restart);
  flags.text("overrides", 0, &o.overrides);
  flags.text("override-type", 0, &o.override_type);
  flags.array("env", 0, &o.env);
  flags.array("annotations", 0, &o.annotations);
  flags.boolean("rm", 0, &o.remove);
  flags.boolean("stdin", 'i', &o.in);
  flags.boolean("tty", 't', &o.tty);
  flags.boolean("attach", 0, &o.attach);
  flags.boolean("leave-stdin-open", 0, &o.leave_open);
  flags.boolean("command", 0, &o.command);
  flags.boolean("expose", 0, &o.expose);
  flags.boolean("quiet", 'q', &o.quiet);
  flags.boolean("privileged", 0, &o.privileged);
  flags.boolean("save-config", 0, &o.save_config);
  flags.duration("pod-running-timeout", 0, &o.timeout_ns);
  flags.integer("grace-period", 0, &o.grace);
  for (const char* name : {"force", "now", "wait", "all", "all-namespaces"}) flags.ignored_boolean(name);
  for (const char* name : {"cascade", "timeout", "filename", "field-selector"}) flags.ignored(name);
}

Try<void> validate(Session& session, Options& o, const FlagSet& flags, const std::vector<std::string>& args) {
  if (!flags.changed("image")) return fail("required flag(s) \"image\" not set");
  if (args.empty() || flags.args_before_dashes() == 0) return session.usage("NAME is required for run");
  o.name = args[0];
  o.words.assign(args.begin() + 1, args.end());
  if (o.image.empty()) return fail("--image is required");
  if (!object::is_image_reference(o.image))
    return fail(fmt::format("Invalid image name {}: invalid reference format", object::go_quoted(o.image)));
  if (o.tty && !o.in) return session.usage("-i/--stdin is required for containers with -t/--tty=true");
  if (o.expose && o.port.empty()) return session.usage("--port must be set when exposing a service");
  if (o.restart.empty()) o.restart = o.in ? "OnFailure" : "Always";
  if (o.restart != "Always" && o.restart != "OnFailure" && o.restart != "Never")
    return session.usage("invalid restart policy: " + o.restart);
  if (!flags.changed("attach") && o.in) o.attach = true;
  if (!o.attach && o.remove) return session.usage("--rm should only be used for attached containers");
  if (o.attach && o.write.dry_run != "none")
    return session.usage(
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
  for (const char* policy : {"", "Always", "IfNotPresent", "Never"})
    if (o.pull_policy == policy) return {};
  return session.usage("invalid image pull policy: " + o.pull_policy);
}

Try<Value> labels_of(const Options& o) {
  if (o.labels.empty()) return Value::object({{"run", o.name}});
  Value out = Value::object();
  for (const auto& part : split(o.labels, ",")) {
    const auto pair = split(part, "=");
    if (pair.size() != 2) return fail(fmt::format("unexpected label spec: {}", part));
    if (pair[0].empty()) return fail("unexpected empty label key");
    out.set(pair[0], pair[1]);
  }
  return out;
}

Try<Value> environment_of(const Options& o) {
  Value out = Value::array();
  for (const auto& one : o.env) {
    const size_t equals = one.find('=');
    if (equals == std::string::npos || !schema::strict_env_var_name_errors(one.substr(0, equals)).empty())
      return fail("invalid env: " + one);
    Value variable = Value::object({{"name", one.substr(0, equals)}});
    if (equals + 1 < one.size()) variable["value"] = one.substr(equals + 1);
    out.push_back(std::move(variable));
  }
  return out;
}

Try<Value> container_of(const Options& o) {
  Value container = Value::object({{"name", o.name}, {"image", o.image}});
  if (!o.words.empty()) {
    Value words = Value::array();
    for (const auto& word : o.words) words.push_back(word);
    container[std::string_view(o.command ? "command" : "args")] = std::move(words);
  }
  if (!o.port.empty()) {
    auto port = parse_go_int(o.port, 64);
    if (!port) return fail(fmt::format("strconv.Atoi: parsing {}: invalid syntax", object::go_quoted(o.port)));
    container["ports"] = Value::array({Value::object({{"containerPort", *port}})});
  }
  auto env = environment_of(o);
  if (!env) return env;
  if (!env->items().empty()) container["env"] = std::move(*env);
  container["resources"] = Value::object();
  if (!o.pull_policy.empty()) container["imagePullPolicy"] = o.pull_policy;
  if (o.privileged) container["securityContext"] = Value::object({{"privileged", true}});
  if (o.in) container["stdin"] = true;
  if (o.in && !o.leave_open) container["stdinOnce"] = true;
  if (o.tty) container["tty"] = true;
  return container;
}

/// `creationTimestamp: null` where Go writes it: behind the members that stand before it in the type.
Value with_creation_time(View metadata) {
  constexpr std::string_view kBefore[] = {"name", "generateName",    "namespace", "selfLink",
                                          "uid",  "resourceVersion", "generation"};
  Value ordered = Value::object();
  const auto take = [&](bool before) {
    for (const auto [name, value] : metadata.members())
      if ((std::ranges::find(kBefore, name) != std::end(kBefore)) == before) ordered.set(name, value.to_value());
  };
  take(true);
  ordered.set("creationTimestamp", nullptr);
  take(false);
  return ordered;
}

/// The patched pod as the type has it: what no pod has is dropped, what each has is there.
Try<Value> as_pod(Try<Value> pod) {
  if (!pod) return pod;
  if (auto done = checked(schema::decode(*pod, schema::builtin_type("io.k8s.api.core.v1.Pod"))); !done)
    return fail(done.error().message());
  Value& metadata = (*pod)["metadata"];
  if (!View(metadata).has("creationTimestamp")) metadata = with_creation_time(metadata);
  return pod;
}

Try<Value> overridden(Value pod, const Options& o) {
  const bool json = o.override_type == "json", strategic = o.override_type == "strategic";
  if (!json && !strategic && o.override_type != "merge" && !o.override_type.empty())
    return fail("invalid override type: " + o.override_type);
  auto patch = object::parse_json(o.overrides);
  if (!patch && json) return fail(patch.error().message);
  if (!patch) return fail(strategic ? "invalid JSON document" : "Invalid JSON Patch");
  if (json && !patch->is_array())
    return fail(
        fmt::format("json: cannot unmarshal {} into Go value of type jsonpatch.Patch", schema::json_type(*patch)));
  if (json) return as_pod(checked(object::apply_json_patch(pod, *patch)));
  const auto type = strategic ? schema::builtin_type("io.k8s.api.core.v1.Pod") : schema::Type();
  return as_pod(checked(schema::strategic_merge(pod, *patch, type)));
}

Try<Value> pod_of(Session& session, const Options& o) {
  auto labels = labels_of(o);
  if (!labels) return labels;
  auto container = container_of(o);
  if (!container) return container;
  auto annotations = parse_pairs(o.annotations, "annotations", false);
  if (!annotations) return Failed(annotations.error());
  Value metadata = Value::object({{"name", o.name}});
  if (o.write.client_only() && session.namespace_given()) metadata["namespace"] = session.name_space();
  metadata["creationTimestamp"] = nullptr;
  metadata["labels"] = std::move(*labels);
  for (const auto& [name, value] : annotations->set) metadata["annotations"].set(name, value);
  Value pod = Value::object({{"kind", "Pod"}, {"apiVersion", "v1"}, {"metadata", std::move(metadata)}});
  pod["spec"] = Value::object({{"containers", Value::array({std::move(*container)})},
                               {"restartPolicy", o.restart},
                               {"dnsPolicy", "ClusterFirst"}});
  pod["status"] = Value::object();
  return o.overrides.empty() ? pod : overridden(std::move(pod), o);
}

Try<Value> create_one(Session& session, const Options& o, Value object, const std::string& cause) {
  if (!cause.empty()) record_cause(object, cause);
  if (o.write.client_only()) return object;
  if (o.save_config) {
    // As Go writes the type: in its order, and without annotations where there are none.
    const std::string text = object::to_json(object) + "\n";
    object["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
  }
  auto mapping = session.mapper().of_kind("v1", View(object)["kind"].str());
  if (!mapping) return Failed(mapping.error());
  WriteFlags write = o.write;
  write.validate.clear();
  return create_object(session, {*mapping, session.name_space(), o.name, std::move(object), {}}, write);
}

Try<Value> service_of(const Session& session, const Options& o) {
  auto port = parse_go_int(o.port, 64);
  if (!port) return fail(port.error());
  auto labels = labels_of(o);
  if (!labels) return labels;
  Value metadata = Value::object({{"name", o.name}});
  if (o.write.client_only() && session.namespace_given()) metadata["namespace"] = session.name_space();
  metadata["creationTimestamp"] = nullptr;
  if (!o.labels.empty()) metadata["labels"] = *labels;
  return Value::object(
      {{"kind", "Service"},
       {"apiVersion", "v1"},
       {"metadata", std::move(metadata)},
       {"spec",
        Value::object(
            {{"ports", Value::array({Value::object({{"protocol", "TCP"}, {"port", *port}, {"targetPort", *port}})})},
             {"selector", std::move(*labels)}})},
       {"status", Value::object({{"loadBalancer", Value::object()}})}});
}

bool is_over(View pod) {
  const auto phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

bool is_ready(View pod) {
  if (pod["status"]["phase"].as_string() != "Running") return false;
  for (View c : pod["status"]["conditions"].items())
    if (c["type"].as_string() == "Ready") return c["status"].as_string() == "True";
  return false;
}

/// The pod as it is when `enough` holds.
Try<Value> wait_for_pod(Session& session, const Info& pod, int64_t timeout_ms, bool (*enough)(View)) {
  Value last;
  auto done = until(session, pod, timeout_ms, [&](Seen seen, View object) -> Try<bool> {
    if (seen == Seen::kDeleted) return Failed(Failure::of(base::not_found({"", "pods"}, "")));
    last = object.to_value();
    return enough(object);
  });
  if (!done) return Failed(done.error());
  return last;
}

Try<void> show_logs(Session& session, const Info& pod, const std::string& container) {
  return session.api().stream({.path = pod.mapping.path(pod.name_space, pod.name, "log"),
                               .params = {{"container", container}},
                               .accept = "*/*"},
                              [&](std::string_view piece) {
                                session.out(piece);
                                return true;
                              });
}

Try<void> stay_with(Session& session, const Options& o, Info& pod) {
  const int64_t timeout_ms = o.timeout_ns / 1'000'000;
  auto live = wait_for_pod(session, pod, timeout_ms, [](View p) { return is_over(p) || is_ready(p); });
  if (!live) return Failed(live.error());
  pod.object = std::move(*live);
  if (is_over(pod.object)) return show_logs(session, pod, o.name);
  size_t received = 0;
  auto done = attach_to(session, {pod, "", o.in, o.tty, o.quiet, session.called_as() + " attach", &received});
  if (done && received == 0 && o.restart == "Never") {
    // A short program may have ended before the attach: then its log has what it said.
    auto ended = wait_for_pod(session, pod, timeout_ms, is_over);
    return ended ? show_logs(session, pod, o.name) : Try<void>();
  }
  if (done || done.error().exit_code() != 1) return {};
  session.err(fmt::format("warning: couldn't attach to pod/{}, falling back to streaming logs: {}\n", pod.name,
                          done.error().message()));
  return show_logs(session, pod, o.name);
}

/// The container's own exit code becomes ours.
Try<void> exit_code_of(Session& session, const Options& o, const Info& pod) {
  if (o.leave_open || o.restart == "Always") return {};
  auto ended = wait_for_pod(
      session, pod, o.timeout_ns / 1'000'000,
      o.restart == "Never" ? is_over : [](View p) { return p["status"]["phase"].as_string() == "Succeeded"; });
  if (!ended) return Failed(ended.error());
  const View view = *ended;
  if (view["status"]["phase"].as_string() == "Succeeded") return {};
  const View state = view["status"]["containerStatuses"].at(0)["state"]["terminated"];
  const int64_t code = state["exitCode"].as_int();
  if (!state.exists() || code == 0)
    return fail(fmt::format("pod {}/{} failed with unknown exit code", pod.name_space, pod.name));
  return Failed(Failure::verbatim(fmt::format("pod {}/{} terminated ({})\n{}", pod.name_space, pod.name,
                                              state["reason"].as_string(), state["message"].as_string()))
                    .with_exit_code(static_cast<int>(code)));
}

void remove_created(Session& session, const Options& o, const std::vector<Info>& created) {
  for (const Info& info : created) {
    Value options =
        Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", "Background"}});
    auto gone = session.api().send(
        {.method = "DELETE", .path = info.mapping.path(info.name_space, info.name), .body = object::to_json(options)});
    if (gone && !o.quiet)
      session.out(fmt::format("{} {} deleted\n", info.mapping.kind_group(), object::go_quoted(info.name)));
  }
}

Try<void> attached_run(Session& session, const Options& o, std::vector<Info> created) {
  auto done = stay_with(session, o, created[0]);
  if (done) done = exit_code_of(session, o, created[0]);
  if (o.remove) remove_created(session, o, created);
  return done;
}

}  // namespace

Try<void> run(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (auto ok = validate(session, o, flags, *args); !ok) return ok;
  const std::string cause = o.write.record ? Session::change_cause(flags, {"run"}, *args) : "";
  auto pod = pod_of(session, o);
  if (!pod) return Failed(pod.error());
  auto made = create_one(session, o, std::move(*pod), cause);
  if (!made) return Failed(made.error());
  ResultPrinter printer(o.print, o.write.dry_run);
  std::vector<Info> created;
  auto mapping = session.mapper().of_kind("v1", "Pod");
  if (!mapping) return Failed(mapping.error());
  created.push_back({*mapping, session.name_space(), o.name, std::move(*made), {}});
  if (o.expose) {
    auto service = service_of(session, o);
    if (!service) return Failed(service.error());
    auto exposed = create_one(session, o, std::move(*service), cause);
    if (!exposed) return Failed(exposed.error());
    auto text = printer.print(*exposed, "created");
    if (!text) return Failed(text.error());
    session.out(*text + (o.print.output == "yaml" ? "---\n" : ""));
    auto services = session.mapper().of_kind("v1", "Service");
    if (!services) return Failed(services.error());
    created.push_back({*services, session.name_space(), o.name, std::move(*exposed), {}});
  }
  if (o.attach) return attached_run(session, o, std::move(created));
  auto text = printer.print(created[0].object, "created");
  if (!text) return Failed(text.error());
  session.out(*text);
  return {};
}

}  // namespace proa::cli::kubectl
