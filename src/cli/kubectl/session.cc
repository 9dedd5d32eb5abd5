#include "cli/kubectl/session.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/kubectl/help.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {

FlagSet Session::flags() {
  FlagSet set;
  AccessFlags& a = access_flags_;
  set.text("namespace", 'n', &a.name_space);
  set.text("kubeconfig", 0, &a.kubeconfig);
  set.text("context", 0, &a.context);
  set.text("cluster", 0, &a.cluster);
  set.text("user", 0, &a.user);
  set.text("server", 's', &a.server);
  set.text("token", 0, &a.token);
  set.text("certificate-authority", 0, &a.certificate_authority);
  set.text("client-certificate", 0, &a.client_certificate);
  set.text("client-key", 0, &a.client_key);
  set.text("tls-server-name", 0, &a.tls_server_name);
  set.text("request-timeout", 0, &a.request_timeout);
  set.boolean("insecure-skip-tls-verify", 0, &a.insecure);
  set.text("as", 0, &a.as_user);
  set.text("as-uid", 0, &a.as_uid);
  set.array("as-group", 0, &a.as_groups);
  for (const char* name : {"cache-dir", "username", "password", "profile", "profile-output", "vmodule"})
    set.ignored(name);
  set.ignored("v", 'v');
  set.ignored_boolean("match-server-version");
  set.ignored_boolean("warnings-as-errors");
  set.ignored_boolean("disable-compression");
  return set;
}

void Session::enter(const std::string& command, std::vector<std::string> rest) {
  path_ = path_.empty() ? command : path_ + " " + command;
  rest_ = std::move(rest);
}

Try<std::vector<std::string>> Session::parse(FlagSet& flags) {
  auto args = flags.parse(rest_);
  if (!args) {
    const std::string why = args.error().message();
    return Failed(Failure::text(fmt::format("{}\nSee '{} --help' for usage.", why, path_)));
  }
  for (const auto& warning : flags.warnings()) err(warning + "\n");
  if (flags.help()) {
    out(command_help(called_as_, path_, flags));
    return Failed(Failure::quiet(0));
  }
  return args;
}

Try<const Access*> Session::access() {
  if (!access_) {
    auto made = resolve_access(access_flags_);
    if (!made) return Failed(made.error());
    access_ = std::move(*made);
    access_->client.user_agent = "kubectl/v1.36.0 (proa)";
  }
  return &*access_;
}

Api& Session::api() {
  if (!api_) api_ = std::make_unique<Api>(access_->client);
  return *api_;
}

Mapper& Session::mapper() {
  if (!mapper_) mapper_ = std::make_unique<Mapper>(api());
  return *mapper_;
}

std::string Session::change_cause(const FlagSet& flags, const std::vector<std::string>& command,
                                  const std::vector<std::string>& args) {
  std::string out = "kubectl";
  for (const auto& word : command) out += " " + word;
  for (const auto& arg : args) out += " " + arg;
  for (const auto& [name, value] : flags.seen()) out += " --" + name + "=" + value;
  return out;
}

void Session::out(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Session::err(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string read_stdin() {
  std::string out;
  char buffer[65536];
  while (const size_t got = std::fread(buffer, 1, sizeof buffer, stdin)) out.append(buffer, got);
  return out;
}

}  // namespace proa::cli::kubectl
