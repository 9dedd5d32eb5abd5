// The kubeconfig files: which server, who we are, which namespace.
// Source: k8s.io/client-go tools/clientcmd (which file wins, what flags override).
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/failure.h"
#include "http/client.h"
#include "object/value.h"

namespace proa::cli::kubectl {

/// What the flags that every command has say; empty where not given.
struct AccessFlags {
  std::string kubeconfig, context, cluster, user, server, name_space, token, certificate_authority, client_certificate,
      client_key, tls_server_name, request_timeout = "0", as_user, as_uid;
  std::vector<std::string> as_groups;
  bool insecure = false;
};

struct Access {
  http::ClientOptions client;
  std::string name_space = "default";
  bool namespace_given = false;  // by a flag: objects in files must agree with it
};

/// The files that would be read: --kubeconfig alone, else those of $KUBECONFIG, else ~/.kube/config.
std::vector<std::string> kubeconfig_files(const AccessFlags& flags);
/// All of them merged: the first that names a thing wins. Paths of certificates are made absolute.
Try<object::Value> load_kubeconfig(const AccessFlags& flags);
Try<Access> resolve_access(const AccessFlags& flags);
/// The entry called `name` of `clusters`, `users` or `contexts`: its `cluster`, `user` or `context` member.
object::View kubeconfig_entry(object::View config, std::string_view list, std::string_view name);

}  // namespace proa::cli::kubectl
