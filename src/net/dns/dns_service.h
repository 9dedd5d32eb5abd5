// The Service kube-system/kube-dns and its EndpointSlice, which leads to our DNS server on the pods' gateway.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "client/client.h"

namespace proa::net {

/// Creates what is missing; what is there stays, except for an EndpointSlice of ours with another address.
void ensure_dns_service(client::Client& client, const std::string& cluster_ip, const std::string& server_ip,
                        std::function<void(const Result<void>&)> done);

}  // namespace proa::net
