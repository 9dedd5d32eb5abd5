// kubectl create configmap, secret, namespace, serviceaccount.
#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/key_pair.h"
#include "cli/kubectl/create/made.h"
#include "object/go_text.h"
#include "object/json.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::go_quoted;
using object::Value;
using object::View;

/// Members as Go writes a map: sorted.
void set_sorted(Value& map, const std::string& key, Value value) {
  auto& members = map.members();
  map.set(key, std::move(value));
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); });
}

Try<void> add_to_config_map(Value& map, const std::string& name, const std::string& key, const std::string& bytes) {
  if (const std::string why = key_errors(key, ","); !why.empty())
    return fail(fmt::format("{} is not a valid key name for a ConfigMap: {}", go_quoted(key), why));
  for (const std::string_view member : {"data", "binaryData"})
    if (View(map)[member][key].exists())
      return fail(fmt::format("cannot add key {}, another key by that name already exists in {} for ConfigMap {}",
                              go_quoted(key), member == "data" ? "Data" : "BinaryData", go_quoted(name)));
  const bool text = object::is_valid_utf8(bytes);
  Value& into = map[std::string_view(text ? "data" : "binaryData")];
  if (!into.is_object()) into = Value::object();
  set_sorted(into, key, text ? Value(bytes) : Value(base::base64_encode(bytes)));
  return {};
}

Try<void> add_to_secret(Value& data, const std::string& key, const std::string& bytes) {
  if (const std::string why = key_errors(key, ";"); !why.empty())
    return fail(fmt::format("{} is not valid key name for a Secret {}", go_quoted(key), why));
  if (View(data)[key].exists())
    return fail(fmt::format("cannot add key {}, another key by that name already exists", key));
  set_sorted(data, key, base::base64_encode(bytes));
  return {};
}

/// A Secret: data before type, as Go has it.
Try<void> finish_secret(Session& session, CreateOptions& o, Value data, const std::string& type) {
  Value secret = new_object(session, o, "v1", "Secret");
  if (!data.members().empty()) secret["data"] = std::move(data);
  if (!type.empty()) secret["type"] = type;
  return finish_create(session, o, std::move(secret), "secret");
}

Try<std::string> read_or_fail(const std::string& file) {
  auto text = runtime::read_file(file);
  if (!text) return fail(fmt::format("Cannot read file {0}, open {0}: no such file or directory", file));
  return std::move(*text);
}

}  // namespace

Try<void> create_configmap(Session& session) {
  CreateOptions o;
  DataSources sources;
  FlagSet flags = session.flags();
  sources.add_to(flags);
  flags.boolean("append-hash", 0, &o.append_hash);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (auto ok = sources.check(); !ok) return ok;
  Value map = new_object(session, o, "v1", "ConfigMap");
  const AddKey add = [&](const std::string& key, const std::string& bytes) {
    return add_to_config_map(map, o.name, key, bytes);
  };
  auto done = read_files(sources.files, add);
  if (done) done = read_literals(sources.literals, add);
  if (done) done = read_env_files(sources.env_files, add);
  if (!done) return done;
  // metadata comes after data where Go sorts members; the printer decides.
  return finish_create(session, o, std::move(map), "configmap:");
}

Try<void> create_secret_generic(Session& session) {
  CreateOptions o;
  DataSources sources;
  std::string type;
  FlagSet flags = session.flags();
  sources.add_to(flags);
  flags.text("type", 0, &type);
  flags.boolean("append-hash", 0, &o.append_hash);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (auto ok = sources.check(); !ok) return ok;
  Value data = Value::object();
  const AddKey add = [&](const std::string& key, const std::string& bytes) { return add_to_secret(data, key, bytes); };
  auto done = read_literals(sources.literals, add);
  if (done) done = read_files(sources.files, add);
  if (done) done = read_env_files(sources.env_files, add);
  if (!done) return done;
  return finish_secret(session, o, std::move(data), type);
}

Try<void> create_secret_tls(Session& session) {
  CreateOptions o;
  std::string certificate, key;
  FlagSet flags = session.flags();
  flags.text("cert", 0, &certificate);
  flags.text("key", 0, &key);
  flags.boolean("append-hash", 0, &o.append_hash);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (certificate.empty() || key.empty()) return fail("key and cert must be specified");
  auto certificate_pem = read_or_fail(certificate);
  if (!certificate_pem) return Failed(certificate_pem.error());
  auto key_pem = read_or_fail(key);
  if (!key_pem) return Failed(key_pem.error());
  if (auto ok = check_key_pair(*certificate_pem, *key_pem); !ok) return ok;
  Value data =
      Value::object({{"tls.crt", base::base64_encode(*certificate_pem)}, {"tls.key", base::base64_encode(*key_pem)}});
  return finish_secret(session, o, std::move(data), "kubernetes.io/tls");
}

Try<void> create_secret_docker_registry(Session& session) {
  CreateOptions o;
  std::string user, password, email, server;
  std::vector<std::string> files;
  FlagSet flags = session.flags();
  flags.text("docker-username", 0, &user);
  flags.text("docker-password", 0, &password);
  flags.text("docker-email", 0, &email);
  flags.text("docker-server", 0, &server);
  flags.list("from-file", 0, &files);
  flags.boolean("append-hash", 0, &o.append_hash);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (files.empty() && (user.empty() || password.empty() || server.empty()))
    return fail(
        "either --from-file or the combination of --docker-username, --docker-password and --docker-server is "
        "required");
  Value data = Value::object();
  if (!files.empty()) {
    for (auto& file : files)
      if (file.find('=') == std::string::npos) file.insert(0, ".dockerconfigjson=");
    const AddKey add = [&](const std::string& key, const std::string& bytes) {
      return add_to_secret(data, key, bytes);
    };
    if (auto done = read_files(files, add); !done) return done;
  } else {
    Value entry = Value::object({{"username", user}, {"password", password}});
    if (!email.empty()) entry["email"] = email;
    entry["auth"] = base::base64_encode(user + ":" + password);
    Value auths = Value::object();
    auths.set(server, std::move(entry));
    data[".dockerconfigjson"] = base::base64_encode(object::to_json(Value::object({{"auths", std::move(auths)}})));
  }
  return finish_secret(session, o, std::move(data), "kubernetes.io/dockerconfigjson");
}

Try<void> create_namespace(Session& session) {
  CreateOptions o;
  o.cluster_scoped = true;
  FlagSet flags = session.flags();
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  Value ns = new_object(session, o, "v1", "Namespace");
  ns["spec"] = Value::object();
  ns["status"] = Value::object();
  return finish_create(session, o, std::move(ns), "");
}

Try<void> create_serviceaccount(Session& session) {
  CreateOptions o;
  FlagSet flags = session.flags();
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  return finish_create(session, o, new_object(session, o, "v1", "ServiceAccount"), "serviceaccount:");
}

}  // namespace proa::cli::kubectl
