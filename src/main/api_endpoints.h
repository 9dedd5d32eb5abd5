// Where the Service default/kubernetes leads: the API's own address as pods reach it.
#pragma once

#include <string>

#include "client/client.h"

namespace proa {

/// Writes the Endpoints and the EndpointSlice `kubernetes`, replacing what an earlier run wrote; errors are logged. The
/// client's thread.
void publish_api_endpoint(client::Client& client, const std::string& address, int port);

}  // namespace proa
