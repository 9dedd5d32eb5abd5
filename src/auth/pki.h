// The cluster's certificates: a CA (ECDSA P-256) made at first start, leaves signed by it, all as PEM.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "object/time.h"

namespace proa::auth {

struct KeyPair {
  std::string certificate_pem, key_pem;
};

struct LeafRequest {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  bool server = false, client = false;
  int64_t valid_seconds = 365LL * 24 * 3600;
};

Result<KeyPair> make_ca(const std::string& common_name, object::TimeNs now);
Result<KeyPair> sign_leaf(const KeyPair& ca, const LeafRequest& request, object::TimeNs now);
/// A P-256 key for ServiceAccount tokens (ES256).
Result<std::string> make_signing_key_pem();
/// When a certificate ends; error when it is no certificate.
Result<object::TimeNs> not_after(const std::string& certificate_pem);

/// What a data directory's pki/ folder holds; missing files are made, others kept (keys mode 0600, written atomically).
struct Pki {
  KeyPair ca, server, admin;
  std::string service_account_key_pem;
};
/// `names`: further DNS names and IP addresses of the server (gateway, Service address, node's address). Leaves that
/// end within 30 days, or lack a name, are made anew.
Result<Pki> load_or_make_pki(const std::string& folder, const std::vector<std::string>& names, object::TimeNs now);
/// A kubeconfig with everything inline, context and cluster and user called `name`.
std::string make_kubeconfig(const std::string& name, const std::string& server_url, const std::string& ca_pem,
                            const KeyPair& client);

}  // namespace proa::auth
