#include "cli/kubectl/kubeconfig.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/base64.h"
#include "object/go_text.h"
#include "object/time.h"
#include "object/yaml.h"
#include "runtime/file.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;
constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Paths in a kubeconfig are relative to its folder.
void make_absolute(Value& entry, const std::filesystem::path& folder) {
  for (const char* name : {"certificate-authority", "client-certificate", "client-key", "tokenFile"}) {
    Value* path = entry.find(std::string_view(name));
    if (path == nullptr || !path->is_string() || path->string().empty()) continue;
    if (path->string()[0] != '/') *path = (folder / path->string()).lexically_normal().string();
  }
}

void merge(Value& into, Value from, const std::filesystem::path& folder) {
  for (const char* list : {"clusters", "users", "contexts"}) {
    const std::string inner = std::string(list, std::string_view(list).size() - 1);
    Value* items = from.find(std::string_view(list));
    if (items == nullptr || !items->is_array()) continue;
    for (Value& item : items->items()) {
      const std::string name = View(item)["name"].str();
      if (kubeconfig_entry(into, list, name).exists()) continue;
      if (Value* entry = item.find(std::string_view(inner))) make_absolute(*entry, folder);
      into[std::string_view(list)].push_back(std::move(item));
    }
  }
  if (View(into)["current-context"].as_string().empty() && View(from)["current-context"].is_string())
    into["current-context"] = View(from)["current-context"].str();
}

/// Inline data wins over a file.
Try<std::string> pem_of(View entry, const std::string& name) {
  if (const auto data = entry[name + "-data"].as_string(); !data.empty()) {
    auto decoded = base::base64_decode(data);
    if (!decoded) return fail(fmt::format("illegal base64 data in {}-data", name));
    return std::move(*decoded);
  }
  const auto file = entry[name].as_string();
  if (file.empty()) return std::string();
  auto read = runtime::read_file(std::string(file));
  if (!read) return fail(fmt::format("unable to read {} {}: {}", name, file, read.error().message));
  return std::move(*read);
}

Try<Access> in_cluster() {
  Access access;
  access.client.url =
      fmt::format("https://{}:{}", environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"));
  auto token = checked(runtime::read_file(std::string(kServiceAccount) + "token"));
  if (!token) return Failed(token.error());
  access.client.bearer_token = *token;
  if (auto ca = runtime::read_file(std::string(kServiceAccount) + "ca.crt")) access.client.ca_pem = *ca;
  if (auto name = runtime::read_file(std::string(kServiceAccount) + "namespace")) access.name_space = *name;
  return access;
}

Try<void> fill_cluster(const AccessFlags& flags, View cluster, http::ClientOptions& client) {
  client.url = flags.server.empty() ? cluster["server"].str() : flags.server;
  if (client.url.empty()) client.url = "http://localhost:8080";
  if (client.url.find("://") == std::string::npos) client.url = "http://" + client.url;
  auto ca = pem_of(cluster, "certificate-authority");
  if (!ca) return Failed(ca.error());
  client.ca_pem = *ca;
  if (!flags.certificate_authority.empty()) {
    auto read = checked(runtime::read_file(flags.certificate_authority));
    if (!read) return Failed(read.error());
    client.ca_pem = *read;
  }
  client.insecure_skip_verify = flags.insecure || cluster["insecure-skip-tls-verify"].as_bool();
  client.tls_server_name = flags.tls_server_name.empty() ? cluster["tls-server-name"].str() : flags.tls_server_name;
  return {};
}

Try<void> fill_user(const AccessFlags& flags, View user, http::ClientOptions& client) {
  Value wanted = user.exists() ? user.to_value() : Value::object();
  const auto override_file = [&](const char* name, const std::string& file) {
    if (file.empty()) return;
    wanted[std::string_view(name)] = file;
    wanted.erase(std::string(name) + "-data");
  };
  override_file("client-certificate", flags.client_certificate);
  override_file("client-key", flags.client_key);
  auto certificate = pem_of(wanted, "client-certificate");
  if (!certificate) return Failed(certificate.error());
  auto key = pem_of(wanted, "client-key");
  if (!key) return Failed(key.error());
  client.certificate_pem = *certificate;
  client.key_pem = *key;
  client.bearer_token = flags.token.empty() ? user["token"].str() : flags.token;
  if (client.bearer_token.empty() && !user["tokenFile"].as_string().empty()) {
    auto token = checked(runtime::read_file(user["tokenFile"].str()));
    if (!token) return Failed(token.error());
    client.bearer_token = *token;
  }
  while (!client.bearer_token.empty() && client.bearer_token.back() == '\n') client.bearer_token.pop_back();
  return {};
}

Try<int64_t> timeout_ms(const std::string& text) {
  if (text.empty() || text == "0") return 0;
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    auto seconds = object::parse_go_duration(text + "s");
    if (seconds) return *seconds / 1'000'000;
  }
  const auto ns = object::parse_go_duration(text);
  if (!ns)
    return fail(
        "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a "
        "corresponding time unit (e.g. 1s | 2m | 3h)");
  return *ns / 1'000'000;
}

}  // namespace

View kubeconfig_entry(View config, std::string_view list, std::string_view name) {
  for (View item : config[list].items())
    if (item["name"].as_string() == name) return item[list.substr(0, list.size() - 1)];
  return {};
}

std::vector<std::string> kubeconfig_files(const AccessFlags& flags) {
  if (!flags.kubeconfig.empty()) return {flags.kubeconfig};
  std::vector<std::string> files;
  std::string rest = environment("KUBECONFIG");
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    if (colon != 0) files.push_back(rest.substr(0, colon));
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  if (files.empty()) files.push_back(environment("HOME") + "/.kube/config");
  return files;
}

Try<Value> load_kubeconfig(const AccessFlags& flags) {
  Value config = Value::object({{"apiVersion", "v1"}, {"kind", "Config"}});
  for (const auto& file : kubeconfig_files(flags)) {
    if (!runtime::file_exists(file)) {
      if (!flags.kubeconfig.empty()) return fail(fmt::format("stat {}: no such file or directory", file));
      continue;
    }
    auto text = checked(runtime::read_file(file));
    if (!text) return Failed(text.error());
    auto read = object::parse_yaml(*text);
    if (!read)
      return fail(fmt::format("error loading config file {}: {}", object::go_quoted(file), read.error().message));
    if (read->is_object()) merge(config, std::move(*read), std::filesystem::absolute(file).parent_path());
  }
  return config;
}

Try<Access> resolve_access(const AccessFlags& flags) {
  auto config = load_kubeconfig(flags);
  if (!config) return Failed(config.error());
  const View view = *config;
  const std::string context_name = flags.context.empty() ? view["current-context"].str() : flags.context;
  const View context = kubeconfig_entry(view, "contexts", context_name);
  if (!flags.context.empty() && !context.exists()) {
    // kubectl's two texts: without -n the namespace is looked up first, in words of its own.
    if (!flags.name_space.empty())
      return fail(fmt::format("context {} does not exist", object::go_quoted(flags.context)));
    return Failed(
        Failure::verbatim("Error in configuration: context was not found for specified context: " + flags.context));
  }
  Access access;
  const bool nothing = !context.exists() && flags.server.empty() && flags.cluster.empty();
  if (nothing && !environment("KUBERNETES_SERVICE_HOST").empty() &&
      runtime::file_exists(std::string(kServiceAccount) + "token")) {
    auto inside = in_cluster();
    if (!inside) return inside;
    access = std::move(*inside);
  } else {
    const std::string cluster = flags.cluster.empty() ? context["cluster"].str() : flags.cluster;
    const std::string user = flags.user.empty() ? context["user"].str() : flags.user;
    if (!flags.cluster.empty() && !kubeconfig_entry(view, "clusters", cluster).exists())
      return fail(fmt::format("cluster {} does not exist", object::go_quoted(cluster)));
    if (!flags.user.empty() && !kubeconfig_entry(view, "users", user).exists())
      return fail(fmt::format("auth info {} does not exist", object::go_quoted(user)));
    if (auto done = fill_cluster(flags, kubeconfig_entry(view, "clusters", cluster), access.client); !done)
      return Failed(done.error());
    if (auto done = fill_user(flags, kubeconfig_entry(view, "users", user), access.client); !done)
      return Failed(done.error());
    if (!context["namespace"].as_string().empty()) access.name_space = context["namespace"].str();
  }
  if (!flags.name_space.empty()) {
    access.name_space = flags.name_space;
    access.namespace_given = true;
  }
  auto timeout = timeout_ms(flags.request_timeout);
  if (!timeout) return Failed(timeout.error());
  access.client.timeout_ms = *timeout;
  if (flags.as_user.empty() && (!flags.as_uid.empty() || !flags.as_groups.empty()))
    return fail(fmt::format("requesting uid, groups or user-extra for {} without impersonating a user",
                            flags.user.empty() ? context["user"].str() : flags.user));
  access.client.headers = {{"Impersonate-User", flags.as_user}, {"Impersonate-Uid", flags.as_uid}};
  for (const auto& group : flags.as_groups) access.client.headers.emplace_back("Impersonate-Group", group);
  return access;
}

}  // namespace proa::cli::kubectl
